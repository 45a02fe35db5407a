"""Verdicts that also vote on linking the external identity to a user of the pool."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from . import verdict
from .policy import PolicyError
from .sign_up import SignUp
from .text import ascii_lower
from .user import User


@dataclass(frozen=True)
class Allow(verdict.Allow):
    """No objection; the votes say what else this policy wants.

    A vote counts only if the manifest permits it to this policy (`verdicts`).

    >>> Allow(confirm=verdict.Vote.GRANT).link_unverified(User("mary")).linked_user
    'mary'
    """

    linked_user: str | None = field(default=None, init=False)
    """The name of the user to whom the identity should be linked, if the verdict grants the link."""
    withholds_link: bool = field(default=False, init=False)
    """Whether the verdict keeps the external identity from being linked."""

    def link(self, sign_up: SignUp, user: User, attribute: str) -> Allow:
        """The same, and wants the external identity to be linked to a user of the pool,
        who has the same verified email address or phone number.

        From then on the person signs in as that user through the provider. Without
        a link, the identity becomes a user of its own.

        It raises a `PolicyError` unless the attribute, `email` or `phone_number`,
        has the same value in the sign-up and for the user, and is verified for
        both: otherwise a person could take over an account with the address of
        another. The sign-up's `reads` and the look-up's `reads` must have the
        attribute and `email_verified` or `phone_number_verified`.
        """
        verified = f"{attribute}_verified"
        if sign_up.attribute(verified) != "true":
            raise PolicyError(
                f"no link: the provider does not say that the `{attribute}` of the sign-up is verified"
            )
        if not user.is_verified(attribute):
            raise PolicyError(
                f"no link: the `{attribute}` of the user is not verified, or the look-up does not "
                f"read `{verified}`"
            )
        one, other = sign_up.attribute(attribute), user.attribute(attribute)
        if one is None or other is None or ascii_lower(one) != ascii_lower(other):
            raise PolicyError(
                f"no link: the sign-up and the user do not have the same `{attribute}`"
            )
        return self.link_unverified(user)

    def link_unverified(self, user: User) -> Allow:
        """The same, and wants the external identity to be linked, whatever is verified.

        Use it only if something else proves that the person is this user. `link`
        checks that the address is verified on both sides.
        """
        return self._voting(user.user_name, False)

    def withhold_link(self) -> Allow:
        """The same, and keeps the external identity from being linked, even if another policy grants it."""
        return self._voting(None, True)

    def _voting(self, linked_user: str | None, withholds_link: bool) -> Allow:
        voting = Allow(self.confirm, self.verify_email, self.verify_phone)
        object.__setattr__(voting, "linked_user", linked_user)
        object.__setattr__(voting, "withholds_link", withholds_link)
        return voting


Verdict: TypeAlias = Allow | verdict.Deny
