"""The examples decide as the Rust policies of the same names do."""

from collections.abc import Callable
from types import ModuleType

import pytest
from admit_policy import (
    Allow,
    Deny,
    Facts,
    LookupFailure,
    PolicyError,
    SignUp,
    TriggerSource,
    User,
    Vote,
)

Example = Callable[[str], ModuleType]
WELCOME = "280d44ab1e9f79b5cce2dd4f58f5fe91f0fbacdac9f7447dffc318ceb79f2d02"


def code(verdict: object) -> str | None:
    return verdict.code if isinstance(verdict, Deny) else None


@pytest.mark.parametrize(
    ("attributes", "confirmed"),
    [
        ({"email": "mary@Example.COM", "custom:domain": "exAMPLE.com"}, True),
        ({"email": "mary@example.org", "custom:domain": "example.com"}, False),
        ({"email": "mary@sub.example.com", "custom:domain": "example.com"}, False),
        ({"email": "mary@example.com"}, False),
        ({"custom:domain": "example.com"}, False),
        ({"email": "", "custom:domain": ""}, False),
        ({"email": "mary@", "custom:domain": ""}, False),
        ({"email": "a@x.org@example.com", "custom:domain": "example.com"}, False),
        # The Kelvin sign is a `k` for `str.lower()`.
        ({"email": "mary@\u212a.example", "custom:domain": "k.example"}, False),
    ],
)
def test_email_domain(example: Example, attributes: dict[str, str], confirmed: bool) -> None:
    policy = example("email-domain").EmailDomain.from_json("{}")
    verdict = policy.evaluate(SignUp(attributes=attributes))
    assert verdict == Allow(confirm=Vote.GRANT if confirmed else Vote.ABSTAIN)


@pytest.mark.parametrize(
    ("attributes", "email", "phone"),
    [
        ({}, False, False),
        ({"email": "mary@example.com", "phone_number": "+12065550100"}, True, True),
        ({"email": "", "phone_number": " \u3000"}, False, False),
        ({"Email": "mary@example.com", "phone_number": "\x1f"}, False, True),
    ],
)
def test_verify_contact(
    example: Example, attributes: dict[str, str], email: bool, phone: bool
) -> None:
    policy = example("verify-contact").VerifyContact.from_json("{}")
    votes = {True: Vote.GRANT, False: Vote.ABSTAIN}
    verdict = policy.evaluate(SignUp(attributes=attributes))
    assert verdict == Allow(Vote.GRANT, votes[email], votes[phone])


def test_minimum_username_length(example: Example) -> None:
    policy = example("minimum-username-length").MinimumUsernameLength
    message = "Cannot register users with username less than the minimum length of 5"
    assert policy.from_json("{}").evaluate(SignUp(user_name="rroe")) == Deny(
        "username-too-short", message
    )
    assert policy.from_json("{}").evaluate(SignUp(user_name="rroe1")) == Allow()
    three = policy.from_json('{"characters": 3}')
    assert code(three.evaluate(SignUp(user_name="😀😀"))) == "username-too-short"
    assert three.evaluate(SignUp(user_name="ééé")) == Allow()
    for settings in ["-1", "1.5", '"5"', "true", "4294967296", "null"]:
        with pytest.raises(PolicyError):
            policy.from_json(f'{{"characters": {settings}}}')


def test_blocked_email_domains(example: Example) -> None:
    blocked = example("blocked-email-domains").BlockedEmailDomains
    policy = blocked.from_json('{"domains": ["spam.example", "Mixed.Example", "dot.example.", "net"]}')
    for email, expected in [
        ("mary@SPAM.Example", "email-domain-blocked"),
        ("mary@spam.example.", "email-domain-blocked"),
        ("mary@a.b.spam.example", "email-domain-blocked"),
        ("mary@mixed.example", "email-domain-blocked"),
        ("mary@dot.example", "email-domain-blocked"),
        ("mary@any.net", "email-domain-blocked"),
        ("mary@example", None),
        ("mary@notspam.example", None),
        ("mary@spam.example.com", None),
        ("mary@example.org@spam.example", "email-domain-unknown"),
        ("mary", "email-domain-unknown"),
        ("", "email-domain-unknown"),
        ("mary@.", "email-domain-unknown"),
        ("mary@spam.example..", "email-domain-unknown"),
        ("mary@spam..example", "email-domain-unknown"),
        ("mary@spam.example\n", "email-domain-unknown"),
        ("mary@spam.ｅxample", "email-domain-unknown"),
        ("mary@\u212a.example", "email-domain-unknown"),
        (f"mary@{'a' * 253}", None),
        (f"mary@{'a' * 253}.", None),
        (f"mary@{'a' * 254}", "email-domain-unknown"),
    ]:
        assert code(policy.evaluate(SignUp(attributes={"email": email}))) == expected, email
    assert policy.evaluate(SignUp(user_name="mary@spam.example")) == Allow()
    for entry in ["", ".", ".example.com", "*.example.com", "a b", "bücher.example", "a\\n"]:
        with pytest.raises(PolicyError, match="(?s)`domains`: `.*` is not a domain"):
            blocked.from_json(f'{{"domains": ["spam.example", "{entry}"]}}')


