from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.assignment import load_assignment
from autograder.audit.answers import record_answers
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.feedback import feedback
from autograder.grading.batch import grade_assignment
from autograder.grading.plain import PlainError, decode, encode
from autograder.grading.pool import EngineFactory
from autograder.grading.received import check_verdict
from autograder.grading.record import diagnoses, load_record
from autograder.grading.verdict import Verdict
from autograder.mistakes import load_hints, load_patterns
from tests.builders import grade_cell, hand_in, locked, make_course, notebook, released, solution

CELLS = [
    locked("imports", "import torch"),
    solution(
        "shares",
        "def shares(x):\n"
        "    ### BEGIN SOLUTION\n"
        "    return x.exp() / x.exp().sum(-1, keepdim=True)\n"
        "    ### END SOLUTION",
    ),
    grade_cell(
        "shares-values",
        "assert shares(torch.zeros(1, 2)).tolist() == [[0.5, 0.5]], 'two equal shares'\n"
        "### BEGIN HIDDEN TESTS\n"
        "g = torch.Generator().manual_seed(7)\n"
        "for n in (3, 4):\n"
        "    x = torch.randn(2, n, generator=g)\n"
        "    assert torch.allclose(shares(x), torch.softmax(x, -1)), 'some shares are wrong'\n"
        "### END HIDDEN TESTS",
        2,
    ),
    solution(
        "cube", "def cube(x):\n    ### BEGIN SOLUTION\n    return x ** 3\n    ### END SOLUTION"
    ),
    grade_cell("cube-values", "assert cube(2) == 8", 1),
]
MUTANTS = {
    "columns": "return torch.softmax(x, 0)",
    "signs": "return torch.softmax(-x, -1)",
    "squares": "return torch.softmax(x * x, -1)",
}
HINTS = """
[wrong-direction]
mistakes = ["signs"]
en = "Large scores get small shares."
zh = "分数越大，份额反而越小。"
"""


def body(line: str) -> str:
    return f"def shares(x):\n    {line}"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, warm: EngineFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("course") / "course", shares=CELLS)
    folder = course.variants("shares")
    (folder / "mutants").mkdir(parents=True)
    for name, line in MUTANTS.items():
        text = f"# mistake: {name}.\n# fails: shares-values\n# %% shares\n{body(line)}\n"
        (folder / "mutants" / f"{name}.py").write_text(text)
    (folder / "hints.toml").write_text(HINTS, encoding="utf-8")
    recorded = record_answers(course, "shares", engine=warm, workers=1)
    assert {pattern.mistake for pattern in recorded.patterns} == {"signs", "squares"}
    assert (recorded.unknown, recorded.silent) == ((), ())
    return course


LINES = {
    # Written in another way than the mutant: what counts is what comes back.
    "ada": "y = (-x).exp()\n    return y / y.sum(dim=1)[:, None]",
    "bob": "return torch.softmax(2 * x, -1)",
    "cleo": "return torch.softmax(x, -1)",
    # Known, but nobody wrote a hint for it.
    "dan": "return torch.softmax(x * x, -1)",
    # Right where the first test looks, and elsewhere half of a known mistake.
    "eve": "return torch.softmax(-x if x.shape[1] == 4 else x, -1)",
    "fred": "return x.nonsense()",
}


@pytest.fixture(scope="module")
def verdicts(course: Course, warm: EngineFactory) -> Mapping[str, Verdict]:
    for student, line in LINES.items():
        answers = {"shares": body(line), "cube": "def cube(x):\n    return x * x * x"}
        hand_in(course, student, "shares", notebook(released(CELLS, answers)))
    return grade_assignment(course, "shares", engine=warm, workers=1).verdicts


def test_a_known_mistake_is_named_and_no_other(
    course: Course, verdicts: Mapping[str, Verdict]
) -> None:
    found = {name: verdict.cells[0].diagnosis for name, verdict in verdicts.items()}
    assert found == dict.fromkeys(LINES, "") | {"ada": "wrong-direction"}
    assert verdicts["cleo"].score == 3
    records = load_record(course, "shares")
    assert diagnoses(records) == {("shares", "shares-values"): {"wrong-direction": 1}}

    feedback(course, "shares")
    pages = {
        name: BeautifulSoup(
            (course.step("feedback", name, "shares") / "shares.html").read_bytes(), "html.parser"
        )
        for name in LINES
    }
    shown = {name: page.select(".hint") for name, page in pages.items()}
    assert {name for name, hints in shown.items() if hints} == {"ada"}
    assert shown["ada"][0].get_text() == "A likely cause: Large scores get small shares."
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Autograder.language = 'zh'\n")
    feedback(Course.open(course.root), "shares", ["ada"])
    page = (course.step("feedback", "ada", "shares") / "shares.html").read_text(encoding="utf-8")
    assert "可能的原因： 分数越大，份额反而越小。" in page


def test_patterns_of_other_solutions_are_not_used(course: Course) -> None:
    hints = load_hints(course.variants("shares"))
    loaded = load_assignment(course, "shares")
    path = course.variants("shares") / "diagnosis.json"
    kept = load_patterns(path, loaded.solved, hints)
    assert kept is not None
    assert [pattern.hint for pattern in kept] == ["wrong-direction", ""]
    assert load_patterns(path, loaded.solved[::-1], hints) is None
    notebooks = loaded.notebooks["shares"]
    changed = tuple(
        replace(cell, reference=cell.reference + "\n# changed") for cell in notebooks.cells
    )
    other = replace(loaded, notebooks={"shares": replace(notebooks, cells=changed)})
    assert other.solved != loaded.solved


def test_a_verdict_from_elsewhere_has_only_diagnoses_that_it_can_have(
    course: Course, verdicts: Mapping[str, Verdict]
) -> None:
    loaded, folder = load_assignment(course, "shares"), course.variants("shares")
    patterns = load_patterns(folder / "diagnosis.json", loaded.solved, load_hints(folder))
    loaded = replace(loaded, patterns=patterns or ())
    verdict = replace(verdicts["ada"], notebooks={"shares": notebook([])})
    kept = decode(Verdict, encode(verdict), limit=1 << 20)
    assert kept == verdict
    check_verdict(kept, loaded)
    first, second = kept.cells
    forged = {
        "another name": (replace(first, diagnosis="anything"), second),
        "another test": (first, replace(second, diagnosis="wrong-direction")),
    }
    for cells in forged.values():
        with pytest.raises(PlainError, match="diagnosis"):
            check_verdict(replace(kept, cells=cells), loaded)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace("zh = ", "de = "), "needs"),
        (lambda text: text + text.replace("wrong-direction", "again"), "signs is in"),
        (lambda text: text.replace('"Large', "Large"), "cannot be read"),
    ],
)
def test_hints_that_are_not_in_order_say_where(
    tmp_path: Path, damage: Callable[[str], str], words: str
) -> None:
    (tmp_path / "hints.toml").write_text(damage(HINTS), encoding="utf-8")
    with pytest.raises(OperatorError, match=words) as caught:
        load_hints(tmp_path)
    assert "hints.toml" in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 1, "solved": "x", "patterns": [[1]]}'])
def test_a_damaged_file_of_patterns_says_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "diagnosis.json"
    path.write_text(text)
    with pytest.raises(OperatorError, match="autograder diagnose"):
        load_patterns(path, "x", ())
