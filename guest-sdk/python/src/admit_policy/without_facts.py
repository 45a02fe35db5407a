"""What `admit_policy` is in the component of a policy without facts.

Nothing for facts goes into it, where it would take memory of each sign-up.
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
