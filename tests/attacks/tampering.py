"""Attacks that change the notebook itself: metadata, cells, JSON and bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator

from autograder.notebooks import unique_cell_ids
from tests.attacks.attacks import Attack, Json

__all__ = ["tamperings"]

_NONSENSE = """\
def normalise(values): return values
def softmax(scores, dim, temperature=1.0): return scores
def describe(name, count): return {}
def median(numbers): return None
row_count, column_total = 0, 0.0
class Affine(nn.Module):
    def __init__(self, *args): super().__init__()
"""

_CHANGES: list[Callable[[Json], Json | bytes]] = []
_CARRIED = {"text_that_no_parser_ends"}
"""Those that are graded with carried errors."""


def tamperings() -> Iterator[Attack]:
    """Every function of this module that is an attack; its docstring says what it wants."""
    for change in _CHANGES:
        yield Attack(
            f"tampering/{change.__name__}",
            (change.__doc__ or "").strip(),
            carried=change.__name__ in _CARRIED,
            tamper=change,
        )


def _attack(change: Callable[[Json], Json | bytes]) -> Callable[[Json], Json | bytes]:
    _CHANGES.append(change)
    return change


def _nbgrader(notebook: Json) -> Iterator[Json]:
    return (cell["metadata"]["nbgrader"] for cell in notebook["cells"] if cell["metadata"])


def _tests(notebook: Json) -> list[Json]:
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("grade")
    ]


def _cell(notebook: Json, name: str) -> Json:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def _code(name: str, source: str, metadata: Json | None = None) -> Json:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata or {},
        "outputs": [],
        "source": source,
    }


@_attack
def skipped_tests(notebook: Json) -> Json:
    """every point, by tagging the tests so that they are not executed"""
    for cell in _tests(notebook):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return notebook


@_attack
def errors_allowed(notebook: Json) -> Json:
    """every point, by tags and metadata that allow errors and hide outputs"""
    notebook["metadata"] |= {"allow_errors": True, "execution": {"allow_errors": True}}
    for cell in _tests(notebook):
        cell["metadata"] |= {"tags": ["raises-exception", "remove-output"], "collapsed": True}
    return notebook


@_attack
def tests_not_graded(notebook: Json) -> Json:
    """no test to fail, by metadata that says that no cell is graded"""
    for metadata in _nbgrader(notebook):
        metadata["grade"] = False
    return notebook


@_attack
def points_raised(notebook: Json) -> Json:
    """more points than there are, by writing them into the metadata"""
    for metadata in _nbgrader(notebook):
        metadata["points"] = 1_000_000
    return notebook


@_attack
def points_negative(notebook: Json) -> Json:
    """points for failing, by a negative maximum"""
    for metadata in _nbgrader(notebook):
        metadata["points"] = -10
    return notebook


@_attack
def tests_as_solutions(notebook: Json) -> Json:
    """tests of its own, by metadata that says that test cells are solutions"""
    for cell in _tests(notebook):
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False, "grade": True}
        cell["source"] = "pass"
    return notebook


@_attack
def tests_emptied(notebook: Json) -> Json:
    """every point, by emptying the test cells"""
    for cell in _tests(notebook):
        cell["source"] = ""
    return notebook


@_attack
def tests_emptied_with_checksums(notebook: Json) -> Json:
    """every point, by emptying the test cells and forging their checksums"""
    for cell in _tests(notebook):
        cell["source"] = "4"
        cell["metadata"]["nbgrader"] |= {"checksum": "0" * 32, "locked": False}
    return notebook


@_attack
def grade_ids_swapped(notebook: Json) -> Json:
    """points for one test by another, by exchanging the ids of tests and solutions"""
    tests = _tests(notebook)
    names = [cell["metadata"]["nbgrader"]["grade_id"] for cell in tests]
    for cell, name in zip(tests, reversed(names), strict=True):
        cell["metadata"]["nbgrader"]["grade_id"] = name
        cell["source"] = "pass"
    return notebook


@_attack
def grade_ids_taken_by_solutions(notebook: Json) -> Json:
    """tests of its own, by giving its cells the ids of the tests and removing the tests"""
    for cell in _tests(notebook):
        cell["metadata"] = {}
        cell["id"] += "-old"
    for name in ("normalise", "softmax", "median"):
        mine = _cell(notebook, name)
        mine["metadata"]["nbgrader"]["grade_id"] = {"median": "median-partial"}.get(
            name, f"{name}-values"
        )
        mine["source"] = "4"
    return notebook


@_attack
def tests_twice(notebook: Json) -> Json:
    """every point, by a second, empty copy of each test behind it"""
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if cell in _tests(notebook):
            cells.append({**cell, "id": f"{cell['id']}-2", "source": "pass"})
    notebook["cells"] = cells
    return notebook


@_attack
def everything_twice(notebook: Json) -> Json:
    """a stopped batch, by every cell twice, ids included"""
    notebook["cells"] *= 2
    return notebook


@_attack
def tests_deleted(notebook: Json) -> Json:
    """every point, or nobody's attention, by deleting the tests"""
    tests = _tests(notebook)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in tests]
    return notebook


