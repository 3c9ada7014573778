from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.audit.mutation import GeneratedMutant, mutants_of, read_equivalents
from autograder.errors import AutograderError
from autograder.markers import Markers
from tests.builders import SQUARE, locked, make_course, solution


def mutants(tmp_path: Path, body: str, *, around: str = "{}") -> list[GeneratedMutant]:
    text = f"### BEGIN SOLUTION\n{body}\n### END SOLUTION"
    course = make_course(tmp_path / "course", made=[solution("own", around.format(text))])
    return mutants_of(load_assignment(course, "made"), Markers.of(course.config))


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("y = x / scale", "y = x"),
        ("y = x / scale", "y = x * scale"),
        ("y = x / scale", "y = scale / x"),
        ("y = a @ b", "y = b @ a"),
        ("y = -x", "y = x"),
        ("y = f(query, key, 3)", "y = f(key, query, 3)"),
        ("y = x.sum(dim=1)", "y = x.sum(dim=2)"),
        ("y = x.sum(dim=1)", "y = x.mean(dim=1)"),
        ("y = x.sum(dim=1)", "y = x.sum()"),
        ("y = x.sum(-1, keepdim=True)", "y = x.sum(-1, keepdim=False)"),
        ("y = x.sum(-1)", "y = x.sum(-2)"),
        ("y = x.var(-1, unbiased=False)", "y = x.var(-1)"),
        ("y = x.transpose(1, 2)", "y = x"),
        ("y = x.mT", "y = x"),
        ("y = x.detach()", "y = x"),
        ("y = torch.sqrt(v + eps)", "y = (torch.sqrt(v) + eps)"),
        ("y = (v + eps).sqrt()", "y = (v.sqrt() + eps)"),
        ("y = v.sqrt() + eps", "y = (v + eps).sqrt()"),
        ("y = torch.sqrt(v) + eps", "y = torch.sqrt(v + eps)"),
        ("y = w * x", "y = (w * x).detach()"),
        ("x = x * 2", "x *= 2"),
        ("y = x.masked_fill(m, 0.0)", "y = x.masked_fill_(m, 0.0)"),
        ("y = x.masked_fill(m, 0.0)", "y = x"),
        ("y = x[1:n]", "y = x[1:n + 1]"),
        ("y = x[1:n]", "y = x[:n]"),
        ("for i in range(n): pass", "for i in range(n - 1): pass"),
        ("if x > 0: y = 1", "if x >= 0: y = 1"),
        ("if x > 0: y = 1", "if True: y = 1"),
        ("if mask is None: y = 1", "if mask is not None: y = 1"),
        ("y = a and b", "y = a or b"),
        ("y = ~mask", "y = mask"),
        ("y += x", "y -= x"),
        ("y += x", "y = x"),
        ("y += x", "pass"),
        ("p.grad = None", "pass"),
        ("with torch.no_grad(): y = 1", "with torch.enable_grad(): y = 1"),
        ("y = 0.5 * x", "y = 1.0 * x"),
        ("y = torch.triu(x)", "y = torch.tril(x)"),
        ("y = max(a, b)", "y = min(a, b)"),
        ("步 = x / 2", "步 = x * 2"),
    ],
)
def test_the_mistakes_that_are_made(tmp_path: Path, line: str, becomes: str) -> None:
    found = mutants(tmp_path, line)
    assert becomes in [mutant.becomes for mutant in found]
    for mutant in found:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != f"### BEGIN SOLUTION\n{line}\n### END SOLUTION"


def test_mutants_differ_and_come_in_the_same_order(tmp_path: Path) -> None:
    first = mutants(tmp_path / "a", "y = (x - m).exp() / total\nz = y[1:] * 2")
    again = mutants(tmp_path / "b", "y = (x - m).exp() / total\nz = y[1:] * 2")
    assert first == again
    assert len({mutant.source for mutant in first}) == len(first)
    assert [mutant.number for mutant in first] == sorted(mutant.number for mutant in first)


def test_only_what_students_write_is_changed(tmp_path: Path) -> None:
    around = 'def f(x: int = 3) -> "a + b":\n    """Gives x + 1."""\n    y = 5\n{}\n'
    found = mutants(
        tmp_path, "    z = x + y\n    raise ValueError(f'{x + 1}' + 'b')", around=around
    )
    assert {mutant.number for mutant in found} == {5}


def test_a_change_of_a_later_line_is_shown(tmp_path: Path) -> None:
    body = "y = f(\n    x,\n    dim=1,\n)"
    shown = {(m.line, m.becomes) for m in mutants(tmp_path, body) if m.operator == "constant"}
    assert shown == {("dim=1,", "dim=2,"), ("dim=1,", "dim=0,")}


def test_locked_cells_are_left_alone(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", made=[locked("own", "y = x + 1"), *SQUARE])
    found = mutants_of(load_assignment(course, "made"), Markers.of(course.config))
    assert {mutant.cell for mutant in found} == {"square", "cube"}


ENTRY = '[[equivalent]]\ncell = "a"\noperator = "b"\nline = "c"\nbecomes = "d"\n'


def test_equivalents_are_read(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    assert read_equivalents(path) == ()
    path.write_text(ENTRY + 'reason = "they agree"\n')
    (entry,) = read_equivalents(path)
    assert entry.matches(GeneratedMutant("a", "b", 7, "c", "d", "source"))
    assert not entry.matches(GeneratedMutant("a", "b", 7, "c", "other", "source"))


@pytest.mark.parametrize("text", [ENTRY, ENTRY + 'reason = ""\n', ENTRY + "reason = 3\n", "a = ["])
def test_an_entry_without_a_reason_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "equivalent.toml"
    path.write_text(text)
    with pytest.raises(AutograderError, match=r"equivalent\.toml"):
        read_equivalents(path)
