"""A user who is already in the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .policy import PolicyError


@dataclass(frozen=True)
class Identity:
    """An identity at an identity provider."""

    provider_name: str
    """The name of the provider."""
    user_id: str
    """The id of the person at the provider."""


@dataclass(frozen=True, eq=False, repr=False)
class User:
    """A user who is already in the pool, as far as the look-up reads it.

    What the look-up does not name under `reads` is not there. A member that is not
    there raises a `PolicyError`, so that a missing grant does not look like an
    answer. A user of a test has everything:

    >>> User("mary", attributes={"email_verified": "true"}).is_verified("email")
    True
    """

    user_name: str
    """The user name, unique in the pool. It is always there."""
    # A default that is made has no attribute of the class, which would stand in for a missing one.
    status: str = field(default_factory=lambda: "CONFIRMED")
    """The status in Cognito's own words, such as `CONFIRMED` or `UNCONFIRMED`."""
    enabled: bool = field(default_factory=lambda: True)
    """Whether the user may sign in."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The attributes that the user has and the look-up reads."""
    identities: Sequence[Identity] = field(default_factory=tuple)
    """The external identities that are linked to the user."""

    @property
    def is_external(self) -> bool:
        """Whether the user only signs in through an identity provider, and has no password.

        The look-up must read `status`.
        """
        return self.status == "EXTERNAL_PROVIDER"

    def attribute(self, name: str) -> str | None:
        """An attribute; there is none if the user does not have it or the look-up does not read it."""
        return self.attributes.get(name)

    def is_verified(self, attribute: str) -> bool:
        """Whether an attribute, `email` or `phone_number`, is verified.

        The look-up must read `email_verified` or `phone_number_verified`; if it
        does not, the attribute does not count as verified.
        """
        return self.attributes.get(f"{attribute}_verified") == "true"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            # Called for what is not there.
            if name in ("status", "enabled", "identities"):
                raise PolicyError(
                    f"the look-up does not read `{name}`: add it to `reads` of the look-up"
                )
            raise AttributeError(f"`User` has no `{name}`", name=name, obj=self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.user_name)

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"User({members})"
