"""Confirms every sign-up, and verifies the email address and the phone number that it has."""

from admit_policy import Allow, NoSettings, Policy, SignUp, Verdict, Vote, export, trim


@export
class VerifyContact(Policy[NoSettings]):
    """The policy; it has no settings."""

    def evaluate(self, sign_up: SignUp) -> Verdict:
        return Allow(
            confirm=Vote.GRANT,
            verify_email=vote_on(sign_up.attribute("email")),
            verify_phone=vote_on(sign_up.attribute("phone_number")),
        )


def vote_on(value: str | None) -> Vote:
    """Grants what is there and not blank."""
    return Vote.GRANT if value is not None and trim(value) else Vote.ABSTAIN
