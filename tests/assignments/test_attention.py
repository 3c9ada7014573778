from __future__ import annotations

import ast
import json
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
import torch
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from autograder.audit.audit import Trial, TrialKind, audit
from autograder.audit.variants import load_variants
from autograder.course import Course
from autograder.grading.engines import default_engine
from tests.assignments.harness import run

SOURCE = Path(__file__).parents[2] / "source" / "attention" / "attention.ipynb"
VARIANTS = Path(__file__).parent / "attention"
MUTANTS = load_variants(VARIANTS / "mutants")
ALTERNATIVES = load_variants(VARIANTS / "alternatives")
NOTEBOOK: NotebookNode = nbformat.read(SOURCE, as_version=4)
PLOTS = frozenset({"maps", "rope-plot"})


def cells(*, grade: bool | None = None, solution: bool | None = None) -> list[NotebookNode]:
    """The code cells with nbgrader metadata of that kind, in order."""
    found = []
    for cell in NOTEBOOK.cells:
        info = cell.metadata.get("nbgrader")
        if cell.cell_type != "code" or info is None:
            continue
        if grade in (None, info["grade"]) and solution in (None, info["solution"]):
            found.append(cell)
    return found


TESTS = [cell.id for cell in cells(grade=True)]


def solution_of() -> dict[str, str]:
    """For each grade cell the solution cell that it tests: the last one before it."""
    owner: dict[str, str] = {}
    last = ""
    for cell in cells():
        if cell.metadata.nbgrader.solution:
            last = cell.id
        elif cell.metadata.nbgrader.grade:
            owner[cell.id] = last
    return owner


def stripped(*, hidden_tests: bool) -> NotebookNode:
    """The notebook as released to students, with or without the hidden tests."""
    notebook: NotebookNode = deepcopy(NOTEBOOK)
    notebook, resources = ClearSolutions().preprocess(notebook, {})
    if not hidden_tests:
        notebook, resources = ClearHiddenTests().preprocess(notebook, resources)
        notebook, _ = ClearMarkScheme().preprocess(notebook, resources)
    return notebook


def without(names: set[str]) -> NotebookNode:
    notebook: NotebookNode = deepcopy(NOTEBOOK)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in names]
    return notebook


def test_the_points_add_up_to_100() -> None:
    infos = [cell.metadata.get("nbgrader", {}) for cell in NOTEBOOK.cells]
    assert sum(info["points"] for info in infos if info.get("grade")) == 100


def test_the_file_is_clean() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    data = json.loads(text)
    assert text == json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    for cell in data["cells"]:
        assert "".join(cell["source"]).splitlines(keepends=True) == cell["source"]
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"]) == cell["id"]


@pytest.mark.parametrize("cell", cells(grade=True), ids=TESTS)
def test_a_grade_cell_speaks_to_the_student(cell: NotebookNode) -> None:
    first = cell.source.splitlines()[0]
    assert first.startswith("# ")
    assert first[2].isupper()
    asserts = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)]
    assert all(node.msg is not None for node in asserts)


def test_every_grade_cell_has_visible_and_hidden_tests() -> None:
    for cell in stripped(hidden_tests=True).cells:
        if cell.id in TESTS:
            assert "BEGIN HIDDEN TESTS" in cell.source, cell.id
    for cell in stripped(hidden_tests=False).cells:
        assert "HIDDEN" not in cell.source
        assert "SOLUTION" not in cell.source
        assert "MARK SCHEME" not in cell.source
        if cell.id in TESTS:
            assert "check_" in cell.source or "assert " in cell.source, cell.id


@pytest.mark.parametrize("seed", range(50))
def test_the_reference_passes_under_every_seed(seed: int) -> None:
    outcome = run(NOTEBOOK, seed=seed, skip=() if seed == 0 else PLOTS)
    assert outcome.failures == {}
    assert outcome.errors == {}
    assert outcome.passed == set(TESTS)


@pytest.mark.parametrize("hidden_tests", [True, False])
def test_the_untouched_release_gets_nothing(hidden_tests: bool) -> None:  # noqa: FBT001
    outcome = run(stripped(hidden_tests=hidden_tests))
    assert outcome.passed == set()
    assert set(outcome.failures) == set(TESTS)
    assert set(outcome.errors) == {*PLOTS, "question-1-answer", "question-2-answer"}
    assert {error.split(":")[0] for error in outcome.errors.values()} == {"NotImplementedError"}


@pytest.mark.parametrize("missing", sorted(set(solution_of().values())))
def test_no_grade_cell_passes_without_its_solution_cell(missing: str) -> None:
    dependent = {test for test, solution in solution_of().items() if solution == missing}
    outcome = run(without({missing}), skip=PLOTS - dependent)
    assert dependent <= set(outcome.failures)


def test_no_grade_cell_passes_without_any_solution_cell() -> None:
    outcome = run(without(set(solution_of().values())))
    assert outcome.passed == set()


@pytest.fixture(scope="module")
def trials() -> dict[str, Trial]:
    """What became of every variant when it was handed in and graded, by name."""
    report = audit(Course.open(SOURCE.parents[2]), "attention", engine=default_engine())
    assert report.open_cells == ()
    assert report.unprotected == {}
    assert all(trial.passed for trial in report.trials if not trial.name)
    return {trial.name: trial for trial in report.trials if trial.name}


@pytest.mark.parametrize("name", [variant.name for variant in MUTANTS])
def test_a_mutant_fails_where_it_should_and_nowhere_else(
    name: str, trials: dict[str, Trial]
) -> None:
    assert trials[name].kind is TrialKind.MUTANT
    assert trials[name].survived == set(), "these cells let it pass"
    assert trials[name].wronged == {}, "these cells are not about it"


@pytest.mark.parametrize("name", [variant.name for variant in ALTERNATIVES])
def test_an_alternative_gets_everything(name: str, trials: dict[str, Trial]) -> None:
    assert trials[name].kind is TrialKind.ALTERNATIVE
    assert trials[name].failed == set()


def test_every_grade_cell_catches_a_mutant_and_every_solution_cell_has_one() -> None:
    assert set().union(*(mutant.fails for mutant in MUTANTS)) == set(TESTS)
    assert set().union(*(mutant.cells for mutant in MUTANTS)) == set(solution_of().values())
    assert len(MUTANTS) >= 40
    assert len(ALTERNATIVES) >= 8


def setup_module() -> None:
    torch.set_num_threads(1)
    # The first backward pass with a given gradient imports much; the children then share it.
    torch.autograd.backward([torch.ones(1, requires_grad=True)], [torch.ones(1)])
