"""From an autograded notebook, its marks and the grader's record to a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, final

from markupsafe import Markup

from autograder.errors import NotebookError
from autograder.feedback.inert import (
    attachments_of,
    clean,
    code,
    markdown,
    output,
    plain,
    text_of,
)
from autograder.feedback.marks import NotebookMarks
from autograder.feedback.page import CellView, Exercise, Page, Result
from autograder.grading.marks import CellMark
from autograder.grading.outputs import carried_of, is_exposed, result_of_cell
from autograder.grading.record import SubmissionRecord
from autograder.grading.score import NOT_SOLVED, decide
from autograder.grading.told import withheld
from autograder.grading.verdict import Status
from autograder.markers import Markers

__all__ = ["build_page", "read_cells"]

_MAX_OUTPUTS = 100
_TELLING_CHARS = 12
_MADE_BY_NBGRADER = re.compile(r"cell-[0-9a-f]{16}")
_HEADING = re.compile(r"^ {0,3}(#{1,2})\s+(.+?)[\s#]*$", re.MULTILINE)
_WITHHELD = "[This output shows part of a hidden test and is not repeated here.]"
_VERDICTS = {
    Status.PASSED: ("Passed", "good"),
    Status.PARTIAL: ("Partly passed", "part"),
    Status.FAILED: ("Not passed", "bad"),
    Status.ERROR: ("Stopped with an error", "bad"),
    Status.TIMEOUT: ("Out of time", "bad"),
    Status.MEMORY: ("Out of memory", "bad"),
    Status.CRASHED: ("Python ended", "bad"),
    Status.NOT_RUN: ("Not run", "bad"),
    Status.MANUAL: ("Still to be graded", "open"),
}


@final
@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of an autograded notebook; nothing about its types is taken for granted."""

    raw: Mapping[str, Any]
    cell_type: str
    source: str
    nbgrader: Mapping[str, Any]

    @property
    def grade_id(self) -> str:
        return text_of(self.nbgrader.get("grade_id"))

    def has(self, flag: str) -> bool:
        return self.nbgrader.get(flag) is True

    @property
    def is_test(self) -> bool:
        return self.has("grade") and not self.has("solution")

    @property
    def has_result(self) -> bool:
        return bool(self.grade_id) and (self.has("grade") or self.has("task"))