def test_invitation_code(example: Example) -> None:
    invitation = example("invitation-code").InvitationCode
    policy = invitation.from_json(f'{{"sha256": ["{"0" * 64}", "{WELCOME.upper()}"]}}')
    for sent, metadata, expected in [
        ("welcome", None, None),
        (" welcome\r\n", None, None),
        ("Welcome", None, "invitation-unknown"),
        ("\x1fwelcome", None, "invitation-unknown"),
        (WELCOME, None, "invitation-unknown"),
        ("", None, "invitation-required"),
        (None, None, "invitation-required"),
        (" \t", "welcome", None),
        ("wrong", "welcome", "invitation-unknown"),
        (None, " ", "invitation-required"),
    ]:
        sign_up = SignUp(
            attributes={"invitation-code": "welcome"},
            validation_data={} if sent is None else {"invitation-code": sent},
            client_metadata={} if metadata is None else {"invitation-code": metadata},
        )
        assert code(policy.evaluate(sign_up)) == expected, (sent, metadata)
    none = invitation.from_json('{"sha256": []}')
    sign_up = SignUp(validation_data={"invitation-code": "welcome"})
    assert code(none.evaluate(sign_up)) == "invitation-unknown"
    for entry in ["", WELCOME[1:], f" {WELCOME[1:]}", WELCOME.replace("a", "g"), f"é{WELCOME[1:]}"]:
        with pytest.raises(PolicyError, match="`sha256`: entry 1 is not a digest of 64 hex"):
            invitation.from_json(f'{{"sha256": ["{entry}"]}}')
    with pytest.raises(PolicyError, match="`key` is empty"):
        invitation.from_json('{"key": "", "sha256": []}')


def test_mishaps(example: Example) -> None:
    mishaps = example("mishaps").Mishaps

    def evaluate(mishap: str) -> object:
        policy = mishaps.from_json(f'{{"mishap": "{mishap}"}}')
        return policy.evaluate(SignUp(attributes={"b": "1", "a": "ü"}))

    assert evaluate("none") == Allow()
    assert evaluate("deny") == Deny("mishap", "Zażółć gęślą jaźń 🎉")
    assert evaluate("attributes") == Deny("mishap", "b=1, a=ü")
    for mishap, error, message in [
        ("settings-refused", PolicyError, "these settings are refused: ünïcödé ✓"),
        ("error", PolicyError, "could not decide: ünïcödé ✓"),
        ("panic", ValueError, "unforeseen"),
    ]:
        with pytest.raises(error, match=message):
            evaluate(mishap)


@pytest.mark.parametrize(
    ("verified", "users", "linked"),
    [
        ("true", [{}], "mary"),
        ("true", [], None),
        ("false", [{}], None),
        ("true", [{"verified": "false"}], None),
        ("true", [{"enabled": False}], None),
        ("true", [{"status": "UNCONFIRMED"}], None),
        ("true", [{"status": "EXTERNAL_PROVIDER"}], None),
        ("true", [{}, {}], None),
        ("true", [{"status": "EXTERNAL_PROVIDER"}, {}], "mary"),
    ],
)
def test_link_by_email(
    example: Example, verified: str, users: list[dict[str, object]], linked: str | None
) -> None:
    link_by_email = example("link-by-email").LinkByEmail
    email = "mary@example.com"

    def user(*, verified: str = "true", **others: object) -> User:
        attributes = {"email": email, "email_verified": verified}
        return User("mary", attributes=attributes, **others)  # type: ignore[arg-type]

    facts = Facts({"user": [user(**members) for members in users]})  # type: ignore[arg-type]
    sign_up = SignUp(
        TriggerSource.EXTERNAL_PROVIDER, attributes={"email": email, "email_verified": verified}
    )
    verdict = link_by_email.from_json("{}").evaluate(sign_up, facts)
    assert isinstance(verdict, Allow) and verdict.linked_user == linked
    strict = link_by_email.from_json('{"unlinked": "deny"}').evaluate(sign_up, facts)
    assert code(strict) == ("account-exists" if linked is None and users else None)


def test_link_by_email_needs_the_look_up_for_a_provider_alone(example: Example) -> None:
    policy = example("link-by-email").LinkByEmail.from_json("{}")
    failed = Facts({"user": LookupFailure.UNAVAILABLE})
    attributes = {"email": "mary@example.com"}
    for sign_up in [SignUp(attributes=attributes), SignUp(TriggerSource.EXTERNAL_PROVIDER)]:
        assert policy.evaluate(sign_up, failed) == Allow()
    with pytest.raises(PolicyError, match="the service could not be reached, or failed"):
        policy.evaluate(SignUp(TriggerSource.EXTERNAL_PROVIDER, attributes=attributes), failed)
