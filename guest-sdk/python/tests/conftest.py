"""Loads the policies of the examples, which are all called `policy`."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def example() -> Iterator[Callable[[str], ModuleType]]:
    before = set(sys.modules)

    def load(name: str) -> ModuleType:
        sys.path.insert(0, str(EXAMPLES / name / "src"))
        return import_module("policy")

    yield load
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(str(EXAMPLES))]
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and file.startswith(str(EXAMPLES)):
            del sys.modules[name]
