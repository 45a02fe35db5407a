"""Write a policy for `admit` in Python: a small program that decides who may
sign up to an Amazon Cognito user pool.

A policy is a class with the decorator `export`: it is made from its settings
and answers every sign-up with a verdict.
"""

from . import log
from .facts import Facts, LookupFailure, Outcome
from .link import Allow, Verdict
from .policy import NoSettings, Policy, PolicyError, export
from .sign_up import SignUp, TriggerSource, domain_of
from .text import ascii_lower, trim
from .user import Identity, User
from .verdict import Deny, Vote

__all__ = [
    "Allow",
    "Deny",
    "Facts",
    "Identity",
    "LookupFailure",
    "NoSettings",
    "Outcome",
    "Policy",
    "PolicyError",
    "SignUp",
    "TriggerSource",
    "User",
    "Verdict",
    "Vote",
    "ascii_lower",
    "domain_of",
    "export",
    "log",
    "trim",
]
