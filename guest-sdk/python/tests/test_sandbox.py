"""Functions that a component does not have raise errors. Tested in a process of its own, which the sandbox closes for good."""

import subprocess
import sys

import pytest

PRELUDE = "from admit_policy import sandbox; sandbox.close(); import datetime, io, os, random, socket, threading, time, uuid; sandbox.finish()\n"


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
        ("getattr(datetime.datetime, 'now')()", "RuntimeError: a policy has no clock: `datetime.datetime.now` was called"),
        ("class D(datetime.datetime): pass\nD.utcnow()", "RuntimeError: a policy has no clock: `datetime.datetime.utcnow`"),
        ("datetime.date.today()", "RuntimeError: a policy has no clock: `datetime.date.today` was called"),
        ("time.strftime('%Y')", "RuntimeError: a policy has no clock: `time.strftime` was called"),
        ("time.asctime()", "RuntimeError: a policy has no clock: `time.asctime` was called"),
        ("os.times()", "RuntimeError: a policy has no clock: `os.times` was called"),
        ("random.random()", "RuntimeError: a policy has no randomness: `random.random` was called"),
        ("random.choice([1, 2])", "RuntimeError: a policy has no randomness: `random.getrandbits` was called"),
        ("random.Random().random()", "RuntimeError: a policy has no randomness: `random.random` was called"),
        ("uuid.uuid4()", "RuntimeError: a policy has no randomness: `os.urandom` was called"),
        ("open('x')", "RuntimeError: a policy has no files: `open` was called"),
        ("os.listdir('.')", "RuntimeError: a policy has no files: `os.listdir` was called"),
        ("os.path.exists('.')", "RuntimeError: a policy has no files: `os.stat` was called"),
        ("os.access('.', 0)", "RuntimeError: a policy has no files: `os.access` was called"),
        ("os.write(1, b'x')", "RuntimeError: a policy has no files: `os.write` was called"),
        ("io.FileIO('x')", "RuntimeError: a policy has no files: `io.FileIO` was called"),
        ("input()", "RuntimeError: a policy has no input: `input` was called"),
        ("os.abort()", "RuntimeError: a policy has no processes: `os.abort` was called"),
        ("socket.socket()", "RuntimeError: a policy has no network: `socket.socket` was called"),
        ("socket.gethostbyname('x')", "RuntimeError: a policy has no network: `socket.gethostbyname` was called"),
        ("threading.Event().wait()", "RuntimeError: a policy has no threads: `threading.Condition.wait` was called"),
        ("b'x'.decode('cp1252')", "LookupError: the encoding `cp1252` is unknown, or was not imported"),
        ("import wave", "ImportError: `wave` was not imported when the component was made"),
    ],
)
def test_says_what_is_missing(code: str, expected: str) -> None:
    assert run(code).startswith(expected), run(code)


def test_a_generator_with_a_seed_is_no_chance() -> None:
    assert run("print(random.Random(7).random())").strip() == "0.32383276483316237"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("datetime.datetime(2026, 1, 2) + datetime.timedelta(1)", "2026-01-03 00:00:00"),
        ("datetime.datetime.fromisoformat('2026-01-02')", "2026-01-02 00:00:00"),
        ("time.strftime('%Y', (2026, 1, 2, 0, 0, 0, 0, 1, 0))", "2026"),
    ],
)
def test_times_that_are_given_need_no_clock(code: str, expected: str) -> None:
    assert run(f"print({code})").strip() == expected
