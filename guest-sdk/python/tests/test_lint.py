"""The findings of a build, with their places and advice."""

from pathlib import Path

import pytest
from admit_policy.build import BuildError, blamed, build
from admit_policy.modules import modules_of


def check(folder: Path, files: dict[str, str]) -> list[str]:
    for name, source in files.items():
        file = folder / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    findings = modules_of(folder / "src" / "policy.py").findings
    return [str(finding).removeprefix(f"{folder}/src/") for finding in findings]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import time", "1:1: `time`: there is no clock"),
        ("from time import monotonic", "1:1: `time`: there is no clock"),
        ("import json\nimport random as r", "2:1: `random`: there is no randomness"),
        ("import secrets", "1:1: `secrets`: there is no randomness"),
        ("import socket", "1:1: `socket`: there is no network"),
        ("import urllib.request", "1:1: `urllib.request`: there is no network"),
        ("import threading", "1:1: `threading`: there is one thread"),
        ("from pathlib import Path", "1:1: `pathlib.Path`: there are no files"),
        ("x = 1\ny = open('x')", "2:5: `open`: there are no files"),
        ("import os\nos.environ['A']", "2:1: `os.environ`: there are no environment variables"),
        ("from os import urandom", "1:1: `os.urandom`: there is no randomness"),
        (
            "from datetime import datetime as d\n\ndef f():\n    return d.now()",
            "4:12: `datetime.datetime.now`: there is no clock",
        ),
        ("import datetime\ndatetime.date.today()", "2:1: `datetime.date.today`: there is no clock"),
        ("import uuid\nuuid.uuid4()", "2:1: `uuid.uuid4`: there is no randomness"),
        ("def f():\n    import json", "2:5: `json` is imported inside a function"),
        ("async def f():\n    from . import x", "2:5: `.` is imported inside a function"),
        ("class A:\n    async def evaluate(self): ...", "2:5: `async def evaluate`: a policy awaits nothing"),
        ("import asyncio", "1:1: `asyncio`: a policy awaits nothing"),
        ("import nowhere_at_all", "1:1: the module `nowhere_at_all` is missing"),
        ("def f(:", "1:7: this is not Python"),
    ],
)
def test_finds(tmp_path: Path, source: str, expected: str) -> None:
    findings = check(tmp_path, {"policy.py": source})
    assert [finding for finding in findings if finding.startswith(f"policy.py:{expected}")], findings


@pytest.mark.parametrize(
    "source",
    [
        "import json, re, hashlib, datetime\nfrom datetime import date, timedelta",
        "import logging\nprint(logging.getLogger(__name__))",
        "import time  # admit: ignore",
        "from urllib.parse import urlsplit\nimport uuid\nuuid.UUID(int=1)",
        "import datetime\ndatetime.datetime.fromisoformat('2026-01-01')",
        "from admit_policy import log\ndef opened(): return log.info('open')",
    ],
)
def test_finds_nothing(tmp_path: Path, source: str) -> None:
    assert check(tmp_path, {"policy.py": source}) == []


def test_looks_into_modules_that_are_imported(tmp_path: Path) -> None:
    files = {
        "policy.py": "import domains\nfrom lists import known",
        "domains.py": "import lists.known",
        "lists/__init__.py": "",
        "lists/known.py": "import time",
        "unused.py": "import time",
    }
    assert len(check(tmp_path, files)) == 1
    modules = modules_of(tmp_path / "src" / "policy.py")
    assert sorted(modules.own) == ["domains.py", "lists/__init__.py", "lists/known.py", "policy.py"]


def test_a_project_has_a_policy(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="`src/policy.py` is missing"):
        build(tmp_path, tmp_path / "out.wasm", None)


def test_an_error_of_an_import_is_at_the_authors_line(tmp_path: Path) -> None:
    check(tmp_path, {"policy.py": "x = 1\n"})
    modules = modules_of(tmp_path / "src" / "policy.py")
    report = """Traceback (most recent call last):
      File "/0/policy.py", line 7, in <module>
        x
      File "/1/admit_policy/policy.py", line 116, in export
        y
    TypeError: no
    """
    assert str(blamed(report, modules)).endswith("policy.py:7:1: the policy cannot be imported: TypeError: no")
    report = report.replace("/0/policy.py", "/0/other.py")
    assert str(blamed(report, modules)).endswith("policy.py:1:1: the policy cannot be imported: TypeError: no")