@_attack
def everything_deleted(notebook: Json) -> Json:
    """a stopped batch, by a notebook without cells"""
    notebook["cells"] = []
    return notebook


@_attack
def tests_first(notebook: Json) -> Json:
    """tests that run before there is anything to test, by moving them to the front"""
    tests = _tests(notebook)
    notebook["cells"] = [*tests, *(cell for cell in notebook["cells"] if cell not in tests)]
    return notebook


@_attack
def cells_backwards(notebook: Json) -> Json:
    """a grader that loses its way, by the cells in the opposite order"""
    notebook["cells"].reverse()
    return notebook


@_attack
def patches_after_the_tests(notebook: Json) -> Json:
    """points for the last test, by nonsense and patches in front of the restored cells"""
    notebook["cells"].insert(
        0, _code("first", "import builtins\nbuiltins.isinstance = lambda *a: True")
    )
    _cell(notebook, "normalise")["source"] = _NONSENSE
    notebook["cells"].append(_code("last", "normalise = None"))
    return notebook


@_attack
def tests_as_markdown(notebook: Json) -> Json:
    """every point, by turning test cells into text"""
    for cell in _tests(notebook):
        cell["cell_type"] = "markdown"
        for key in ("outputs", "execution_count"):
            cell.pop(key)
    return notebook


@_attack
def tests_as_raw(notebook: Json) -> Json:
    """every point, by turning test cells into raw cells that say so in their metadata"""
    for cell in _tests(notebook):
        cell["cell_type"] = "raw"
        cell["metadata"]["nbgrader"]["cell_type"] = "raw"
        for key in ("outputs", "execution_count"):
            cell.pop(key)
    return notebook


@_attack
def solutions_as_markdown(notebook: Json) -> Json:
    """a stopped batch, by turning the solution cells into text"""
    for name in ("normalise", "softmax", "affine", "rows", "describe", "median"):
        cell = _cell(notebook, name)
        cell["cell_type"] = "markdown"
        for key in ("outputs", "execution_count"):
            cell.pop(key)
    return notebook


@_attack
def answer_as_code(notebook: Json) -> Json:
    """code that runs where text is expected, by turning the written answer into code"""
    cell = _cell(notebook, "explain")
    cell |= {"cell_type": "code", "outputs": [], "execution_count": 1, "source": "1/0"}
    return notebook


@_attack
def unknown_cell_type(notebook: Json) -> Json:
    """a stopped batch, by a cell of a type that does not exist"""
    notebook["cells"][3]["cell_type"] = "widget"
    return notebook


@_attack
def newer_schema(notebook: Json) -> Json:
    """a stopped batch, by metadata of a version to come"""
    for metadata in _nbgrader(notebook):
        metadata["schema_version"] = 99
    return notebook


