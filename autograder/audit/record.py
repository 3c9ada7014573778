"""The record of an audit beside an assignment's variants, which a release relies on."""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from autograder import __version__
from autograder.assignment import Assignment, load_assignment
from autograder.audit.memory import Memory
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.audit.audit import AuditReport

__all__ = [
    "code_digest",
    "digest_of",
    "memory_of",
    "missing",
    "record_path",
    "write_record",
]


def record_path(course: Course, assignment: str) -> Path:
    """Where the record of the last complete audit lies. It is committed, so that a clone has it."""
    return course.variants(assignment) / "audit.json"


_PACKAGE: Final = Path(__file__).resolve().parent.parent
_DECIDING: Final = ("checks/*.py", "audit/operators.py", "audit/mutation.py")
"""Parts of this package that decide what a test finds, and which mutants there are."""


def digest_of(course: Course, assignment: Assignment) -> str:
    """SHA-256 of what an audit is about: source, variants, checks, mutation operators, version.

    Comments and docstrings of the checks and operators do not count, and neither does the rest of
    this package between two versions.

    Args:
        course: where the variants are.
        assignment: as loaded, before its open cells are decided.
    """
    folder = course.variants(assignment.name)
    state = hashlib.sha256(f"{code_digest()}\n{assignment.digest}\n".encode())
    paths = [*folder.glob("mutants/*.py"), *folder.glob("alternatives/*.py")]
    for path in [*sorted(paths), folder / "equivalent.toml"]:
        data = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(folder).as_posix()
        state.update(json.dumps([name, len(data)]).encode() + data)
    return state.hexdigest()


@cache
def code_digest(package: Path = _PACKAGE) -> str:
    """SHA-256 of what of this package counts: its version, and the code of the parts that decide.

    Args:
        package: the folder of the package.
    """
    state = hashlib.sha256(__version__.encode())
    for path in (path for pattern in _DECIDING for path in sorted(package.glob(pattern))):
        tree = ast.parse(path.read_bytes())
        for node in ast.walk(tree):
            match node:
                case ast.Expr(value=ast.Constant(value=str())):
                    node.value = ast.Constant(value=None)
        state.update(f"\n{path.relative_to(package).as_posix()}\n{ast.dump(tree)}".encode())
    return state.hexdigest()


def memory_of(course: Course, assignment: str) -> Memory:
    """What an audit of the assignment that was stopped has found so far."""
    return Memory(course.root / ".autograder" / "audit" / f"{assignment}.jsonl", code_digest())


def write_record(course: Course, report: AuditReport) -> Path:
    """Write what a release relies on.

    Args:
        course: the course.
        report: of a complete audit.
    """
    path = record_path(course, report.assignment)
    document = {**report.to_json(), "version": __version__}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def missing(course: Course, assignment: str) -> str:
    """Why a release may not rely on the last audit, in words; empty if it may.

    Raises:
        OperatorError: there is no such assignment.
    """
    remedy = f"Run `autograder audit {assignment}`"
    loaded = load_assignment(course, assignment)
    path = record_path(course, assignment)
    if not path.is_file():
        return f"{assignment} has not been audited. {remedy}"
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
        passed, digest, faults = record["passed"], record["digest"], record["faults"]
    except (ValueError, KeyError, TypeError):
        return f"{path} is no record of an audit. {remedy}"
    if digest != digest_of(course, loaded):
        return f"{assignment} has changed since its audit. {remedy}"
    if passed is not True:
        first = faults[0] if isinstance(faults, list) and faults else "see its record"
        return f"{assignment} did not pass its audit: {first}. Put it right, then audit again"
    return ""
