"""Write a policy for `admit` in Python: a small program that decides who may
sign up to an Amazon Cognito user pool.

A policy is a class with the decorator `export`: it is made from its settings
and answers every sign-up with a verdict.
"""

from . import log
from .policy import NoSettings, Policy, PolicyError, export
from .sign_up import SignUp, TriggerSource, domain_of
from .text import ascii_lower, trim
from .verdict import Allow, Deny, Verdict, Vote

__all__ = [
    "Allow",
    "Deny",
    "NoSettings",
    "Policy",
    "PolicyError",
    "SignUp",
    "TriggerSource",
    "Verdict",
    "Vote",
    "ascii_lower",
    "domain_of",
    "export",
    "log",
    "trim",
]
