from __future__ import annotations

import ast
import json
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme, ClearSolutions

from autograder.audit.audit import Trial, TrialKind, audit
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course
from autograder.grading.engines import default_engine
from tests.assignments.harness import Outcome, run

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "source" / "optimizers" / "optimizers.ipynb"
VARIANTS = Path(__file__).parent / "optimizers"
MUTANTS = load_variants(VARIANTS / "mutants")
ALTERNATIVES = load_variants(VARIANTS / "alternatives")
NOTEBOOK: NotebookNode = nbformat.read(SOURCE, as_version=4)
PLOTS = frozenset({"descent-plot", "momentum-plot", "paths-plot", "schedule-plot", "training"})
ANSWERS = frozenset({"question-1-answer", "question-2-answer"})
SEALED = (
    *("accumulate_one_backward", "adam_of_the_library", "clip_new_tensors"),
    *("descent_changes_start", "scheduler_copies", "sgd_velocity_is_gradient", "state_of_objects"),
)
"""Mutants whose mistake crosses the boundary between two processes in a way of its own."""


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
SOLUTIONS = [cell.id for cell in cells(solution=True)]
TESTED = {
    "descent": ("descent-",),
    "minibatches": ("minibatches-",),
    "momentum": ("heavy-ball", "nesterov", "momentum-"),
    "sgd": ("sgd-", "adam-", "adamw-", "scheduler-"),
    "adaptive": ("adagrad", "rmsprop", "adaptive-"),
    "adam": ("adam-", "adamw-"),
    "adamw": ("adamw-",),
    "clip": ("clip-",),
    "schedule": ("schedule-",),
    "scheduler": ("scheduler-",),
    "accumulate": ("accumulate-",),
    "question-1-answer": ("question-1",),
    "question-2-answer": ("question-2",),
}
"""For each solution cell how the ids of the grade cells begin that can notice it."""


@pytest.fixture(autouse=True)
def _beside_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SOURCE.parent)


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


def noticing(solutions: set[str]) -> set[str]:
    """The grade cells that can notice these solution cells."""
    beginnings = tuple(beginning for name in solutions for beginning in TESTED[name])
    return {test for test in TESTS if test.startswith(beginnings)}


def outcome_of(variant: Variant) -> Outcome:
    """Run a variant in one process, with the grade cells that can notice it."""
    notebook: NotebookNode = deepcopy(NOTEBOOK)
    for cell in notebook.cells:
        cell.source = variant.cells.get(cell.id, cell.source)
    return run(notebook, skip=PLOTS | (set(TESTS) - noticing(set(variant.cells))))


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


def test_the_digits_are_whole() -> None:
    with np.load(SOURCE.parent / "data" / "digits.npz", allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"]
    assert images.shape == (1797, 8, 8)
    assert images.dtype == labels.dtype == np.uint8
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


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


def test_students_need_nothing_of_the_grader() -> None:
    for cell in stripped(hidden_tests=False).cells:
        assert "autograder" not in cell.source, cell.id


@pytest.mark.parametrize("seed", range(5))
def test_the_reference_passes_under_every_seed(seed: int) -> None:
    outcome = run(NOTEBOOK, seed=seed, skip=() if seed == 0 else PLOTS)
    assert outcome.failures == {}
    assert outcome.errors == {}
    assert outcome.passed == set(TESTS)


@pytest.mark.parametrize("hidden_tests", [True, False])
def test_the_untouched_release_gets_nothing(hidden_tests: bool) -> None:
    outcome = run(stripped(hidden_tests=hidden_tests))
    assert outcome.passed == set()
    assert set(outcome.failures) == set(TESTS)
    assert set(outcome.errors) == PLOTS | ANSWERS
    assert {error.split(":")[0] for error in outcome.errors.values()} == {"NotImplementedError"}


@pytest.mark.parametrize("missing", sorted(TESTED))
def test_no_grade_cell_passes_without_its_solution_cell(missing: str) -> None:
    own = noticing({missing})
    outcome = run(without({missing}), skip=PLOTS | (set(TESTS) - own))
    assert set(outcome.failures) == own


def test_no_grade_cell_passes_without_any_solution_cell() -> None:
    outcome = run(without(set(SOLUTIONS)), skip=PLOTS)
    assert outcome.passed == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fails_where_it_should_and_nowhere_else(mutant: Variant) -> None:
    outcome = outcome_of(mutant)
    assert set(outcome.errors) == set()
    assert mutant.fails - set(outcome.failures) == set(), "these cells let it pass"
    assert set(outcome.failures) - mutant.fails - mutant.may_fail == set(), "not about it"


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    """What became of variants when they were handed in and graded sealed, by name."""
    course = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(SOURCE.parent, course / "source" / "optimizers")
    folder = course / "tests" / "assignments" / "optimizers"
    shutil.copytree(VARIANTS / "alternatives", folder / "alternatives")
    (folder / "mutants").mkdir()
    for name in SEALED:
        shutil.copy(VARIANTS / "mutants" / f"{name}.py", folder / "mutants")
    report = audit(Course.open(course), "optimizers", engine=default_engine())
    assert report.open_cells == ()
    assert report.unprotected == {}
    assert all(trial.passed for trial in report.trials if not trial.name)
    return {trial.name: trial for trial in report.trials if trial.name}


@pytest.mark.parametrize("name", SEALED)
def test_a_sealed_mutant_fails_where_it_should(name: str, trials: dict[str, Trial]) -> None:
    assert trials[name].kind is TrialKind.MUTANT
    assert trials[name].survived == set(), "these cells let it pass"
    assert trials[name].wronged == {}, "these cells are not about it"


@pytest.mark.parametrize("name", [variant.name for variant in ALTERNATIVES])
def test_an_alternative_gets_everything(name: str, trials: dict[str, Trial]) -> None:
    assert trials[name].kind is TrialKind.ALTERNATIVE
    assert trials[name].failed == set()


def test_every_grade_cell_catches_a_mutant_and_every_solution_cell_has_one() -> None:
    assert set().union(*(mutant.fails for mutant in MUTANTS)) == set(TESTS)
    assert set().union(*(mutant.cells for mutant in MUTANTS)) == set(SOLUTIONS) == set(TESTED)
    assert len(MUTANTS) >= 50
    assert len(ALTERNATIVES) >= 10


def setup_module() -> None:
    torch.set_num_threads(1)
    # The first backward pass and the first step import much; the children then share it.
    parameter = torch.nn.Parameter(torch.ones(1))
    torch.autograd.backward([parameter.sum()], [torch.ones(())])
    torch.optim.SGD([parameter], lr=0.1).step()