@_attack
def older_schema(notebook: Json) -> Json:
    """cells without protection, by metadata of a version that had none"""
    for metadata in _nbgrader(notebook):
        metadata |= {"schema_version": 0, "locked": False}
    return notebook


@_attack
def nonsense_metadata(notebook: Json) -> Json:
    """a stopped batch, by metadata of the wrong types"""
    values: list[object] = [[], "x", 0, None, True, {"grade_id": []}, {"grade_id": {"a": 1}}, 1.5]
    for cell, value in zip(notebook["cells"], values, strict=False):
        cell["metadata"]["nbgrader"] = value
    return notebook


@_attack
def hostile_grade_ids(notebook: Json) -> Json:
    """files and queries elsewhere, by ids that are paths, SQL and terminal codes"""
    names = ["../../../x", "'; drop table grade; --", "\x1b[2J", "a" * 100_000, "\udc80", ""]
    for cell, name in zip(_tests(notebook), names, strict=False):
        cell["metadata"]["nbgrader"]["grade_id"] = name
    return notebook


@_attack
def doubled_ids(notebook: Json) -> Json:
    """cells that are mixed up, by one nbformat id for all"""
    for cell in notebook["cells"]:
        cell["id"] = "normalise-values"
    return notebook


@_attack
def results_prepared(notebook: Json) -> Json:
    """points for outputs that were there before, results and forged errors of others"""
    for cell in _tests(notebook):
        cell["execution_count"] = 1
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "execution_count": 1,
                "data": {"text/plain": "4"},
                "metadata": {},
            }
        ]
    return notebook


@_attack
def another_kernel(notebook: Json) -> Json:
    """code that nobody checks, by a kernel of another language"""
    notebook["metadata"] |= {
        "kernelspec": {"name": "bash", "language": "bash", "display_name": "bash"},
        "language_info": {"name": "bash"},
    }
    return notebook


@_attack
def kernel_with_a_command(notebook: Json) -> Json:
    """a command of its own, by a kernel that names one"""
    notebook["metadata"]["kernelspec"] = {
        "name": "../../../../tmp/kernel",
        "argv": ["sh", "-c", "touch /tmp/atk-kernel"],
        "display_name": "x",
        "language": "python",
    }
    return notebook


@_attack
def no_metadata(notebook: Json) -> Json:
    """cells that nobody recognises, by removing all metadata and ids"""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    return notebook


@_attack
def format_3(notebook: Json) -> Json:
    """another reader, by the format of 2013"""
    cells = [
        {
            **cell,
            "language": "python",
            "input": "pass",
            "collapsed": False,
            "prompt_number": 1,
        }
        for cell in notebook["cells"]
    ]
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "target"},
        "worksheets": [{"cells": cells, "metadata": {}}],
    }


@_attack
def format_5(notebook: Json) -> Json:
    """a stopped batch, by a format that does not exist yet"""
    return {**notebook, "nbformat": 5, "nbformat_minor": 0}


@_attack
def format_absurd(notebook: Json) -> Json:
    """a stopped batch, by a format number that is none"""
    return {**notebook, "nbformat": 1e400, "nbformat_minor": -1}


@_attack
def attachments_with_html(notebook: Json) -> Json:
    """scripts in the teacher's browser, by attachments and outputs of HTML"""
    _cell(notebook, "explain")["attachments"] = {
        "x.html": {
            "text/html": "<script>alert(1)</script>",
            "image/svg+xml": "<svg onload=alert(1)>",
        },
        "../../x": {"image/png": "AAAA"},
    }
    return notebook


@_attack
def source_of_the_wrong_type(notebook: Json) -> Json:
    """a stopped batch, by sources that are numbers and objects"""
    sources: list[object] = [1, None, {}, [1], [["x"]]]
    for cell, source in zip(notebook["cells"], sources, strict=False):
        cell["source"] = source
    return notebook


