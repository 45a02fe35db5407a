"""Notes for the operator of the host.

A note may be cut or dropped where a policy writes too much. Never write what
identifies a person. Outside a component the notes go to the standard error
stream.
"""

import sys
from typing import Final

_BYTES: Final = 16 << 10


def debug(note: object) -> None:
    """Writes a note that is only of interest while a policy is being written."""
    _write("debug", _cut(str(note)))


def info(note: object) -> None:
    """Writes a note that is worth knowing."""
    _write("info", _cut(str(note)))


def warn(note: object) -> None:
    """Writes a note on something unusual that was handled."""
    _write("warn", _cut(str(note)))


def error(note: object) -> None:
    """Writes a note on something that should not have happened."""
    _write("error", _cut(str(note)))


def _cut(note: str) -> str:
    # The host keeps no more, and fails a policy that hands it much more at once.
    # The host does not take a lone surrogate as text, and a character may be cut in two.
    return note.encode(errors="replace")[:_BYTES].decode(errors="ignore")


# The only import of a component.
def _write(level: str, note: str) -> None:
    print(f"{level}: {note}", file=sys.stderr)
