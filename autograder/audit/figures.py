"""Writes the figures of `docs/audit.md` from the records of the audits.

python -m autograder.audit.figures
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from autograder.audit.record import record_path
from autograder.course import Course

__all__ = ["figures", "main"]

_BEGIN: Final = "<!-- figures -->\n"
_END: Final = "<!-- end of figures -->\n"
_COLUMNS: Final = (
    "assignment",
    "by hand found",
    "alternatives right",
    "generated",
    "killed",
    "equivalent",
    "survived",
    "runs",
    "flaky",
    "chance used",
    "CPU s",
)


def figures(records: list[dict[str, Any]]) -> str:
    """A Markdown table, one line an assignment, and one of the solution cells of each.

    Args:
        records: as `record.write_record` writes them.
    """
    lines = [_row(_COLUMNS), _row(["---"] + ["---:"] * (len(_COLUMNS) - 1))]
    lines += [_row(_line(record)) for record in records]
    for record in records:
        lines += ["", f"{record['assignment']}, mutants of each solution cell:", ""]
        lines += [_row(["cell", "killed", "equivalent", "survived"]), _row(["---"] + ["---:"] * 3)]
        lines += [
            _row([cell, *(str(fates[f]) for f in ("killed", "equivalent", "survived"))])
            for cell, fates in record["generated"]["scores"].items()
        ]
    return "\n".join(lines) + "\n"


def _line(record: dict[str, Any]) -> list[str]:
    trials, generated = record["trials"], record["generated"]
    fates = generated["scores"].values()

    def share(kind: str) -> str:
        mine = [trial["passed"] for trial in trials if trial["kind"] == kind]
        return f"{sum(mine)} of {len(mine)}"

    return [
        record["assignment"],
        share("mutant"),
        share("alternative"),
        f"{generated['run']} of {generated['possible']}",
        *(str(sum(each[fate] for each in fates)) for fate in ("killed", "equivalent", "survived")),
        str(record["stability"]["runs"]),
        str(len(record["stability"]["flaky"])),
        f"{record['chance']['used']:.1g}",
        f"{sum(cost['cpu_seconds'] for cost in record['cost'].values()):.1f}",
    ]


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def main(root: Path | None = None) -> None:
    """Put the table between its marks in `docs/audit.md`."""
    course = Course.open(root or Path())
    paths = [record_path(course, name) for name in course.assignments()]
    records = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
    document = course.root / "docs" / "audit.md"
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    table = figures(records) if records else "No audit is on record.\n"
    document.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