@_attack
def numbers_that_are_none(notebook: Json) -> bytes:
    """points that no comparison refuses, by NaN and Infinity"""
    for metadata in _nbgrader(notebook):
        metadata["points"] = float("nan")
    return (
        json.dumps(notebook)
        .replace('"execution_count": null', '"execution_count": Infinity')
        .encode()
    )


@_attack
def huge_number(notebook: Json) -> bytes:
    """a grader that spends hours on one number"""
    text = json.dumps(notebook)
    return text.replace('"nbformat_minor": 5', f'"nbformat_minor": {"9" * 1_000_000}').encode()


@_attack
def duplicate_keys(notebook: Json) -> bytes:
    """two readers who see two notebooks, by the same key twice"""
    text = json.dumps(notebook)
    return ('{"cells": [], ' + text[1:-1] + ', "metadata": {}, "nbformat": 4}').encode()


@_attack
def deep_json(notebook: Json) -> bytes:
    """a crash, by JSON nested too deeply"""
    text = json.dumps(notebook)
    deep = '{"a":' * 200_000 + "1" + "}" * 200_000
    return text.replace('"metadata": {}', f'"metadata": {deep}', 1).encode()


@_attack
def surrogates(notebook: Json) -> Json:
    """a stopped batch, by text that no encoding can write"""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] += "\n# \udfff\ud800 \x00"
    return notebook


@_attack
def invalid_utf8(notebook: Json) -> bytes:
    """a stopped batch, by bytes that are no UTF-8"""
    return json.dumps(notebook).encode().replace(b"YOUR CODE", b"\xff\xfe\x80", 1)


@_attack
def byte_order_mark(notebook: Json) -> bytes:
    """a stopped batch, by a byte order mark"""
    return b"\xef\xbb\xbf" + json.dumps(notebook).encode()


@_attack
def utf16(notebook: Json) -> bytes:
    """a stopped batch, by another encoding"""
    return json.dumps(notebook).encode("utf-16")


@_attack
def zip_archive(notebook: Json) -> bytes:
    """files elsewhere, by an archive that calls itself a notebook"""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../../../tmp/atk-zip", "x")
        archive.writestr("target.ipynb", json.dumps(notebook))
    return buffer.getvalue()


@_attack
def pickle_stream(_notebook: Json) -> bytes:
    """code of its own in the grader, by a pickle that calls itself a notebook"""
    return b"\x80\x04cos\nsystem\n(S'touch /tmp/atk-pickle'\ntR."


@_attack
def empty_file(_notebook: Json) -> bytes:
    """a stopped batch, by a file with nothing in it"""
    return b""


@_attack
def json_that_is_no_notebook(_notebook: Json) -> bytes:
    """a stopped batch, by JSON that is a list"""
    return b"[1, 2, 3]"


@_attack
def many_cells(notebook: Json) -> Json:
    """a grader that is busy for hours, by thousands of cells"""
    names = unique_cell_ids(["x"] * 5_000)
    notebook["cells"] += [_code(name, "pass") for name in names]
    return notebook


@_attack
def huge_cell(notebook: Json) -> Json:
    """a grader without memory, by one cell of many megabytes"""
    notebook["cells"].append(_code("huge", "x = '" + "x" * (20 << 20) + "'"))
    return notebook


@_attack
def huge_outputs(notebook: Json) -> Json:
    """a grader without memory, by old outputs of many megabytes"""
    text = {"output_type": "stream", "name": "stdout", "text": "x" * (20 << 20)}
    notebook["cells"][1]["outputs"] = [text]
    return notebook


@_attack
def opened_tests(notebook: Json) -> Json:
    """tests that run in its own process, by metadata that says that they are open"""
    for cell in _tests(notebook):
        cell["metadata"]["autograder"] = {"open": True}
        cell["metadata"]["nbgrader"]["open"] = True
    _cell(notebook, "normalise")["source"] = (
        "import builtins\nbuiltins.AssertionError = SystemExit\n" + _NONSENSE
    )
    return notebook


