"""Facts, users and the vote on the link."""

from collections.abc import Callable
from pathlib import Path

import pytest
from admit_policy import (
    Allow,
    Deny,
    Facts,
    Identity,
    LookupFailure,
    NoSettings,
    Policy,
    PolicyError,
    SignUp,
    User,
    Verdict,
    Vote,
    export,
    policy,
)

MARY = "mary@example.com"


@pytest.fixture(autouse=True)
def nothing_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_exported", [])


def test_a_missing_fact_is_an_error_that_says_why() -> None:
    a, b = User("a"), User("b")
    facts = Facts(
        {"user": LookupFailure.KEY_ABSENT, "now": 7, "one": [a], "none": [], "others": [a, b]}
    )
    assert facts.lookup_failure("user") is LookupFailure.KEY_ABSENT
    assert facts.lookup_failure("now") is None
    assert facts.time_millis("now") == 7
    assert facts.user("one") is a
    assert facts.user("none") is None
    assert facts.users("others") == [a, b]
    unbound = "the manifest binds no look-up to the fact `typo`: add it to the policy's `facts`"
    calls: list[tuple[Callable[[], object], str]] = [
        (
            lambda: facts.user("user"),
            "the fact `user` is not available: the sign-up does not have the value to look up",
        ),
        (lambda: facts.users("now"), "the fact `now` does not come from a `directory` look-up"),
        (
            lambda: facts.time_millis("others"),
            "the fact `others` does not come from a `clock` look-up",
        ),
        (lambda: facts.user("others"), "the fact `others` has 2 users"),
        (lambda: facts.users("typo"), unbound),
        (lambda: facts.lookup_failure("typo"), unbound),
    ]
    for call, expected in calls:
        with pytest.raises(PolicyError) as raised:
            call()
        assert str(raised.value) == expected


def test_a_user_of_a_test_has_everything_that_is_not_said_otherwise() -> None:
    mary = User("mary", attributes={"phone_number_verified": "true", "email_verified": "TRUE"})
    assert (mary.user_name, mary.status, mary.enabled, mary.is_external) == (
        "mary",
        "CONFIRMED",
        True,
        False,
    )
    assert not mary.identities
    assert mary.is_verified("phone_number") and not mary.is_verified("email")
    assert not mary.is_verified("phone") and mary.attribute("email") is None
    external = User("Corp_1", "EXTERNAL_PROVIDER", False, identities=[Identity("Corp", "1")])
    assert external.is_external and not external.enabled
    assert external.identities[0].user_id == "1"
    assert User("a") == User("a") != User("b")
    assert "user_name='mary'" in repr(mary)


def test_what_the_look_up_does_not_read_is_an_error() -> None:
    # As the component makes it.
    user = object.__new__(User)
    user.__dict__.update(user_name="mary", attributes={})
    for name in ("status", "enabled", "identities"):
        expected = f"the look-up does not read `{name}`: add it to `reads` of the look-up"
        with pytest.raises(PolicyError) as raised:
            getattr(user, name)
        assert str(raised.value) == expected
    with pytest.raises(PolicyError, match="does not read `status`"):
        _ = user.is_external
    assert user.attribute("email") is None and not user.is_verified("email")
    assert repr(user) == "User(user_name='mary', attributes={})" and user != User("mary")
    with pytest.raises(AttributeError, match="`User` has no `statsu`"):
        getattr(user, "statsu")


@pytest.mark.parametrize(
    ("email", "verified", "attributes", "expected"),
    [
        (MARY, "true", {"email": MARY, "email_verified": "true"}, None),
        ("Mary@Example.com", "true", {"email": MARY, "email_verified": "true"}, None),
        (
            MARY,
            "false",
            {"email": MARY, "email_verified": "true"},
            "no link: the provider does not say that the `email` of the sign-up is verified",
        ),
        (
            MARY,
            "TRUE",
            {"email": MARY, "email_verified": "true"},
            "no link: the provider does not say that the `email` of the sign-up is verified",
        ),
        (
            MARY,
            "true",
            {"email": MARY, "email_verified": "false"},
            "no link: the `email` of the user is not verified, or the look-up does not read "
            "`email_verified`",
        ),
        (
            "\u212a@example.com",
            "true",
            {"email": "k@example.com", "email_verified": "true"},
            "no link: the sign-up and the user do not have the same `email`",
        ),
        (
            MARY,
            "true",
            {"email_verified": "true"},
            "no link: the sign-up and the user do not have the same `email`",
        ),
    ],
)
def test_a_link_needs_the_same_verified_address_on_both_sides(
    email: str, verified: str, attributes: dict[str, str], expected: str | None
) -> None:
    sign_up = SignUp(attributes={"email": email, "email_verified": verified})
    user = User("mary", attributes=attributes)
    if expected is None:
        assert Allow().link(sign_up, user, "email").linked_user == "mary"
        return
    with pytest.raises(PolicyError) as raised:
        Allow().link(sign_up, user, "email")
    assert str(raised.value) == expected


def test_the_last_vote_on_the_link_holds_beside_the_flags() -> None:
    linked = Allow(confirm=Vote.GRANT, verify_email=Vote.WITHHOLD).link_unverified(User("a"))
    assert (linked.linked_user, linked.confirm, linked.verify_email) == (
        "a",
        Vote.GRANT,
        Vote.WITHHOLD,
    )
    assert linked.link_unverified(User("b")).linked_user == "b"
    withheld = linked.withhold_link()
    assert withheld.withholds_link and withheld.linked_user is None
    assert not withheld.link_unverified(User("a")).withholds_link
    assert linked == Allow(Vote.GRANT, Vote.WITHHOLD).link_unverified(User("a"))
    assert linked != Allow(Vote.GRANT, Vote.WITHHOLD) and Allow().linked_user is None


class WithFacts(Policy[NoSettings]):
    def evaluate(self, sign_up: SignUp, facts: Facts) -> Verdict:
        return Deny("exists", "Exists") if facts.users("user") else Allow()


class WithoutFacts(Policy[NoSettings]):
    def evaluate(self, sign_up: SignUp) -> Verdict:
        return Allow()


def test_a_policy_takes_facts_where_policy_toml_requests_them() -> None:
    export(WithFacts)
    assert policy.the_exported(facts=True) is WithFacts
    with pytest.raises(TypeError) as raised:
        policy.the_exported()
    assert str(raised.value) == (
        "`evaluate` of `WithFacts` takes facts, and `policy.toml` requests none: "
        "add `facts` to `policy.toml`"
    )


def test_a_policy_without_facts_takes_none() -> None:
    export(WithoutFacts)
    assert policy.the_exported() is WithoutFacts
    with pytest.raises(TypeError) as raised:
        policy.the_exported(facts=True)
    assert str(raised.value) == (
        "`evaluate` of `WithoutFacts` takes no facts, and `policy.toml` requests them: "
        "write `def evaluate(self, sign_up: SignUp, facts: Facts) -> Verdict`"
    )


def test_evaluate_takes_a_sign_up_and_at_most_facts() -> None:
    with pytest.raises(TypeError, match="`evaluate` of `Nothing` takes other arguments: write `def"):

        class Nothing(Policy[NoSettings]):
            def evaluate(self) -> Verdict:
                return Allow()


def test_what_is_exported_without_facts_is_part_of_everything() -> None:
    import admit_policy
    from admit_policy import without_facts

    assert set(without_facts.__all__) < set(admit_policy.__all__)
    folder = Path(admit_policy.__file__).parent
    version = "package admit:policy@0.2.0;"
    assert version in (folder / "policy-with-facts.wit").read_text(encoding="utf-8")
