from __future__ import annotations

from tests.assignments.suite import AssignmentTests, Suite


class TestAttention(AssignmentTests):
    suite = Suite(
        "attention",
        plots=frozenset({"maps", "rope-plot"}),
        unanswered=frozenset({"question-1-answer", "question-2-answer"}),
        every=12,
        seeds=20,
    )
