"""`python -m admit_policy build DIR --output FILE`, which `admit build` runs."""

import argparse
import sys
from pathlib import Path

from .build import BuildError, build


def main() -> int:
    parser = argparse.ArgumentParser(prog="admit_policy", description="Makes a component from a policy")
    command = parser.add_subparsers(required=True).add_parser("build", help="make the component")
    command.add_argument("project", type=Path, help="the folder with `src/policy.py`")
    command.add_argument("--output", type=Path, required=True, help="the component to write")
    command.add_argument("--inputs", type=Path, help="where to list, as JSON, what went into it")
    command.add_argument("--facts", action="store_true", help="for a policy that requests facts")
    arguments = parser.parse_args()
    try:
        findings = build(arguments.project, arguments.output, arguments.inputs, arguments.facts)
    except (BuildError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
