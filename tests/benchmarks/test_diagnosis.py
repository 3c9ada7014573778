from __future__ import annotations

import ast

from benchmarks.diagnosis import renamed

SOURCE = """
class Mean:
    def of(self, values, start=0):
        total = start
        for value in values:
            total += value
        def share(part=1):
            whole = len(values)
            return total * part / whole
        return share(part=2)
"""


def test_only_what_nobody_outside_can_name_gets_another_name() -> None:
    written = renamed(SOURCE)
    names = {node.id for node in ast.walk(ast.parse(written)) if isinstance(node, ast.Name)}
    assert not names & {"total", "value", "whole"}
    found: dict[str, type] = {}
    exec(written, found)
    assert found["Mean"]().of(values=[1, 2, 6], start=3) == 8
