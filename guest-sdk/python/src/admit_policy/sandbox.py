"""Makes functions that a component does not have raise errors that say so.

Without this, a call that needs a clock, files or the network traps without a
word, and random numbers are the same ones in every instance.
"""

import builtins
import codecs
import datetime
import gc
import io
import linecache
import os
import sys
import time
from typing import Any, NoReturn

import _random


def close() -> None:
    """Removes the clock and randomness, before any module can keep them."""
    for name in _CLOCK:
        setattr(time, name, _missing("clock", f"time.{name}"))
    # `logging` gives a time to every record, which no handler of a policy shows.
    time.time = _zero_for_logging(time.time)
    time.time_ns = _zero_for_logging(time.time_ns)
    for name, arguments in _CLOCK_UNLESS_GIVEN_A_TIME.items():
        setattr(time, name, _unless_given(arguments, getattr(time, name), f"time.{name}"))
    for kind, names in _NOW.items():
        # The classes are written in C, and refuse assignments.
        (members,) = gc.get_referents(kind.__dict__)
        for name in names:
            whole = f"datetime.{kind.__name__}.{name}"
            members[name] = staticmethod(_missing("clock", whole))
    os.urandom = _missing("randomness", "os.urandom")
    _random.Random = _Random  # type: ignore[misc]
    # componentize-py needs it at the end, when nothing more can be imported.
    import random  # noqa: F401


def finish() -> None:
    """Removes everything else that needs a system, and imports, once everything is imported."""
    for (module, what), names in _SYSTEM.items():
        owner = sys.modules.get(module)
        for name in names.split():
            if hasattr(owner, name):
                setattr(owner, name, _missing(what, f"{module}.{name}"))
    builtins.open = _missing("files", "open")
    builtins.input = _missing("input", "input")
    if "socket" in sys.modules:
        # Still a class, of which others may ask whether a value is an instance.
        sys.modules["socket"].socket.__init__ = _missing("network", "socket.socket")
    if "threading" in sys.modules:
        sys.modules["threading"].Condition.wait = _missing("threads", "threading.Condition.wait")
    # Without files, a traceback has no source lines.
    linecache.checkcache = lambda filename=None: None
    linecache.updatecache = lambda filename, module_globals=None: []
    sys.meta_path[:] = [_NothingMore()]
    # It is asked last, and the one before turns an error of an import into an unknown encoding.
    codecs.register(_no_more_encodings)


_CLOCK = (
    "clock_getres clock_gettime clock_gettime_ns ctime get_clock_info gmtime localtime monotonic monotonic_ns "
    "perf_counter perf_counter_ns process_time process_time_ns sleep time time_ns"
).split()
# With the number of arguments at which they need no clock.
_CLOCK_UNLESS_GIVEN_A_TIME = {"asctime": 1, "strftime": 2}
_NOW = {datetime.date: ["today"], datetime.datetime: ["now", "today", "utcnow"]}
_CHANCE = ("random", "getrandbits")
_FILES = (
    "access chdir chmod close dup dup2 fdatasync fdopen fstat fsync ftruncate isatty link listdir "
    "lseek lstat mkdir open pread pwrite read readlink readv remove rename replace rmdir scandir "
    "stat statvfs symlink truncate unlink utime write writev"
)
_NAMES = (
    "create_connection create_server getaddrinfo gethostbyaddr gethostbyname gethostbyname_ex "
    "gethostname getnameinfo socketpair"
)
_SYSTEM = {
    ("os", "files"): _FILES,
    ("posix", "files"): _FILES,
    ("io", "files"): "FileIO open open_code",
    ("_io", "files"): "FileIO open open_code",
    ("os", "processes"): "_exit abort",
    ("posix", "processes"): "_exit abort",
    ("os", "clock"): "times",
    ("posix", "clock"): "times",
    ("socket", "network"): _NAMES,
    ("_socket", "network"): _NAMES,
    ("select", "network"): "epoll poll select",
}


def _missing(what: str, function: str) -> Any:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(f"a policy has no {what}: `{function}` was called")

    return refuse


def _zero_for_logging(otherwise: Any) -> Any:
    def checked() -> Any:
        caller = sys._getframe(1).f_globals.get("__name__")
        return 0 if caller == "logging" else otherwise()

    return checked


def _unless_given(arguments: int, function: Any, name: str) -> Any:
    refuse = _missing("clock", name)

    def checked(*given: Any) -> Any:
        return function(*given) if len(given) >= arguments else refuse()

    return checked


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


def _no_more_encodings(name: str) -> NoReturn:
    raise LookupError(
        f"the encoding `{name}` is unknown, or was not imported when the component was made: "
        f"write `import encodings.{name}` at the top of the module"
    )
