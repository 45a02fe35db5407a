"""Exporting a class, and the small types."""

import pytest
from admit_policy import (
    Allow,
    Deny,
    NoSettings,
    Policy,
    SignUp,
    TriggerSource,
    Verdict,
    Vote,
    ascii_lower,
    domain_of,
    export,
    log,
    policy,
    trim,
)


class AllowAll(Policy[NoSettings]):
    def evaluate(self, sign_up: SignUp) -> Verdict:
        return Allow()


@pytest.fixture(autouse=True)
def nothing_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_exported", [])


def test_the_exported_class_is_found() -> None:
    @export
    class First(AllowAll):
        pass

    assert policy.the_exported() is First


def test_one_policy_must_be_exported() -> None:
    with pytest.raises(TypeError, match="no policy is exported: write `@export` above"):
        policy.the_exported()

    @export
    class First(AllowAll):
        pass

    @export
    class Second(AllowAll):
        pass

    with pytest.raises(TypeError, match="`First` and `Second` are exported"):
        policy.the_exported()


def test_a_policy_has_evaluate_under_its_name() -> None:
    with pytest.raises(TypeError, match="`Misspelt` has no `evaluate`: write `def evaluate"):

        @export
        class Misspelt(Policy[NoSettings]):
            def evalute(self, sign_up: SignUp) -> Verdict:
                return Allow()


def test_a_policy_is_not_async() -> None:
    with pytest.raises(TypeError, match="`evaluate` of `Late` is `async`.*: write `def evaluate`"):

        class Late(Policy[NoSettings]):
            async def evaluate(self, sign_up: SignUp) -> Verdict:  # type: ignore[override]
                return Allow()

    with pytest.raises(TypeError, match="`__init__` of `Later` is `async`"):

        class Later(Policy[NoSettings]):
            async def __init__(self, settings: NoSettings) -> None:  # type: ignore[misc]
                pass


def test_an_answer_that_is_no_verdict_has_words_and_a_line() -> None:
    async def coroutine() -> Verdict:
        return Allow()

    line = AllowAll.evaluate.__code__.co_firstlineno
    for answer, expected in [
        (None, "`evaluate` returned NoneType, not `Allow` or `Deny`"),
        (coroutine(), "`evaluate` returned a coroutine, which nothing awaits: return `Allow` or `Deny`"),
    ]:
        error = policy.not_a_verdict(AllowAll, answer)
        assert str(error) == f"{expected} (test_policy.py, line {line})"


def test_the_settings_must_be_named() -> None:
    class Bare(Policy):  # type: ignore[type-arg]
        pass

    with pytest.raises(TypeError, match="`Bare` does not name its settings"):
        export(Bare)
    with pytest.raises(TypeError, match="the settings of `Odd` are not a dataclass"):

        class Odd(Policy[int]):
            pass


def test_a_denial_is_a_value_and_an_exception() -> None:
    assert Deny("late", "Too late") == Deny("late", "Too late") != Deny("late", "Late")
    with pytest.raises(Deny) as raised:
        raise Deny("late", "Too late")
    assert (raised.value.code, raised.value.message) == ("late", "Too late")


def test_a_plain_allow_abstains() -> None:
    assert Allow() == Allow(Vote.ABSTAIN, Vote.ABSTAIN, Vote.ABSTAIN)


def test_an_empty_sign_up_is_by_a_person() -> None:
    sign_up = SignUp()
    assert sign_up.trigger_source == TriggerSource.SIGN_UP == "PreSignUp_SignUp"
    assert sign_up.attribute("email") is sign_up.email_domain() is None
    assert (sign_up.user_name, sign_up.attributes, sign_up.validation_data) == ("", {}, {})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("mary@Example.com", "Example.com"),
        ("mary", None),
        ("", None),
        ("@", None),
        ("mary@", None),
        ("@example.com", None),
        ("a@b@c", None),
    ],
)
def test_domain_of(address: str, expected: str | None) -> None:
    assert domain_of(address) == expected


def test_white_space_is_what_unicode_says() -> None:
    assert trim("\u3000\x85 a b\u00a0\r\n") == "a b"
    # `str.strip()` would take these.
    assert trim("\x1c\x1d\x1e\x1f") == "\x1c\x1d\x1e\x1f"
    # Neither takes a zero-width space.
    assert trim("\u200b") == "\u200b"


def test_only_ascii_letters_change_case() -> None:
    assert ascii_lower("ABZ-É.\u212a") == "abz-É.\u212a"


def test_notes_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    log.debug("a")
    log.info(7)
    log.warn("b")
    log.error("c")
    assert capsys.readouterr().err == "debug: a\ninfo: 7\nwarn: b\nerror: c\n"


def test_a_long_note_is_cut_between_characters(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("a" + "é" * 10_000)
    assert len(capsys.readouterr().err.removeprefix("info: ").strip().encode()) == (16 << 10) - 1
