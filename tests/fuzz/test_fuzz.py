"""Any bytes give a value or a clean error, within bounds on time and memory."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.mutations import mutate_json, mutate_message
from tests.fuzz.targets import CORPUS, TARGETS

ROOT = Path(__file__).resolve().parents[2]
SEEDS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
RUNS = 10_000


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_fuzzing_starts_from_holds(path: Path) -> None:
    data = path.read_bytes()
    target = TARGETS[path.parent.name]
    assert target(data) or path.parent.name == "notebook"
    mutate = mutate_json if path.parent.name == "notebook" else mutate_message
    for seed in range(20):
        mutated = mutate(data, seed)
        if mutated is not None:
            target(mutated)


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_short_run_of_the_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no build for this platform")
    command = [sys.executable, "-W", "ignore", "-m", "tests.fuzz.run", target]
    command += ["--runs", str(RUNS), "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert executed is not None
    assert int(executed[1]) >= RUNS
    assert [path.name for path in tmp_path.rglob("finding-*")] == []
