"""Finds uses that would fail in a component, or would give other results.

A line that ends with `# admit: ignore` is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .finding import Finding

_IGNORE = "# admit: ignore"

_NO_CLOCK = "there is no clock in a policy, whose verdict depends on nothing but the sign-up: leave it out"
_NO_RANDOMNESS = "there is no randomness in a policy: leave it out, or make a digest of the sign-up"
_NO_FILES = "there are no files in a policy: put the data into its settings, or into a module"
_NO_NETWORK = "there is no network in a policy: put what it needs to know into its settings"
_NO_THREADS = "there is one thread in a policy: call the function directly"
_NO_WAITING = "a policy awaits nothing: write a function with `def`, and call it"
_NO_PROCESSES = "there are no processes in a policy: use a library in pure Python"

# Modules that are refused as a whole.
_MODULES = {
    "asyncio": _NO_WAITING,
    "concurrent": _NO_THREADS,
    "ctypes": _NO_PROCESSES,
    "ftplib": _NO_NETWORK,
    "http": _NO_NETWORK,
    "multiprocessing": _NO_THREADS,
    "random": _NO_RANDOMNESS,
    "requests": _NO_NETWORK,
    "secrets": _NO_RANDOMNESS,
    "select": _NO_NETWORK,
    "selectors": _NO_NETWORK,
    "shutil": _NO_FILES,
    "smtplib": _NO_NETWORK,
    "socket": _NO_NETWORK,
    "sqlite3": _NO_FILES,
    "ssl": _NO_NETWORK,
    "subprocess": _NO_PROCESSES,
    "tempfile": _NO_FILES,
    "threading": _NO_THREADS,
    "time": _NO_CLOCK,
}

# Modules of which only some members are refused.
_MEMBERS = {
    "builtins.input": _NO_FILES,
    "builtins.open": _NO_FILES,
    "datetime.date.today": _NO_CLOCK,
    "datetime.datetime.now": _NO_CLOCK,
    "datetime.datetime.today": _NO_CLOCK,
    "datetime.datetime.utcnow": _NO_CLOCK,
    "importlib.import_module": "nothing can be imported while a policy runs: import it at the top of the module",
    "io.open": _NO_FILES,
    "os.environ": "there are no environment variables in a policy: use its settings",
    "os.getenv": "there are no environment variables in a policy: use its settings",
    "os.getrandom": _NO_RANDOMNESS,
    "os.listdir": _NO_FILES,
    "os.open": _NO_FILES,
    "os.scandir": _NO_FILES,
    "os.stat": _NO_FILES,
    "os.system": _NO_PROCESSES,
    "os.urandom": _NO_RANDOMNESS,
    "os.walk": _NO_FILES,
    "pathlib.Path": _NO_FILES,
    "urllib.request": _NO_NETWORK,
    "uuid.uuid1": _NO_RANDOMNESS,
    "uuid.uuid4": _NO_RANDOMNESS,
}
_BUILTINS = {"__import__": "importlib.import_module", "input": "builtins.input", "open": "builtins.open"}


def findings_in(file: Path, source: str, tree: ast.Module) -> list[Finding]:
    """The findings in one module, in the order of its lines."""
    lines = source.splitlines()
    visitor = _Visitor()
    visitor.visit(tree)
    return sorted(
        Finding(file, node.lineno, node.col_offset + 1, message)
        for node, message in visitor.found
        if not lines[node.lineno - 1].rstrip().endswith(_IGNORE)
    )


class _Visitor(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[ast.stmt | ast.expr, str]] = []
        # The full names behind the names of this module, such as `datetime.datetime`.
        self.names = dict(_BUILTINS)
        self.functions = 0

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._imported(node, alias.name)
            if alias.asname:
                self.names[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                self.names[top] = top
        self._at_the_top(node, node.names[0].name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level == 0:
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                self._imported(node, whole)
                self.names[alias.asname or alias.name] = whole
        self._at_the_top(node, "." * node.level + module)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        whole = self._whole_name(node)
        if whole in _MEMBERS:
            self.found.append((node, f"`{whole}`: {_MEMBERS[whole]}"))
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        whole = self.names.get(node.id)
        # An imported name was reported at its import.
        if isinstance(node.ctx, ast.Load) and node.id in _BUILTINS and whole == _BUILTINS[node.id]:
            self.found.append((node, f"`{node.id}`: {_MEMBERS[whole]}"))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.found.append((node, f"`async def {node.name}`: {_NO_WAITING}"))
        self._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node)

    def _function(self, node: ast.AST) -> None:
        self.functions += 1
        self.generic_visit(node)
        self.functions -= 1

    def _imported(self, node: ast.stmt, name: str) -> None:
        for known in _leading(name):
            if message := _MODULES.get(known) or _MEMBERS.get(known):
                # A class of `pathlib` or `datetime` may be imported for its other methods.
                if known not in ("datetime.datetime", "datetime.date"):
                    self.found.append((node, f"`{known}`: {message}"))
                return

    def _at_the_top(self, node: ast.stmt, name: str) -> None:
        if self.functions:
            self.found.append(
                (
                    node,
                    f"`{name}` is imported inside a function, which fails while a policy runs: "
                    "import it at the top of the module",
                )
            )

    def _whole_name(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            whole = self._whole_name(node.value)
            return whole and f"{whole}.{node.attr}"
        return None


def _leading(name: str) -> Iterator[str]:
    """`a`, `a.b`, `a.b.c` for `a.b.c`."""
    steps = name.split(".")
    for count in range(1, len(steps) + 1):
        yield ".".join(steps[:count])
