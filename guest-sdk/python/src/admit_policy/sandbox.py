"""Makes functions that a component does not have raise errors that say so.

Without this, a call that needs a clock, files or the network traps without a
word, and random numbers are the same ones in every instance.
"""

import builtins
import io
import os
import sys
import time
from typing import Any, NoReturn

import _random


def close() -> None:
    """Removes the clock and randomness, before any module can keep them."""
    for name in _CLOCK:
        setattr(time, name, _missing("clock", f"time.{name}"))
    os.urandom = _missing("randomness", "os.urandom")
    _random.Random = _Random  # type: ignore[misc]
    # componentize-py needs it at the end, when nothing more can be imported.
    import random  # noqa: F401


def finish() -> None:
    """Removes files and imports, once everything is imported."""
    builtins.open = io.open = _missing("files", "open")
    for name in _FILES:
        if hasattr(os, name):
            setattr(os, name, _missing("files", f"os.{name}"))
    sys.meta_path[:] = [_NothingMore()]


_CLOCK = (
    "clock_gettime clock_gettime_ns ctime gmtime localtime monotonic monotonic_ns "
    "perf_counter perf_counter_ns process_time process_time_ns sleep time time_ns"
).split()
_CHANCE = ("random", "getrandbits")
_FILES = "listdir mkdir open remove rename rmdir scandir stat unlink".split()


def _missing(what: str, function: str) -> Any:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(f"a policy has no {what}: `{function}` was called")

    return refuse


class _Random(_random.Random):
    """With a seed it works as usual. Without one, it would repeat the numbers that it gave when the component was made."""

    def seed(self, seed: Any = None) -> None:
        if seed is not None:
            super().seed(seed)
            for name in _CHANCE:
                self.__dict__.pop(name, None)
        elif "random" not in self.__dict__:
            for name in _CHANCE:
                setattr(self, name, _missing("randomness", f"random.{name}"))


class _NothingMore:
    def find_spec(self, name: str, *_: Any) -> NoReturn:
        raise ImportError(
            f"`{name}` was not imported when the component was made: "
            "import it at the top of the module",
            name=name,
        )
