"""Denies sign-ups with an email address at a listed domain."""

from dataclasses import dataclass

from admit_policy import Allow, Deny, Policy, PolicyError, SignUp, Verdict, domain_of, export
from domains import is_domain, normalized, with_those_above


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest."""

    domains: list[str]
    """The blocked domains, whose subdomains are blocked as well."""


@export
class BlockedEmailDomains(Policy[Settings]):
    """The policy: the blocked domains."""

    def __init__(self, settings: Settings) -> None:
        self.domains: set[str] = set()
        for entry in map(normalized, settings.domains):
            if not is_domain(entry):
                raise PolicyError(f"`domains`: `{entry}` is not a domain such as `example.com`")
            self.domains.add(entry)

    def evaluate(self, sign_up: SignUp) -> Verdict:
        email = sign_up.attribute("email")
        if email is None:
            return Allow()
        domain = normalized(domain_of(email) or "")
        # An unusual spelling must not get around the list.
        if not is_domain(domain):
            return deny("email-domain-unknown")
        if any(name in self.domains for name in with_those_above(domain)):
            return deny("email-domain-blocked")
        return Allow()


def deny(code: str) -> Deny:
    """The same message in both cases: it tells nothing about the list."""
    return Deny(code, "Please sign up with another email address")
