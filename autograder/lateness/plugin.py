"""The rules inside stock `nbgrader autograde`."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.course import Course
from autograder.lateness.apply import assess_student, write_extension
from autograder.lateness.rules import Rules, load_rules

__all__ = ["AssignPolicyPenalties", "PolicyPenalty"]


class PolicyPenalty(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's late-penalty plugin that follows `policy.toml`.

    Without that file it does what nbgrader's own plugin does.
    """

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Points to take off one notebook; None for none."""
        rules = _rules(self.config)
        step = self.parent
        if rules is None:
            penalty = super().late_submission_penalty(student_id, score, total_seconds_late)
            return None if penalty is None else float(penalty)
        lateness = assess_student(rules, step.gradebook, student_id)[step.assignment_id]
        notebook = step.gradebook.find_submission_notebook(
            step.notebook_id, step.assignment_id, student_id
        )
        return lateness.penalty(float(score), float(notebook.max_score)) or None


class AssignPolicyPenalties(AssignLatePenalties):  # type: ignore[misc]  # as above
    """nbgrader's step, which knows the due dates and extensions of `policy.toml` first."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Write the penalty of one notebook into the gradebook."""
        rules = _rules(self.config)
        if rules is not None:
            about = resources["nbgrader"]
            with Gradebook(about["db_url"]) as gradebook:
                submission = gradebook.find_submission(about["assignment"], about["student"])
                due = rules.of(about["assignment"]).due
                if due is not None:
                    submission.assignment.duedate = due
                lateness = assess_student(rules, gradebook, about["student"])
                write_extension(submission, lateness[about["assignment"]])
                gradebook.db.commit()
        result: tuple[Any, Any] = super().preprocess(nb, resources)
        return result


def _rules(config: Any) -> Rules | None:
    return load_rules(Course.of_command(config))
