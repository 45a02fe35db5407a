"""Tests of the policy under plain Python: nothing here needs WebAssembly."""

import pytest
from admit_policy import Allow, Deny, PolicyError, SignUp
from policy import ListedDomains

POLICY = ListedDomains.from_json('{ "domains": ["example.org", "example.com"] }')


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("mary@example.com", None),
        ("mary@Example.ORG", None),
        ("mary@example.net", "email-domain-not-listed"),
        ("mary@sub.example.com", "email-domain-not-listed"),
        ("mary", "email-missing"),
    ],
)
def test_denies_addresses_at_other_domains(email: str, expected: str | None) -> None:
    verdict = POLICY.evaluate(SignUp(attributes={"email": email}))
    code = verdict.code if isinstance(verdict, Deny) else None
    assert code == expected


def test_admits_without_a_vote() -> None:
    assert POLICY.evaluate(SignUp(attributes={"email": "mary@example.com"})) == Allow()


def test_denies_a_sign_up_without_an_address() -> None:
    verdict = POLICY.evaluate(SignUp(user_name="mary"))
    assert verdict == Deny("email-missing", "Please sign up with an email address")


def test_refuses_an_empty_list() -> None:
    with pytest.raises(PolicyError, match="`domains` is empty, which would deny every sign-up"):
        ListedDomains.from_json('{ "domains": [] }')
