"""Writes the results of the attacks into `docs/security.md`.

    python -m tests.attacks.table

Takes `results/stock.json` and `results/sealed.json`, which `python -m tests.attacks.stock` and
`python -m tests.attacks.sealed` write, and replaces what stands between the two marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.attacks.attacks import Attack
from tests.attacks.results import Result, load
from tests.attacks.sealed import GROUPS, all_attacks

_PAGE = Path(__file__).parents[2] / "docs" / "security.md"
_START, _END = "<!-- attacks: made by a command -->", "<!-- end of attacks -->"


def main() -> None:
    """Replace the tables."""
    attacks = all_attacks()
    stock, sealed = load("stock"), load("sealed")
    before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    lines = [*_summary(attacks, stock, sealed), "", *_tables(attacks, stock, sealed)]
    text = f"{before}{_START}\n\n" + "\n".join(lines) + f"\n\n{_END}{after}"
    _PAGE.write_text(text, encoding="utf-8")


def _summary(
    attacks: list[Attack], stock: dict[str, Result], sealed: dict[str, Result]
) -> Iterator[str]:
    yield "| of the attacks | stock nbgrader 0.9.6 | this project |"
    yield "|---|---|---|"
    rows = {
        "were run": lambda result: result.outcome != "not run",
        "got points for nothing": lambda result: result.stolen > 0,
        "damaged something outside, or left something running": lambda result: bool(result.damage),
        "read a secret": lambda result: bool(result.leaks),
        "lost the submission": lambda result: result.outcome == "lost",
        "stopped the batch": lambda result: result.outcome == "batch stopped",
        "were put in quarantine with a reason": lambda result: result.outcome == "quarantined",
    }
    for name, holds in rows.items():
        yield f"| {name} | {sum(map(holds, stock.values()))} | {sum(map(holds, sealed.values()))} |"
    given = [sum(result.stolen for result in results.values()) for results in (stock, sealed)]
    yield f"| points given for nothing | {given[0]:g} | {given[1]:g} |"
    yield ""
    yield f"{len(attacks)} attacks. The same attack can do several of these."


def _tables(
    attacks: list[Attack], stock: dict[str, Result], sealed: dict[str, Result]
) -> Iterator[str]:
    for group in GROUPS:
        yield f"### {group.capitalize()}"
        yield ""
        yield "| attack | wants | stock nbgrader | this project |"
        yield "|---|---|---|---|"
        for attack in attacks:
            kind, _, name = attack.name.partition("/")
            if kind == group:
                results = (_words(stock.get(attack.name)), _words(sealed.get(attack.name)))
                cells = (name.replace("_", " "), attack.wants, *results)
                yield f"| {' | '.join(cell.replace('|', ' ') for cell in cells)} |"
        yield ""


def _words(result: Result | None) -> str:
    if result is None:
        return "no result"
    if result.outcome == "not run":
        return f"not run: {result.note}"
    found = [
        f"**{result.stolen:g} points**" if result.stolen else "",
        "**harm**: " + _kinds(result.damage) if result.damage else "",
        "**leak**: " + _secrets(result.leaks) if result.leaks else "",
        f"**{result.outcome}**" if result.outcome in {"lost", "batch stopped"} else "",
        "quarantined" if result.outcome == "quarantined" else "",
    ]
    return "; ".join(filter(None, found)) or "nothing"


def _kinds(damage: Iterable[str]) -> str:
    words = {
        "was changed": "files changed",
        "was deleted": "files deleted",
        "was made": "files made",
        "connection": "network reached",
        "still running": "process left running",
        "was killed": "a process killed",
        "had to be killed": "grader hung",
    }
    found = {next((said for part, said in words.items() if part in line), line) for line in damage}
    return ", ".join(sorted(found))


def _secrets(leaks: Iterable[str]) -> str:
    words = {
        "hidden": "hidden tests",
        "83125": "their inputs",
        "answer": "solutions",
        "neighbour": "another student",
        "gradebook": "the gradebook",
        "outside": "other files",
        "environment": "the environment",
    }
    return ", ".join(words[leak.partition("-")[0]] for leak in leaks)


if __name__ == "__main__":
    main()
