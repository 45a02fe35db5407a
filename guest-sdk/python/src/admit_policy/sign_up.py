"""A sign-up, as a policy sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class TriggerSource:
    """Cognito's words for what started a sign-up.

    More may come: treat a word that you do not know as unknown, never as one of
    these.
    """

    SIGN_UP: Final = "PreSignUp_SignUp"
    """A person."""
    ADMIN_CREATE_USER: Final = "PreSignUp_AdminCreateUser"
    """An administrator. Cognito heeds a denial here, and ignores the flags."""
    EXTERNAL_PROVIDER: Final = "PreSignUp_ExternalProvider"
    """The first sign-in through an identity provider."""


@dataclass(frozen=True)
class SignUp:
    """One sign-up, as far as this policy may see it.

    The manifest names, under `reads`, what a policy may see. Everything else
    looks as if the sign-up did not have it: an empty text or no entry.

    Names and values are arbitrary text that the person signing up may have
    chosen. In a test, say what matters and leave the rest:

    >>> SignUp(attributes={"email": "mary@example.com"}).email_domain()
    'example.com'
    """

    trigger_source: str = TriggerSource.SIGN_UP
    """The trigger of the sign-up: see `TriggerSource`. Empty if the event did not say."""
    region: str = ""
    """The AWS region of the user pool, such as `eu-west-1`."""
    user_pool_id: str = ""
    """The user pool, such as `eu-west-1_AbCdEfGhI`."""
    client_id: str = ""
    """The app client, or `CLIENT_ID_NOT_APPLICABLE` where there is none."""
    user_name: str = ""
    """The chosen user name (`userName`).

    In a pool that signs in by email it is a generated id, and for an identity
    provider `<provider>_<id>`.
    """
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The attributes of the new user (`userAttributes.<name>`), in the order of the event."""
    validation_data: Mapping[str, str] = field(default_factory=dict)
    """Entries that the app sent for checking only (`validationData.<name>`)."""
    client_metadata: Mapping[str, str] = field(default_factory=dict)
    """Entries that the app sent for triggers (`clientMetadata.<name>`)."""

    def attribute(self, name: str) -> str | None:
        """An attribute such as `email` or `custom:domain`; it may be there and blank."""
        return self.attributes.get(name)

    def email_domain(self) -> str | None:
        """The domain of the attribute `email`, as `domain_of` finds it."""
        email = self.attributes.get("email")
        return None if email is None else domain_of(email)


def domain_of(address: str) -> str | None:
    """The part behind the `@` of an email address, unchanged.

    There is none if the address has no `@`, has more than one, or has nothing on
    one side of it. Compare it without regard to case: see `ascii_lower`.

    >>> domain_of("mary@Example.com")
    'Example.com'
    >>> domain_of("mary@example.com@example.org")
    """
    local, _, domain = address.partition("@")
    return domain if local and domain and "@" not in domain else None