def read_cells(data: bytes, where: str) -> list[Mapping[str, Any]]:
    """The cells of an autograded notebook.

    Raises:
        NotebookError: the bytes are not one.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotebookError(where, f"it cannot be read ({error})", "Grade it again") from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise NotebookError(where, "it is no notebook", "Grade it again")
    return [cell for cell in cells if isinstance(cell, dict)]


def build_page(
    *,
    assignment: str,
    notebook: str,
    student: str,
    cells: Sequence[Mapping[str, Any]],
    marks: NotebookMarks,
    record: SubmissionRecord | None,
    markers: Markers,
    others: Sequence[str] = (),
    notice: str = "",
    lateness: Sequence[str] = (),
    hints: Mapping[str, str] | None = None,
) -> Page:
    """The feedback on one notebook.

    Args:
        assignment: its name.
        notebook: name of the notebook.
        student: the student's id.
        cells: the autograded notebook's cells, hidden tests included.
        marks: the gradebook's entries.
        record: what the last batch said, if it is known.
        markers: the course's delimiters.
        others: names of the other notebooks.
        notice: what has to be said first.
        lateness: what the course's rules made of when it was handed in, in sentences.
        hints: what is said about mistakes that were recognised, by name.
    """
    parsed = [_parse(raw) for raw in cells]
    results = {
        cell.grade_id: _result(cell, notebook, marks, record, markers, hints or {})
        for cell in parsed
        if cell.has_result
    }
    results |= dict(_carried(parsed, results, marks))
    hidden = _hidden_lines(parsed, markers)
    return Page(
        assignment=assignment,
        notebook=notebook,
        student=student,
        notice=notice,
        exercises=tuple(_exercises(parsed, results)),
        cells=tuple(_views(parsed, results, marks, markers, _withholder(hidden))),
        repairs=tuple(_repairs(notebook, record)),
        late_penalty=marks.late_penalty,
        lateness=tuple(lateness),
        others=tuple(others),
    )


def _parse(raw: Mapping[str, Any]) -> _Cell:
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return _Cell(
        raw=raw,
        cell_type=text_of(raw.get("cell_type")),
        source=text_of(raw.get("source")),
        nbgrader=nbgrader if isinstance(nbgrader, dict) else {},
    )


def _result(
    cell: _Cell,
    notebook: str,
    marks: NotebookMarks,
    record: SubmissionRecord | None,
    markers: Markers,
    hints: Mapping[str, str],
) -> Result:
    mark = marks.cells.get(cell.grade_id)
    status, message, diagnosis = _outcome(cell, notebook, mark, record)
    verdict, tone = _VERDICTS[status]
    if message == NOT_SOLVED:
        verdict, message = "Not solved yet", ""
    points: float | None = mark.score if mark else None
    if mark and mark.manual_score is not None:
        full = mark.score >= mark.max_score
        verdict, tone = "Graded by a person", "good" if full else "part" if mark.score else "bad"
        message = message if cell.is_test and not full else ""
    elif mark and mark.pending:
        verdict, tone = _VERDICTS[Status.MANUAL]
        points, message = None, ""
    elif not cell.is_test and mark and mark.auto_score is not None:
        verdict, tone, message = "No answer", "bad", ""
    if mark and mark.extra_credit:
        message = f"{message}\nExtra credit: {mark.extra_credit:g}".strip()
    return Result(
        grade_id=cell.grade_id,
        title=_title(cell, markers),
        verdict=verdict,
        tone=tone,
        points=points,
        max_points=mark.max_score if mark else 0.0,
        message=message,
        comment=marks.comments.get(cell.grade_id, ""),
        hint=hints.get(diagnosis, "") if tone in {"bad", "part"} else "",
    )


def _outcome(
    cell: _Cell, notebook: str, mark: CellMark | None, record: SubmissionRecord | None
) -> tuple[Status, str, str]:
    """How a cell went, in words, and the name of the mistake that was recognised.

    From the record, unless the gradebook was changed by another program.
    """
    if not cell.is_test or cell.cell_type != "code":
        return Status.MANUAL, "", ""
    known = record.cells.get((notebook, cell.grade_id)) if record else None
    if known and mark and known.points == mark.auto_score:
        return known.status, known.message, known.diagnosis
    max_points = mark.max_score if mark else 0.0
    status, _, message, _ = decide(max_points, result_of_cell(cell.raw))
    return status, message, ""


def _carried(
    cells: Sequence[_Cell], results: Mapping[str, Result], marks: NotebookMarks
) -> Iterator[tuple[str, Result]]:
    """The results of tests that gave points with reference solutions, and say so."""
    headings = dict(_headings(cells))
    for cell in cells:
        carried = carried_of(cell.raw) if cell.is_test else None
        mark = marks.cells.get(cell.grade_id)
        if carried is None or mark is None or mark.manual_score is not None:
            continue
        if mark.auto_score == carried.points:
            named = dict.fromkeys(headings.get(name) or name for name in carried.replaced)
            line = (
                f"With our solution of {', '.join(named)} in place of yours: "
                f"{carried.points:g} points"
            )
            result = results[cell.grade_id]
            message = f"{result.message}\n{line}".strip()
            yield (
                cell.grade_id,
                replace(result, verdict=_VERDICTS[Status.FAILED][0], tone="part", message=message),
            )


def _headings(cells: Sequence[_Cell]) -> Iterator[tuple[str, str]]:
    """The heading above each cell that has an id."""
    heading = ""
    for cell in cells:
        if cell.cell_type == "markdown" and not cell.has_result:
            found = _HEADING.findall(cell.source)
            heading = _plain_title(found[-1][1]) if found else heading
        elif cell.grade_id:
            yield cell.grade_id, heading


def _title(cell: _Cell, markers: Markers) -> str:
    """The first line of a test if it is a comment, for students; or else its id in words."""
    first = markers.public(cell.source).lstrip().split("\n", 1)[0].strip()
    if cell.is_test and first.startswith("#"):
        return first.strip("# ") or "Test"
    if _MADE_BY_NBGRADER.fullmatch(cell.grade_id):
        return "Test" if cell.is_test else "Task" if cell.has("task") else "Answer"
    words = re.sub(r"[-_]+", " ", cell.grade_id).strip()
    return words[:1].upper() + words[1:]


def _exercises(cells: Sequence[_Cell], results: Mapping[str, Result]) -> Iterator[Exercise]:
    heading = ""
    groups: list[tuple[str, list[Result]]] = []
    for cell in cells:
        if cell.cell_type == "markdown" and not cell.has_result:
            found = _HEADING.findall(cell.source)
            heading = found[-1][1] if found else heading
        elif cell.has_result:
            if not groups or groups[-1][0] != heading:
                groups.append((heading, []))
            groups[-1][1].append(results[cell.grade_id])
    for title, members in groups:
        yield Exercise(_plain_title(title) or "Results", tuple(members))


def _plain_title(markdown_text: str) -> str:
    """Without emphasis, tags and addresses; `d_model` keeps its underscore."""
    marks = r"[*`]|(?<!\w)_+|_+(?!\w)|<[^>]*>|\[([^\]]*)\]\([^)]*\)"
    return re.sub(marks, r"\1", markdown_text).strip()


def _hidden_lines(cells: Sequence[_Cell], markers: Markers) -> set[str]:
    """Telling lines of hidden tests that stand nowhere else in the notebook."""
    pairs = (markers.hidden_tests, markers.mark_scheme)
    restored = [cell for cell in cells if cell.is_test or cell.has("task")]
    hidden = {
        line.strip()
        for cell in restored
        for marker in pairs
        for region in marker.regions(cell.source)
        for line in region.split("\n")
    }
    public = {line.strip() for cell in cells for line in markers.public(cell.source).split("\n")}
    return {line for line in hidden - public if len(line) >= _TELLING_CHARS}


def _withholder(hidden: set[str]) -> Callable[[Mapping[str, Any]], str]:
    """Shows an output unless it repeats a hidden test, as student code can make it do."""

    def show(entry: Mapping[str, Any]) -> str:
        text = "\n".join(_texts(entry)) if hidden else ""
        return _WITHHELD if any(line in text for line in hidden) else output(entry)

    return show


def _texts(value: object, key: str = "") -> Iterator[str]:
    """Everything in an output that people can read."""
    match value:
        case str() if key not in {"image/png", "image/jpeg"}:
            text = clean(value)
            yield unescape(text) if key in {"text/html", "image/svg+xml"} else text
        case list():
            yield from _texts(text_of(value), key)
            for item in value:
                yield from _texts(item, key)
        case Mapping():
            for name, item in value.items():
                yield from _texts(item, str(name))


def _views(
    cells: Sequence[_Cell],
    results: Mapping[str, Result],
    marks: NotebookMarks,
    markers: Markers,
    show: Callable[[Mapping[str, Any]], str],
) -> Iterator[CellView]:
    for cell in cells:
        hides = (cell.is_test or cell.has("task")) and markers.conceals(cell.source)
        source = markers.public(cell.source) if hides else cell.source
        if not re.search(r"\w", source) and not cell.has_result:
            continue
        yield CellView(
            anchor=cell.grade_id,
            summary=_summary(cell, source),
            body=_body(cell, source),
            # What a test prints may be an input that students are not to see.
            outputs=tuple(_shown(cell, show, hides=cell.is_test and hides)),
            result=results.get(cell.grade_id) if cell.has_result else None,
            comment=marks.comments.get(cell.grade_id, "") if cell.grade_id else "",
        )


def _shown(cell: _Cell, show: Callable[[Mapping[str, Any]], str], *, hides: bool) -> Iterator[str]:
    """The outputs that a student may see."""
    if hides or not cell.raw.get("outputs"):
        return
    if not is_exposed(cell.raw):
        yield from _outputs(cell, show)
    elif not cell.is_test:
        yield withheld(result_of_cell(cell.raw).failure)


def _summary(cell: _Cell, source: str) -> str:
    if cell.is_test:
        return "The visible part of the test"
    if cell.has("locked") and cell.cell_type == "code":
        return "Given code"
    if cell.cell_type == "markdown" and not cell.has("solution") and not cell.has("task"):
        heading = _HEADING.search(source)
        first = heading.group(2) if heading else source.strip().split("\n", 1)[0].lstrip("# ")
        title = _plain_title(first)
        return title if len(title) <= 80 else f"{title[:79]}…"
    return ""


def _body(cell: _Cell, source: str) -> Markup:
    if cell.cell_type == "code":
        return Markup('<pre class="code">{}</pre>').format(code(source))
    if cell.cell_type == "markdown":
        return markdown(source, attachments_of(cell.raw.get("attachments")))
    return Markup("<pre>{}</pre>").format(plain(source))


def _outputs(cell: _Cell, show: Callable[[Mapping[str, Any]], str]) -> Iterator[str]:
    entries = cell.raw.get("outputs")
    if not isinstance(entries, list):
        return
    for entry in entries[:_MAX_OUTPUTS]:
        shown = show(entry) if isinstance(entry, dict) else Markup()
        if shown:
            yield shown
    if len(entries) > _MAX_OUTPUTS:
        yield f"[{len(entries) - _MAX_OUTPUTS} more outputs are left out]"


def _repairs(notebook: str, record: SubmissionRecord | None) -> Iterator[str]:
    for repair in record.repairs if record else ():
        if repair.notebook == notebook:
            yield f"{repair.grade_id}: {repair.what}" if repair.grade_id else repair.what
