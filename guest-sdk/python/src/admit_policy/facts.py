"""Facts: what the host looked up for a sign-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from .policy import PolicyError
from .user import User


class LookupFailure(Enum):
    """Why a look-up has no result."""

    KEY_ABSENT = "the sign-up does not have the value to look up"
    """The sign-up does not have the value to look up, so nothing was looked up."""
    UNAVAILABLE = "the service could not be reached, or failed"
    """The service could not be reached, or failed."""
    TIMEOUT = "the service did not answer in time"
    """The service did not answer in time."""
    THROTTLED = "the service refused the request because there were too many"
    """The service refused the request because there were too many."""
    TOO_LARGE = "the answer was too large"
    """The answer was too large, or had more than 20 users."""
    MALFORMED = "the answer could not be understood"
    """The answer could not be understood."""
    ACCESS_DENIED = "the service does not permit the host to make the request"
    """The service does not permit the host to make the request."""


Outcome: TypeAlias = Sequence[User] | int | LookupFailure
"""Users, a time in milliseconds since 1970-01-01T00:00:00Z, or why there is no result."""


@dataclass(frozen=True)
class Facts:
    """The facts that the manifest grants to a policy, by the roles in its `policy.toml`.

    The host looks them up before the policy runs. A method that needs a fact which
    is not there raises a `PolicyError` that says why; it denies the sign-up unless
    the manifest says otherwise. A test makes them:

    >>> Facts({"user": [User("mary")], "now": 1_764_313_200_000}).time_millis("now")
    1764313200000
    >>> Facts({"user": LookupFailure.TIMEOUT}).users("user")
    Traceback (most recent call last):
    admit_policy.policy.PolicyError: the fact `user` is not available: the service did not answer in time
    """

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    """What each look-up found, by its role."""

    def users(self, role: str) -> Sequence[User]:
        """The users of the pool that a look-up of the kind `directory` found."""
        found = self._found(role)
        if isinstance(found, int):
            raise _other_kind(role, "directory")
        return found

    def user(self, role: str) -> User | None:
        """The only user of the pool that a look-up of the kind `directory` found, if any.

        It does not choose among several users, which are a `PolicyError`.
        """
        users = self.users(role)
        if len(users) > 1:
            raise PolicyError(f"the fact `{role}` has {len(users)} users")
        return users[0] if users else None

    def time_millis(self, role: str) -> int:
        """The time of a look-up of the kind `clock`, in milliseconds since 1970-01-01T00:00:00Z."""
        found = self._found(role)
        if not isinstance(found, int):
            raise _other_kind(role, "clock")
        return found

    def lookup_failure(self, role: str) -> LookupFailure | None:
        """Why a look-up has no result, or `None` if it has one.

        A role that the manifest does not bind is a `PolicyError`.
        """
        outcome = self._outcome(role)
        return outcome if isinstance(outcome, LookupFailure) else None

    def _found(self, role: str) -> Sequence[User] | int:
        outcome = self._outcome(role)
        if isinstance(outcome, LookupFailure):
            raise PolicyError(f"the fact `{role}` is not available: {outcome.value}")
        return outcome

    def _outcome(self, role: str) -> Outcome:
        try:
            return self.outcomes[role]
        except KeyError:
            raise PolicyError(
                f"the manifest binds no look-up to the fact `{role}`: "
                "add it to the policy's `facts`"
            ) from None


def _other_kind(role: str, expected: str) -> PolicyError:
    return PolicyError(f"the fact `{role}` does not come from a `{expected}` look-up")
