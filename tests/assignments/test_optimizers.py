from __future__ import annotations

import numpy as np

from tests.assignments.suite import AssignmentTests, Suite


class TestOptimizers(AssignmentTests):
    suite = Suite(
        "optimizers",
        plots=frozenset(
            {"descent-plot", "momentum-plot", "paths-plot", "schedule-plot", "training"}
        ),
        unanswered=frozenset({"question-1-answer", "question-2-answer"}),
        every=40,
        always=(
            *("accumulate_one_backward", "adam_of_the_library", "clip_new_tensors"),
            *("descent_changes_start", "minibatches_global_generator", "scheduler_copies"),
            *("sgd_velocity_is_gradient", "state_of_objects"),
        ),
        seeds=5,
    )

    def test_the_digits_are_whole(self) -> None:
        path = self.suite.source.parent / "data" / "digits.npz"
        with np.load(path, allow_pickle=False) as archive:
            images, labels = archive["images"], archive["labels"]
        assert images.shape == (1797, 8, 8)
        assert images.dtype == labels.dtype == np.uint8
        assert (images.min(), images.max()) == (0, 16)
        assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]

    def test_students_need_nothing_of_the_grader(self) -> None:
        for cell in self.suite.stripped(hidden_tests=False).cells:
            assert "autograder" not in cell.source, cell.id
