"""What every assignment's notebook and tests must do; a test file says which assignment."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import nbformat
import pytest
import torch
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from autograder.assignment import load_assignment
from autograder.audit.answers import origin_of
from autograder.audit.audit import Trial, audit
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course
from autograder.grading.pool import EngineFactory
from autograder.mistakes import load_hints, load_patterns
from tests.assignments.harness import run

__all__ = ["AssignmentTests", "Suite"]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Suite:
    """One assignment of the course and its variants.

    Args:
        name: of the assignment and of its only notebook.
        plots: ids of cells that show something; left out where only verdicts matter.
        unanswered: ids of other cells without a test that raise in the release: questions.
        every: of the mutants, sorted by name, every how many-th is handed in by the tests. All of
            them are when the audit runs.
        always: names of mutants handed in besides, whose mistake crosses the boundary between two
            processes in a way of its own.
        seeds: how many seeds the reference is run with.
    """

    name: str
    plots: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    every: int = 1
    always: tuple[str, ...] = ()
    seeds: int = 20

    @property
    def source(self) -> Path:
        """The instructor's notebook."""
        return ROOT / "source" / self.name / f"{self.name}.ipynb"

    @property
    def folder(self) -> Path:
        """Where mutants and alternatives lie."""
        return ROOT / "tests" / "assignments" / self.name

    @cached_property
    def notebook(self) -> NotebookNode:
        """The instructor's notebook, read once; copy it before changing it."""
        notebook: NotebookNode = nbformat.read(self.source, as_version=4)
        return notebook

    @cached_property
    def mutants(self) -> tuple[Variant, ...]:
        """All wrong solutions."""
        return load_variants(self.folder / "mutants")

    @cached_property
    def alternatives(self) -> tuple[Variant, ...]:
        """All right ones."""
        return load_variants(self.folder / "alternatives")

    @property
    def handed_in(self) -> tuple[Variant, ...]:
        """The mutants that the tests hand in."""
        sample = self.mutants[:: self.every]
        more = [m for m in self.mutants if m.name in self.always and m not in sample]
        return (*sample, *more)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """For each automatic grade cell the solution cell that it tests: the last one before it."""
        owner: dict[str, str] = {}
        last = ""
        for cell in self.notebook.cells:
            info = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and info.get("solution"):
                last = cell.id
            elif cell.cell_type == "code" and info.get("grade"):
                owner[cell.id] = last
        return owner

    def stripped(self, *, hidden_tests: bool) -> NotebookNode:
        """The notebook as released to students, with or without the hidden tests."""
        notebook: NotebookNode = deepcopy(self.notebook)
        notebook, resources = ClearSolutions().preprocess(notebook, {})
        if not hidden_tests:
            notebook, resources = ClearHiddenTests().preprocess(notebook, resources)
            notebook, _ = ClearMarkScheme().preprocess(notebook, resources)
        return notebook

    def without(self, names: Iterable[str]) -> NotebookNode:
        """The notebook without some of its cells."""
        notebook: NotebookNode = deepcopy(self.notebook)
        notebook.cells = [cell for cell in notebook.cells if cell.id not in set(names)]
        return notebook

    def course(self, root: Path) -> Course:
        """A course with nothing but this assignment, the alternatives and some mutants.

        Cells that only show something are empty there: no verdict depends on them.
        """
        shutil.copytree(self.source.parent, root / "source" / self.name)
        notebook = deepcopy(self.notebook)
        for cell in notebook.cells:
            if cell.id in self.plots:
                cell.source = ""
        nbformat.write(notebook, root / "source" / self.name / self.source.name)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        variants = root / "tests" / "assignments" / self.name
        shutil.copytree(self.folder / "alternatives", variants / "alternatives")
        (variants / "mutants").mkdir()
        for mutant in self.handed_in:
            shutil.copy(self.folder / "mutants" / f"{mutant.name}.py", variants / "mutants")
        return Course.open(root)


