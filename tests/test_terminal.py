from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from autograder.terminal import outlive_terminal
{outlive}
print("begun", flush=True)
sys.stdin.readline()
for _ in range(100):
    print("something to read", flush=True)
    print("a complaint", file=sys.stderr, flush=True)
sys.exit(7)
"""


@pytest.mark.parametrize(("outlive", "goes_on"), [("outlive_terminal()", True), ("", False)])
def test_a_command_goes_on_when_its_terminal_is_closed(outlive: str, goes_on: bool) -> None:
    terminal, inside = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(outlive=outlive)],
        stdin=subprocess.PIPE,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    ) as process:
        os.close(inside)
        assert b"begun" in os.read(terminal, 100)
        os.close(terminal)
        process.communicate(b"\n", timeout=60)
    assert (process.returncode == 7) is goes_on
