"""An audit as plain data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from autograder.audit.generated import Hunt
from autograder.audit.stability import BUDGET, GRADINGS

if TYPE_CHECKING:
    from autograder.audit.audit import AuditReport, Trial

__all__ = ["alone", "document", "kills", "scores"]


def kills(report: AuditReport) -> dict[str, dict[str, int]]:
    """The kill matrix: for each grade cell how many mutants of each solution cell it fails.

    Mutants that were written by hand count under `by hand`.
    """
    matrix: dict[str, Counter[str]] = {cell: Counter() for cell in report.points}
    for trial in report.trials:
        if trial.kind == "mutant":
            for cell in trial.failed & matrix.keys():
                matrix[cell]["by hand"] += 1
    for hunt in report.hunts:
        for cell in hunt.killed_by:
            matrix.setdefault(cell, Counter())[hunt.mutant.cell] += 1
    return {cell: dict(counts) for cell, counts in matrix.items()}


def scores(report: AuditReport) -> dict[str, dict[str, int]]:
    """For each solution cell how many generated mutants were killed, survived, are equivalent."""
    found: dict[str, Counter[str]] = {}
    for hunt in report.hunts:
        found.setdefault(hunt.mutant.cell, Counter())[_fate(hunt)] += 1
    return {
        cell: {fate: counts[fate] for fate in ("killed", "survived", "equivalent")}
        for cell, counts in found.items()
    }


def alone(report: AuditReport) -> dict[str, int]:
    """For each grade cell how many generated mutants no other cell kills."""
    counts = Counter(hunt.killed_by[0] for hunt in report.hunts if len(hunt.killed_by) == 1)
    return {cell: counts[cell] for cell in report.points}


def _fate(hunt: Hunt) -> str:
    if hunt.equivalent:
        return "equivalent"
    return "killed" if hunt.killed_by else "survived"


def document(report: AuditReport) -> dict[str, Any]:
    """Plain data with a schema version; `docs/audit.md` describes it."""
    stability = report.stability
    return {
        "schema": 2,
        "assignment": report.assignment,
        "passed": report.passed,
        "faults": report.faults,
        "digest": report.digest,
        "engine": report.engine,
        "seconds": round(report.seconds, 1),
        "plan": {
            "seeds": report.plan.seeds,
            "generated": report.plan.generated,
            "stock": report.plan.stock,
            "complete": report.plan.complete,
        },
        "open_cells": list(report.open_cells),
        "borrowing_cells": list(report.borrowing_cells),
        "unprotected": report.unprotected,
        "leaks": list(report.leaks),
        "stock": dict(report.stock),
        "trials": [_trial(trial) for trial in report.trials],
        "generated": {
            "possible": report.possible,
            "run": len(report.hunts),
            "scores": scores(report),
            "alone": {cell: count for cell, count in alone(report).items() if count},
            "survived": [_mutant(hunt) for hunt in report.hunts if hunt.survived],
            "equivalent": [
                {**_mutant(hunt), "reason": hunt.equivalent}
                for hunt in report.hunts
                if hunt.equivalent
            ],
            "timed_out": sum(hunt.timed_out for hunt in report.hunts),
        },
        "kills": kills(report),
        "stability": {
            "runs": stability.runs,
            "flaky": stability.flaky,
            "verdicts": {cell: dict(counts) for cell, counts in stability.verdicts.items()},
        },
        "chance": {
            "declared": {
                cell: {"checks": len(checks), "rate": sum(rate for _, rate in checks)}
                for cell, checks in stability.chances.items()
            },
            "notebook": stability.declared,
            "gradings": GRADINGS,
            "used": stability.budget_used,
            "budget": BUDGET,
            "failures": sum(
                count
                for counts in stability.verdicts.values()
                for status, count in counts.items()
                if status != "passed"
            ),
        },
        "cost": {
            cell: {
                "cpu_seconds": round(cost.cpu_seconds, 3),
                "peak_bytes": cost.peak_bytes,
                "deadline": cost.deadline,
            }
            for cell, cost in stability.costs.items()
        },
    }


def _mutant(hunt: Hunt) -> dict[str, Any]:
    mutant = hunt.mutant
    return {
        "cell": mutant.cell,
        "operator": mutant.operator,
        "number": mutant.number,
        "line": mutant.line,
        "becomes": mutant.becomes,
        "killed_by": list(hunt.killed_by),
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "kind": str(trial.kind),
        "name": trial.name,
        "description": trial.description,
        "passed": trial.passed,
        "failed": sorted(trial.failed),
        "survived": sorted(trial.survived),
        "wronged": trial.wronged,
        "cpu_seconds": round(trial.cpu_seconds, 4),
    }
