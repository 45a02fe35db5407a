"""Confirms a sign-up whose email address is at the domain in `custom:domain`."""

from admit_policy import Allow, NoSettings, Policy, SignUp, Verdict, Vote, ascii_lower, export


@export
class EmailDomain(Policy[NoSettings]):
    """The policy. Other users may sign up too, and confirm in the usual way."""

    def evaluate(self, sign_up: SignUp) -> Verdict:
        actual = sign_up.email_domain()
        expected = sign_up.attribute("custom:domain")
        if actual is None or expected is None:
            return Allow()
        if ascii_lower(actual) == ascii_lower(expected):
            return Allow(confirm=Vote.GRANT)
        return Allow()
