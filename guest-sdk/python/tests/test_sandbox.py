"""Functions that a component does not have raise errors. Tested in a process of its own, which the sandbox closes for good."""

import subprocess
import sys

import pytest

PRELUDE = "from admit_policy import sandbox; sandbox.close(); import random, time, os, uuid; sandbox.finish()\n"


def run(code: str) -> str:
    command = [sys.executable, "-c", PRELUDE + code]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PYTHONPATH": "src"}
    )
    return run.stdout if run.returncode == 0 else run.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("time.time()", "RuntimeError: a policy has no clock: `time.time` was called"),
        ("random.random()", "RuntimeError: a policy has no randomness: `random.random` was called"),
        ("random.choice([1, 2])", "RuntimeError: a policy has no randomness: `random.getrandbits` was called"),
        ("random.Random().random()", "RuntimeError: a policy has no randomness: `random.random` was called"),
        ("uuid.uuid4()", "RuntimeError: a policy has no randomness: `os.urandom` was called"),
        ("open('x')", "RuntimeError: a policy has no files: `open` was called"),
        ("os.listdir('.')", "RuntimeError: a policy has no files: `os.listdir` was called"),
        ("import wave", "ImportError: `wave` was not imported when the component was made"),
    ],
)
def test_says_what_is_missing(code: str, expected: str) -> None:
    assert run(code).startswith(expected), run(code)


def test_a_generator_with_a_seed_is_no_chance() -> None:
    assert run("print(random.Random(7).random())").strip() == "0.32383276483316237"
