"""Finds the modules that a policy is made of."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import lint
from .finding import Finding


@dataclass
class Modules:
    """The author's modules by their path below `src`, and the packages that they use."""

    source: Path
    own: dict[str, Path] = field(default_factory=dict)
    packages: dict[str, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def modules_of(entry: Path) -> Modules:
    """Follows the imports of `src/policy.py`, and checks each module."""
    modules = Modules(entry.parent)
    waiting = [entry]
    while waiting:
        file = waiting.pop()
        name = str(file.relative_to(modules.source))
        if name in modules.own:
            continue
        modules.own[name] = file
        tree = _parsed(file, modules)
        if tree is not None:
            waiting.extend(_imported(tree, file, modules))
    modules.findings.sort()
    return modules


def _parsed(file: Path, modules: Modules) -> ast.Module | None:
    try:
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source, str(file))
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        modules.findings.append(Finding(file, line, column, f"this is not Python: {error.msg}"))
        return None
    except ValueError as error:
        modules.findings.append(Finding(file, 1, 1, f"this is not Python: {error}"))
        return None
    modules.findings.extend(lint.findings_in(file, source, tree))
    return tree


def _imported(tree: ast.Module, file: Path, modules: Modules) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _found(alias.name, node, file, modules)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.parent.relative_to(modules.source).parts
                if node.level > len(package):
                    message = f"`{'.' * node.level}{base}` leads out of `src`: import `{base}` by its name"
                    modules.findings.append(Finding(file, node.lineno, node.col_offset + 1, message))
                    continue
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, *([base] if base else [])])
            yield from _found(base, node, file, modules)
            for alias in node.names:
                # It may be a module of a package, or a name in it.
                yield from _own(f"{base}.{alias.name}", modules.source)


def _found(name: str, node: ast.stmt, file: Path, modules: Modules) -> Iterator[Path]:
    own = list(_own(name, modules.source))
    if own:
        yield from own
        return
    top = name.partition(".")[0]
    if top == "admit_policy" or top in sys.stdlib_module_names or top in modules.packages:
        return
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        for package in (Path(folder, top), Path(folder, f"{top}.py")):
            if package.exists():
                modules.packages[top] = package
                return
    modules.findings.append(
        Finding(
            file,
            node.lineno,
            node.col_offset + 1,
            f"the module `{top}` is missing: it is neither beside `policy.py` nor in requirements.txt",
        )
    )


def _own(name: str, source: Path) -> Iterator[Path]:
    """The files of a module in `src`, with those of the packages that it is in."""
    folder = source
    files: list[Path] = []
    for step in name.split("."):
        module, package = folder / f"{step}.py", folder / step / "__init__.py"
        if package.is_file():
            files.append(package)
        elif module.is_file():
            files.append(module)
            break
        elif not (folder / step).is_dir():
            break
        folder = folder / step
    yield from files
