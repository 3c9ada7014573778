"""What `autograder doctor` says about the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from autograder.sealed.levels import Level
from autograder.sealed.probe import Finding, probe

__all__ = ["Diagnosis", "diagnose"]


@final
@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of this machine.

    Args:
        level: what it reaches.
        findings: mechanism by mechanism, with what to do where one is missing.
        summary: one sentence.
    """

    level: Level
    findings: tuple[Finding, ...]
    summary: str


def diagnose() -> Diagnosis:
    """Probe this machine and say what it means."""
    found = probe()
    if found.refusal:
        return Diagnosis(Level.UNSAFE, found.findings, f"No grading here: {found.refusal}")
    return Diagnosis(found.level, found.findings, _SUMMARIES[found.level])


_SUMMARIES = {
    Level.FULL: "Full: student code has its own files, processes, network and user.",
    Level.REDUCED: (
        "Reduced: student code is held by fewer layers; docs/security.md says which. Grade "
        "where nothing else of value is."
    ),
    Level.UNSAFE: (
        "Unsafe: nothing holds student code, and grading refuses. Mend the above, or say --unsafe "
        "for code that you would run yourself."
    ),
}
