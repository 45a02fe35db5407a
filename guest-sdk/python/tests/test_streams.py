"""What a policy prints or logs becomes notes. The standard streams are replaced in a process of its own."""

import subprocess
import sys

import pytest
from admit_policy.streams import Lines

PRELUDE = """
from admit_policy import log, sandbox, streams
sandbox.close()
import sys
notes = []
outside = sys.__stdout__
replaced = streams.Streams()
import logging, traceback
print("while it is made")
log._write = lambda level, note: notes.append(f"{level}: {note}")
replaced.write_notes()
sandbox.finish()
"""
EPILOGUE = """
streams.flush()
outside.write(repr(notes))
"""


def notes_of(code: str) -> list[str]:
    command = [sys.executable, "-c", PRELUDE + code + EPILOGUE]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": "src"}
    )
    early, notes = run.stdout.splitlines()
    assert early == "while it is made"
    found: list[str] = eval(notes)
    return found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('a', 1)\nprint('b')", ["info: a 1", "info: b"]),
        ("print('a\\nb', end='')", ["info: a", "info: b"]),
        ("print('a', end='')\nprint('b')", ["info: ab"]),
        ("print('a', file=sys.stderr)", ["warn: a"]),
        ("print('a', end='', file=sys.stderr)\nprint('b', end='', flush=True)\nprint('c', end='')", ["info: b", "warn: a", "info: c"]),
        ("sys.__stdout__.write('a')", ["info: a"]),
        ("logging.info('a')", []),
        ("logging.warning('a %s', 1)", ["warn: WARNING:root:a 1"]),
        ("logging.getLogger('x').error('a')", ["error: a"]),
        (
            "logging.basicConfig(level=logging.DEBUG, format='%(message)s')\n"
            "logging.debug('a')\nlogging.info('b')\nlogging.critical('c')",
            ["debug: a", "info: b", "error: c"],
        ),
    ],
)
def test_lines_and_records_are_notes(code: str, expected: list[str]) -> None:
    assert notes_of(code) == expected


def test_a_handler_with_a_stream_of_its_own_writes_there() -> None:
    code = """
import io
text = io.StringIO()
logger = logging.getLogger("x")
logger.propagate = False
logger.addHandler(logging.StreamHandler(text))
logger.error("a")
print(text.getvalue(), end="")
"""
    assert notes_of(code) == ["info: a"]


def test_the_time_of_a_record_is_refused() -> None:
    code = """
logging.basicConfig(format="%(asctime)s %(message)s")
try:
    logging.error("a")
except RuntimeError as error:
    print(error)
"""
    assert notes_of(code) == [
        "info: a policy has no clock: leave `%(asctime)s` out of the format of `logging`"
    ]


def test_a_traceback_needs_no_files() -> None:
    code = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n"
    notes = notes_of(code)
    assert notes[0] == "warn: Traceback (most recent call last):"
    assert notes[-1] == "warn: ZeroDivisionError: division by zero"


def test_a_line_without_an_end_does_not_grow_for_ever() -> None:
    lines: list[str] = []
    stream = Lines(lines.append)
    for _ in range(100):
        stream.write("x" * 1000)
    stream.flush()
    stream.flush()
    assert [len(line) for line in lines] == [16 << 10]
    assert stream.writable() and not stream.readable() and not stream.isatty()
