"""Links a first sign-in through an identity provider to the user with the same verified email address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from admit_policy import (
    Allow,
    Deny,
    Facts,
    Policy,
    SignUp,
    TriggerSource,
    User,
    Verdict,
    export,
    trim,
)


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest."""

    unlinked: Literal["allow", "deny"] = "allow"
    """What happens if another user has the address, but the identity cannot be linked."""


@export
class LinkByEmail(Policy[Settings]):
    """The policy."""

    def evaluate(self, sign_up: SignUp, facts: Facts) -> Verdict:
        has_email = bool(trim(sign_up.attribute("email") or ""))
        if sign_up.trigger_source != TriggerSource.EXTERNAL_PROVIDER or not has_email:
            return Allow()
        users = facts.users("user")
        user = _only_native_user(users)
        is_verified = sign_up.attribute("email_verified") == "true"
        if user is not None and is_verified and user.is_verified("email"):
            return Allow().link(sign_up, user, "email")
        if not users or self.settings.unlinked == "allow":
            return Allow()
        return Deny("account-exists", "Please sign in with the account that you have")


def _only_native_user(users: Sequence[User]) -> User | None:
    """The only user with a password who may sign in.

    Several such users are not a person whom the policy could choose.
    """
    found = [
        user
        for user in users
        if not user.is_external and user.status == "CONFIRMED" and user.enabled
    ]
    return found[0] if len(found) == 1 else None