@_attack
def names_of_the_tests_in_ids(notebook: Json) -> Json:
    """test cells of its own that are taken for the teacher's, by their nbformat ids"""
    for cell in _tests(notebook):
        cell["id"], cell["metadata"] = f"was-{cell['id']}", {}
    notebook["cells"] += [
        _code(name, "4") for name in ("normalise-values", "softmax-values", "median-partial")
    ]
    return notebook


@_attack
def task_cells(notebook: Json) -> Json:
    """a mark by hand for everything, by metadata that turns tests into tasks"""
    for cell in _tests(notebook):
        cell["metadata"]["nbgrader"] |= {"task": True, "grade": True, "solution": False}
        cell["cell_type"] = "markdown"
        for key in ("outputs", "execution_count"):
            cell.pop(key)
    return notebook


@_attack
def cells_without_end(notebook: Json) -> Json:
    """a grader that is busy for hours, by ten times as many cells"""
    notebook["cells"] += [_code(f"c{number}", "") for number in range(100_000)]
    return notebook


@_attack
def same_ids_without_end(notebook: Json) -> Json:
    """a grader that looks for free ids for hours, by thousands of cells with the same one"""
    notebook["cells"] += [_code("same", "") for _ in range(4_000)]
    return notebook


@_attack
def grade_ids_that_look_alike(notebook: Json) -> Json:
    """tests of its own, by ids that Unicode takes for the same as those of the teacher's"""
    for cell, nbgrader in zip(_tests(notebook), list(_nbgrader(notebook)), strict=False):
        name = cell["metadata"]["nbgrader"]["grade_id"]
        nbgrader["checksum"] = "0" * 32
        full = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
        notebook["cells"] += [_code(full, "4", {"nbgrader": {"grade_id": full, "grade": True}})]
        notebook["cells"] += [_code("x", "4", {"nbgrader": {"grade_id": name + "\u200b"}})]
    return notebook


@_attack
def text_that_no_parser_ends(notebook: Json) -> Json:
    """a stopped batch, by text at which Python's own parser gives up, in cells read for names"""
    _cell(notebook, "normalise")["source"] = _NONSENSE
    _cell(notebook, "softmax")["source"] = "softmax = normalise"
    hard = [
        "-" * 10_000 + "1",
        "x" + ".a" * 10_000,
        "not " * 9_000 + "x",
        "(" * 9_000,
        "\0",
        "\ud800",
    ]
    notebook["cells"][1:1] = [_code(f"hard-{index}", text) for index, text in enumerate(hard)]
    return notebook


@_attack
def cells_that_claim_to_be_others(notebook: Json) -> Json:
    """tests of its own, by cells without ids that look like the teacher's by text and place"""
    looks = [(cell["source"], cell["id"]) for cell in notebook["cells"]]
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell["id"] = f"of-{cell['id']}"
    for source, name in looks:
        edited = source.replace("assert ", "assert True or ")
        notebook["cells"] += [_code(f"like-{name}", edited), _code("", f"{source}\n4")]
        notebook["cells"] += [_code(name, edited, {"nbgrader": {"grade_id": f" {name}"}})]
    notebook["cells"] += [_code("last", _NONSENSE), _code("4", "4")]
    return notebook


@_attack
def outputs_that_are_no_outputs(notebook: Json) -> Json:
    """a stopped batch, by outputs, counts and attachments of every wrong type"""
    odd: list[object] = [
        None,
        1,
        "x",
        [],
        [[]],
        {},
        {"output_type": 3},
        [{"output_type": "stream"}],
    ]
    for cell, value in zip(notebook["cells"], odd, strict=False):
        cell["outputs"] = cell["execution_count"] = cell["attachments"] = value
        cell["metadata"]["nbgrader"] = cell["metadata"].get("nbgrader", value)
    notebook["metadata"] = [1]
    return notebook
