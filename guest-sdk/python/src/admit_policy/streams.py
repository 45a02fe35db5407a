"""Turns what a policy prints, or passes to `logging`, into notes."""

import io
import sys
from collections.abc import Callable
from typing import Any, Final, TextIO

from . import log

# A longer note is cut, so the rest of a longer line is not kept.
_CHARACTERS: Final = 16 << 10


class Lines(io.TextIOBase):
    """A stream in the place of a standard stream, which is written line by line."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, write_line: Callable[[str], object]) -> None:
        super().__init__()
        self.write_line = write_line
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        *lines, rest = (self._rest + text).split("\n")
        for line in lines:
            self.write_line(line)
        self._rest = rest[:_CHARACTERS]
        if rest and self not in unfinished:
            unfinished.append(self)
        return len(text)

    def flush(self) -> None:
        """Writes an unfinished line."""
        if self._rest:
            line, self._rest = self._rest, ""
            self.write_line(line)


# The streams that have to be flushed: a look at a list costs a sign-up less than a call.
unfinished: list[Lines] = []


def flush() -> None:
    """Writes all unfinished lines."""
    for stream in unfinished:
        stream.flush()
    unfinished.clear()


class Streams:
    """The standard streams of a policy.

    While the component is made, they lead to the terminal of its author; later
    to the notes.
    """

    def __init__(self) -> None:
        # Made before the policy is imported, which may keep a stream.
        self._output = Lines(_writer_to(sys.stdout))
        self._errors = Lines(_writer_to(sys.stderr))
        sys.stdout = sys.__stdout__ = self._output  # type: ignore[assignment, misc]
        sys.stderr = sys.__stderr__ = self._errors  # type: ignore[assignment, misc]
        sys.stdin = sys.__stdin__ = io.StringIO()  # type: ignore[assignment, misc]

    def write_notes(self) -> None:
        """From now on, each line is a note."""
        flush()
        self._output.write_line = log.info
        self._errors.write_line = log.warn
        _adapt_logging()


def _writer_to(stream: TextIO) -> Callable[[str], object]:
    return lambda line: print(line, file=stream, flush=True)


def _adapt_logging() -> None:
    """Gives the records of `logging` their levels, where the policy imported it."""
    logging: Any = sys.modules.get("logging")
    if logging is None:
        return
    write_to_stream = logging.StreamHandler.emit

    def emit(handler: Any, record: Any) -> None:
        if not isinstance(handler.stream, Lines):
            write_to_stream(handler, record)
        elif record.levelno >= logging.ERROR:
            log.error(handler.format(record))
        elif record.levelno >= logging.WARNING:
            log.warn(handler.format(record))
        elif record.levelno >= logging.INFO:
            log.info(handler.format(record))
        else:
            log.debug(handler.format(record))

    def no_time(*_: Any) -> str:
        raise RuntimeError(
            "a policy has no clock: leave `%(asctime)s` out of the format of `logging`"
        )

    logging.StreamHandler.emit = emit
    logging.Formatter.formatTime = no_time
    # There are neither threads nor processes to name.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False
