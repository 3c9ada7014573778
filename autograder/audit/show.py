"""What the instructor reads about an audit."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from autograder.audit.audit import AuditReport, Trial, TrialKind
from autograder.console import clean

__all__ = ["print_report", "print_trial"]


def print_trial(console: Console, trial: Trial) -> None:
    """One line a trial, and what is wrong with its marks if something is."""
    mark = Text("as expected", "green") if trial.passed else Text("NOT AS EXPECTED", "red")
    what = f"{trial.kind} {trial.name}".strip()
    console.print(Text(f"{what}: ").append(mark), soft_wrap=True)
    if trial.passed:
        return
    console.print(Text(f"    {clean(trial.description)}"), soft_wrap=True)
    for grade_id in sorted(trial.survived):
        console.print(Text(f"    {clean(grade_id)} gives points and should not"), soft_wrap=True)
    for grade_id, message in trial.wronged.items():
        line = f"    {clean(grade_id)} should give full points: {clean(message)}"
        console.print(Text(line), soft_wrap=True)


def print_report(console: Console, report: AuditReport) -> None:
    """The result in a few lines."""
    mutants = report.of(TrialKind.MUTANT)
    alternatives = report.of(TrialKind.ALTERNATIVE)
    console.print(
        f"{clean(report.assignment)}: {sum(trial.passed for trial in mutants)} of {len(mutants)} "
        f"wrong solutions are found where they should be, "
        f"{sum(trial.passed for trial in alternatives)} of {len(alternatives)} other right ones "
        f"get full points ({report.engine}, {report.seconds:.0f} s)."
    )
    if report.open_cells:
        cells = clean(", ".join(report.open_cells), 4_000)
        console.print(Text(f"Open, with no more protection than nbgrader's: {cells}"))
    if report.unprotected:
        cells = clean(", ".join(report.unprotected), 4_000)
        console.print(Text(f"Without a hidden test: {cells}"))
