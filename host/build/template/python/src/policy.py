"""Denies sign-ups without an email address at a listed domain."""

from dataclasses import dataclass

from admit_policy import Allow, Deny, Policy, PolicyError, SignUp, Verdict, ascii_lower, export


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest."""

    domains: list[str]
    """The domains at which people may sign up, such as `example.com`."""


@export
class ListedDomains(Policy[Settings]):
    """The policy, made from its settings for every sign-up."""

    def __init__(self, settings: Settings) -> None:
        if not settings.domains:
            raise PolicyError("`domains` is empty, which would deny every sign-up")
        self.domains = {ascii_lower(domain) for domain in settings.domains}

    def evaluate(self, sign_up: SignUp) -> Verdict:
        # Only there if `reads` in policy.toml asks for it and the manifest grants it.
        domain = sign_up.email_domain()
        if domain is None:
            return Deny("email-missing", "Please sign up with an email address")
        if ascii_lower(domain) not in self.domains:
            # The code is for machines and logs, the message for the person signing up.
            return Deny(
                "email-domain-not-listed",
                "Please sign up with the email address of your company",
            )
        return Allow()
