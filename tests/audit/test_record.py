from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.record import code_digest

CHECK = """\"\"\"Compares.\"\"\"


def close(actual, expected):
    \"\"\"Whether both are close.\"\"\"
    return abs(actual - expected) < 1e-8
"""


def digest(folder: Path, check: str, operators: str = "OPERATORS = 1\n", other: str = "") -> str:
    for name, text in {
        "checks/closeness.py": check,
        "audit/operators.py": operators,
        "audit/show.py": other,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    code_digest.cache_clear()
    return code_digest(folder)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({"check": CHECK.replace("1e-8", "1e-4")}, True),
        ({"check": CHECK, "operators": "OPERATORS = 2\n"}, True),
        ({"check": CHECK.replace("Whether both", "If they")}, False),
        ({"check": f"# A comment.\n{CHECK}\n"}, False),
        ({"check": CHECK, "other": "x = 1\n"}, False),
    ],
)
def test_a_record_lasts_until_the_code_that_decides_changes(
    tmp_path: Path, *, changed: dict[str, str], counts: bool
) -> None:
    assert (digest(tmp_path / "a", CHECK) != digest(tmp_path / "b", **changed)) == counts
