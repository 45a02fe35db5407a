"""The answer of a policy."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Vote(Enum):
    """One policy's opinion on one flag.

    A flag is set if at least one policy grants it and no policy withholds it.
    """

    ABSTAIN = 0
    """No opinion: leave it to the others."""
    GRANT = 1
    """The flag should be set."""
    WITHHOLD = 2
    """The flag must not be set, even if another policy grants it."""


@dataclass(frozen=True)
class Allow:
    """No objection; the votes say what else this policy wants.

    A vote counts only if the manifest permits it to this policy (`verdicts`).
    """

    confirm: Vote = Vote.ABSTAIN
    """Whether the new user counts as confirmed at once, without a code."""
    verify_email: Vote = Vote.ABSTAIN
    """Whether the email address counts as verified.

    The host sets this flag only for a user who is confirmed and has an email
    address. Where the address is an alias, verifying it takes the alias away
    from the user who had it.
    """
    verify_phone: Vote = Vote.ABSTAIN
    """Whether the phone number counts as verified, in the same way."""


class Deny(Exception):
    """Refuses the sign-up: return it, or raise it from wherever you are.

    The code is for machines, logs and metrics. It is stable, has at most 64
    letters, digits, `-`, `_` and `.`, and tells nothing about the person.

    The message is for the person signing up: one line, at most 256 characters,
    and no final period, for Cognito adds one.
    """

    # An exception that is a frozen dataclass could not be given its traceback.
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deny) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)

    def __repr__(self) -> str:
        return f"Deny(code={self.code!r}, message={self.message!r})"

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


Verdict: TypeAlias = Allow | Deny