class AssignmentTests:
    """Tests of one assignment. A subclass gives `suite`."""

    suite: ClassVar[Suite]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each cell, seed or variant."""
        suite = metafunc.cls.suite
        values = {
            "grade_cell": list(suite.owners),
            "seed": range(suite.seeds),
            "solution_cell": sorted(set(suite.owners.values())),
            "mutant": [variant.name for variant in suite.handed_in],
            "alternative": [variant.name for variant in suite.alternatives],
        }
        for name in values.keys() & set(metafunc.fixturenames):
            metafunc.parametrize(name, values[name])

    @classmethod
    def setup_class(cls) -> None:
        torch.set_num_threads(1)
        # The first backward pass with a given gradient and the first step of an optimizer import
        # much; the children then share it.
        parameter = torch.nn.Parameter(torch.ones(1))
        torch.autograd.backward([parameter], [torch.ones(1)])
        torch.optim.SGD([parameter], lr=1.0).step()

    @pytest.fixture(scope="class")
    @classmethod
    def trials(
        cls, tmp_path_factory: pytest.TempPathFactory, warm: EngineFactory
    ) -> dict[str, Trial]:
        """What became of every variant when it was handed in and graded, by name."""
        course = cls.suite.course(tmp_path_factory.mktemp("course"))
        report = audit(course, cls.suite.name, engine=warm, workers=1)
        assert report.open_cells == ()
        assert report.unprotected == {}
        assert all(trial.passed for trial in report.trials if not trial.name)
        return {trial.name: trial for trial in report.trials if trial.name}

    def test_the_points_add_up_to_100(self) -> None:
        infos = [cell.metadata.get("nbgrader", {}) for cell in self.suite.notebook.cells]
        assert sum(info["points"] for info in infos if info.get("grade")) == 100

    def test_the_file_is_clean(self) -> None:
        text = self.suite.source.read_text(encoding="utf-8")
        data = json.loads(text)
        assert text == json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        for cell in data["cells"]:
            assert "".join(cell["source"]).splitlines(keepends=True) == cell["source"]
            assert cell.get("outputs", []) == []
            assert cell.get("execution_count") is None
            assert cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"]) == cell["id"]

    def test_a_grade_cell_speaks_to_the_student(self, grade_cell: str) -> None:
        (cell,) = (cell for cell in self.suite.notebook.cells if cell.id == grade_cell)
        first = cell.source.splitlines()[0]
        assert first.startswith("# ")
        assert first[2].isupper()
        asserts = [
            node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)
        ]
        assert all(node.msg is not None for node in asserts)

    def test_every_grade_cell_has_visible_and_hidden_tests(self) -> None:
        for cell in self.suite.stripped(hidden_tests=True).cells:
            if cell.id in self.suite.owners:
                assert "BEGIN HIDDEN TESTS" in cell.source, cell.id
        for cell in self.suite.stripped(hidden_tests=False).cells:
            assert "HIDDEN" not in cell.source
            assert "SOLUTION" not in cell.source
            assert "MARK SCHEME" not in cell.source
            if cell.id in self.suite.owners:
                assert "check" in cell.source or "assert " in cell.source, cell.id

    def test_the_reference_passes_under_every_seed(self, seed: int) -> None:
        left_out = self.suite.plots if seed else frozenset()
        folder = self.suite.source.parent
        outcome = run(self.suite.notebook, seed=seed, skip=left_out, folder=folder)
        assert outcome.failures == {}
        assert outcome.errors == {}
        assert outcome.passed == set(self.suite.owners) - left_out

    @pytest.mark.parametrize("hidden_tests", [True, False])
    def test_the_untouched_release_gets_nothing(self, hidden_tests: bool) -> None:
        notebook = self.suite.stripped(hidden_tests=hidden_tests)
        outcome = run(notebook, folder=self.suite.source.parent)
        assert outcome.passed == set()
        assert set(outcome.failures) == set(self.suite.owners)
        assert set(outcome.errors) == self.suite.plots | self.suite.unanswered
        kinds = {error.split(":")[0] for error in outcome.errors.values()}
        assert kinds == {"NotImplementedError"}

    def test_no_grade_cell_passes_without_its_solution_cell(self, solution_cell: str) -> None:
        owners = self.suite.owners
        dependent = {test for test, solution in owners.items() if solution == solution_cell}
        skip = self.suite.plots - dependent
        notebook = self.suite.without({solution_cell})
        outcome = run(notebook, skip=skip, folder=self.suite.source.parent)
        assert dependent <= set(outcome.failures)

    def test_no_grade_cell_passes_without_any_solution_cell(self) -> None:
        notebook = self.suite.without(self.suite.owners.values())
        outcome = run(notebook, skip=self.suite.plots, folder=self.suite.source.parent)
        assert outcome.passed == set()

    def test_a_mutant_fails_where_it_should_and_nowhere_else(
        self, mutant: str, trials: dict[str, Trial]
    ) -> None:
        assert trials[mutant].survived == set(), "these cells let it pass"
        assert trials[mutant].wronged == {}, "these cells are not about it"

    def test_an_alternative_gets_everything(
        self, alternative: str, trials: dict[str, Trial]
    ) -> None:
        assert trials[alternative].failed == set()

    def test_hints_are_about_wrong_solutions(self) -> None:
        hinted = {name for hint in load_hints(self.suite.folder) for name in hint.mistakes}
        assert hinted <= {mutant.name for mutant in self.suite.mutants}

    def test_what_mistakes_answer_was_recorded_from_these_cells_and_mutants(self) -> None:
        course = Course.open(ROOT)
        loaded, path = (
            load_assignment(course, self.suite.name),
            self.suite.folder / "diagnosis.json",
        )
        patterns = load_patterns(path, loaded.solved, load_hints(self.suite.folder))
        assert patterns, f"autograder diagnose {self.suite.name}"
        recorded = json.loads(path.read_text(encoding="utf-8"))["origin"]
        now = origin_of(loaded, self.suite.mutants)
        assert recorded == now, f"changed since: autograder diagnose {self.suite.name}"

    def test_every_grade_cell_catches_a_mutant_and_every_solution_cell_has_one(self) -> None:
        mutants, owners = self.suite.mutants, self.suite.owners
        assert set().union(*(mutant.fails for mutant in mutants)) == set(owners)
        assert set().union(*(mutant.cells for mutant in mutants)) == set(owners.values())
        assert set(self.suite.always) <= {mutant.name for mutant in mutants}
        assert len(mutants) >= 40
        assert len(self.suite.alternatives) >= 8
