"""Settings are filled by type hints, and errors lead to what is wrong."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from admit_policy import Allow, NoSettings, Policy, PolicyError, SignUp, Verdict
from admit_policy.settings import decoder_of


@dataclass(frozen=True)
class Window:
    first_day: int
    label: str | None = None


@dataclass(frozen=True)
class Settings:
    names: list[str]
    share: float = 0.5
    strict: bool = False
    mode: Literal["soft", "hard"] = "soft"
    windows: tuple[Window, ...] = ()
    by_name: dict[str, int] = field(default_factory=dict)


class Everything(Policy[Settings]):
    def evaluate(self, sign_up: SignUp) -> Verdict:
        return Allow()


def test_fills_a_dataclass() -> None:
    policy = Everything.from_json(
        """{
            "names": ["a", "é"], "share": 1, "strict": true, "mode": "hard",
            "windows": [{"first-day": 3}, {"first-day": 4, "label": null}],
            "by-name": {"x-y": 7}
        }"""
    )
    assert policy.settings == Settings(
        ["a", "é"], 1.0, True, "hard", (Window(3), Window(4)), {"x-y": 7}
    )
    assert type(policy.settings.share) is float


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[]", "the settings are not a JSON object"),
        ("null", "the settings are not a JSON object"),
        ("{}", "the settings do not fit: missing field `names`"),
        ('{"names": "a"}', '`names`: invalid type: string "a", expected an array'),
        ('{"names": ["a", 1]}', "`names[1]`: invalid type: integer `1`, expected a string"),
        ('{"names": [], "share": true}', "`share`: invalid type: boolean `true`, expected a number"),
        ('{"names": [], "strict": 1}', "`strict`: invalid type: integer `1`, expected a boolean"),
        ('{"names": [], "mode": "x"}', '`mode`: invalid value: string "x", expected `soft` or `hard`'),
        ('{"names": [], "windows": [{}]}', "`windows[0]`: missing field `first-day`"),
        (
            '{"names": [], "windows": [{"first-day": 1.0}]}',
            "`windows[0].first-day`: invalid type: floating point `1.0`, expected an integer",
        ),
        (
            '{"names": [], "windows": [{"first_day": 1}]}',
            "`windows[0]`: unknown field `first_day`, expected `first-day` or `label`",
        ),
        ('{"names": [], "by-name": {"x": "y"}}', "`by-name.x`: invalid type"),
        ('{"names": [], "names": []}', "duplicate field `names`"),
        ('{"names": [], "share": NaN}', "`NaN` is not JSON"),
        ('{"names": ["\\ud800"]}', "surrogates not allowed"),
        ("{", "line 1 column 2"),
    ],
)
def test_says_what_is_wrong(settings: str, expected: str) -> None:
    with pytest.raises(PolicyError) as raised:
        Everything.from_json(settings)
    assert expected in str(raised.value)


def test_no_settings_are_an_empty_object() -> None:
    class Nothing(Policy[NoSettings]):
        pass

    assert Nothing.from_json("{}").settings == NoSettings()
    with pytest.raises(PolicyError, match="unknown field `speed`, there are no fields"):
        Nothing.from_json('{"speed": 9}')


@pytest.mark.parametrize("hint", [bytes, dict[int, str], int | str, tuple[int, str], complex])
def test_refuses_types_that_json_does_not_have(hint: Any) -> None:
    with pytest.raises(TypeError, match="settings cannot have the type"):
        decoder_of(hint)
