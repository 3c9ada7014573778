from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from tests.assignments.suite import AssignmentTests, Suite


class TestFineTuning(AssignmentTests):
    suite = Suite(
        "fine-tuning",
        plots=frozenset({"transfer-plot", "forget-plot", "adapt-plot"}),
        unanswered=frozenset({"question-1-answer", "question-2-answer"}),
        every=25,
        seeds=4,
    )

    def test_the_networks_have_learnt_their_old_tasks(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(self.suite.source.parent)
        names: dict[str, Any] = {"__name__": "__main__"}
        for cell in self.suite.notebook.cells:
            if cell.id in {"setup", "networks", "data"}:
                exec(cell.source, names)
        images, classes = names["OLD_TEST"]
        windows = names["ALICE"][-4000:].unfold(0, 41, 40)
        with torch.no_grad():
            digits = names["load_digit_net"]().eval()(images).argmax(1)
            logits = names["load_char_lm"]()(windows[:, :-1])
        assert (digits == classes).double().mean() > 0.92
        assert cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten()) < 1.75
