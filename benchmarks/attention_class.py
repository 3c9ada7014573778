"""A class that hands in the attention assignment: right and wrong solutions, none hostile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

from autograder.assignment import Assignment, load_assignment
from autograder.audit.handin import hand_in
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course

ROOT = Path(__file__).resolve().parent.parent
NAME = "attention"


@final
@dataclass(frozen=True, slots=True)
class AttentionClass:
    """What a class handed in.

    Args:
        assignment: the assignment.
        notebooks: bytes by student.
    """

    assignment: Assignment
    notebooks: dict[str, bytes]

    def enlarged(self, size: int) -> AttentionClass:
        """A class of another size; beyond the first, submissions come again under other names."""
        own = list(self.notebooks.values())
        return AttentionClass(
            self.assignment, {f"s{i:05d}": own[i % len(own)] for i in range(size)}
        )


def attention_class(size: int) -> AttentionClass:
    """The reference, every alternative, and mutants spread over all exercises; all distinct."""
    assignment = load_assignment(Course.open(ROOT), NAME)
    folder = ROOT / "tests" / "assignments" / NAME
    right, wrong = (load_variants(folder / kind) for kind in ("alternatives", "mutants"))
    count = size - 1 - len(right)
    if not 0 <= count <= len(wrong):
        raise SystemExit(f"a class has from {1 + len(right)} to {1 + len(right) + len(wrong)}")
    spread = [wrong[i * len(wrong) // count] for i in range(count)]
    notebooks = {"reference": _notebook(assignment, None)}
    for variant in [*right, *spread]:
        notebooks[variant.name.replace("_", "-")] = _notebook(assignment, variant)
    return AttentionClass(assignment, notebooks)


def _notebook(assignment: Assignment, variant: Variant | None) -> bytes:
    return hand_in(assignment, dict(variant.cells) if variant else {}).notebooks[NAME]


def make_course(folder: Path, handed_in: AttentionClass, config: str) -> None:
    """A course directory with the assignment's source and these submissions."""
    source = folder / "source" / NAME
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(config)
    (source / f"{NAME}.ipynb").write_bytes((ROOT / "source" / NAME / f"{NAME}.ipynb").read_bytes())
    for student, data in handed_in.notebooks.items():
        place = folder / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_bytes(data)
