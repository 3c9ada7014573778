"""Runs the reference of each assignment under many random states, unsealed and without plots.

python -m tests.assignments.seeds 200 [ASSIGNMENT ...]
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.assignments.harness import run
from tests.assignments.suite import AssignmentTests
from tests.assignments.test_attention import TestAttention
from tests.assignments.test_fine_tuning import TestFineTuning
from tests.assignments.test_optimizers import TestOptimizers
from tests.assignments.test_regularization import TestRegularization

ALL = (TestAttention, TestFineTuning, TestOptimizers, TestRegularization)


def failures(tests: type[AssignmentTests], seeds: int) -> Counter[str]:
    """How often each grade cell fails the reference."""
    suite, found = tests.suite, Counter[str]()
    tests.setup_class()
    for seed in range(seeds):
        outcome = run(suite.notebook, seed=seed, skip=suite.plots, folder=suite.source.parent)
        missing = set(suite.owners) - outcome.passed - suite.plots
        found.update(missing)
    return found


def main() -> int:
    """Print one line an assignment; 1 if a cell fails the reference."""
    seeds, names = int(sys.argv[1]), sys.argv[2:]
    bad = False
    for tests in ALL:
        if not names or tests.suite.name in names:
            found = failures(tests, seeds)
            bad = bad or bool(found)
            print(f"{tests.suite.name}: {seeds} random states, failures: {dict(found) or 'none'}")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
