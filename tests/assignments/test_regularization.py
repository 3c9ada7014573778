from __future__ import annotations

from tests.assignments.suite import AssignmentTests, Suite


class TestRegularization(AssignmentTests):
    suite = Suite(
        "regularization",
        plots=frozenset({"penalty-plot", "augmentation-plot", "experiment"}),
        unanswered=frozenset({"question-1-answer", "question-2-answer", "question-3-answer"}),
        every=30,
        seeds=6,
    )
