"""Makes a component from a policy project, with componentize-py."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .finding import Finding
from .modules import Modules, modules_of

_SDK = Path(__file__).parent
# The modules that go into every component; the others build it.
_IN_COMPONENT = "component log policy sandbox settings sign_up streams text verdict".split()


@dataclass(frozen=True)
class _Target:
    """What a component is made of: names of modules without `.py`."""

    wit: str
    main: str
    package: str
    """The module that becomes `__init__`."""
    others: tuple[str, ...] = ()

    def files(self) -> dict[str, Path]:
        """The files of the SDK, by the names that they have in the component."""
        modules = {name: name for name in (*_IN_COMPONENT, *self.others)}
        modules["__init__"] = self.package
        return {f"{name}.py": _SDK / f"{source}.py" for name, source in modules.items()}


# A policy without facts keeps the contract and the modules that it always had.
_WITHOUT_FACTS = _Target("policy.wit", "component", "without_facts")
_WITH_FACTS = _Target(
    "policy-with-facts.wit",
    "component_with_facts",
    "__init__",
    ("component_with_facts", "facts", "link", "user"),
)


class BuildError(Exception):
    """Why there is no component, if no line of the author is the cause."""


def build(project: Path, output: Path, inputs: Path | None, facts: bool = False) -> list[Finding]:
    """Writes the component and the list of its inputs, or returns the findings."""
    entry = project.resolve() / "src" / "policy.py"
    if not entry.is_file():
        raise BuildError(f"`{project}`: `src/policy.py` is missing, which has the policy")
    modules = modules_of(entry)
    if modules.findings:
        return modules.findings
    target = _WITH_FACTS if facts else _WITHOUT_FACTS
    with tempfile.TemporaryDirectory(prefix="admit-policy-") as folder:
        findings = _componentize(modules, target, Path(folder), output.resolve())
    if not findings and inputs is not None:
        inputs.write_text(json.dumps(_inputs(modules, target)) + "\n", encoding="utf-8")
    return findings


def _inputs(modules: Modules, target: _Target) -> list[str]:
    sdk = [*target.files().values(), _SDK / target.wit]
    # The virtual environment is in the same folder.
    requirements = Path(sys.prefix).parent / "requirements.txt"
    files = [*modules.own.values(), *sdk]
    if requirements.is_file():
        files.append(requirements)
    return sorted(str(file.absolute()) for file in files)


def _componentize(modules: Modules, target: _Target, stage: Path, output: Path) -> list[Finding]:
    """Works on copies, since Python leaves compiled files beside the sources."""
    app = stage / "app"
    for name, file in modules.own.items():
        copy = app / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    for package in modules.packages.values():
        if package.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "tests")
            shutil.copytree(package, app / package.name, ignore=ignored)
        else:
            shutil.copyfile(package, app / package.name)
    sdk = stage / "sdk"
    (sdk / "admit_policy").mkdir(parents=True)
    for name, file in target.files().items():
        shutil.copyfile(file, sdk / "admit_policy" / name)
    shutil.copyfile(_SDK / target.wit, stage / "policy.wit")
    # Otherwise packages of other Pythons on this machine could be imported as well.
    environment = stage / "environment"
    (environment / "lib" / "python3" / "site-packages").mkdir(parents=True)

    run = subprocess.run(
        [
            *(sys.executable, "-c", "import sys, componentize_py; sys.exit(componentize_py.script())"),
            *("--wit-path", str(stage / "policy.wit"), "--world", "policy"),
            *("componentize", "--stub-wasi", f"admit_policy.{target.main}"),
            *("--python-path", str(sdk), "--python-path", str(app)),
            *("--output", str(stage / "component.wasm")),
        ],
        cwd=stage,
        env={**os.environ, "VIRTUAL_ENV": str(environment)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if run.returncode == 0:
        shutil.copyfile(stage / "component.wasm", output)
        return []
    return [blamed(run.stdout, modules)]


def blamed(report: str, modules: Modules) -> Finding:
    """The error of importing the policy, at the last line that is the author's."""
    said = [line.strip() for line in report.splitlines() if line.strip()]
    errors = [line for line in said if re.match(r"[A-Za-z_.]*(Error|Exception|Exit|Interrupt)\b", line)]
    if not errors:
        raise BuildError(f"componentize-py wrote no component: {report.strip()}")
    message = f"the policy cannot be imported: {errors[-1]}"
    for file, line in reversed(re.findall(r'File "([^"]+)", line (\d+)', report)):
        for name, own in modules.own.items():
            if file.endswith(f"/{name}") and not file.endswith(f"/admit_policy/{name}"):
                return Finding(own, int(line), 1, message)
    return Finding(modules.source / "policy.py", 1, 1, message)
