"""Runs a coverage-guided fuzzer on the readers of untrusted bytes.

    python -m tests.fuzz.run TARGET [--seconds 60 | --runs 2000] [--keep FOLDER]

Starts from the committed corpus. A finding is written to the folder and ends the run with an error;
so do five seconds of CPU time for one input, or more than a gigabyte of memory. The fuzzer's own
limit is by the clock on the wall, which a busy machine must not reach.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import atheris

_INSTRUMENTED: Final = [
    "autograder.notebooks",
    "autograder.grading.recognise",
    "autograder.grading.restore",
    "autograder.sealed.arrays",
    "autograder.sealed.frames",
    "autograder.sealed.packing",
    "autograder.sealed.reports",
    "autograder.sealed.values",
]
_CPU_SECONDS_FOR_ONE: Final = 5.0
_SECONDS_FOR_ONE: Final = 300
_MEGABYTES: Final = 1024
_LONGEST: Final = 1 << 16

with atheris.instrument_imports(include=_INSTRUMENTED):
    from tests.fuzz.mutations import mutate_json, mutate_message
    from tests.fuzz.targets import CORPUS, TARGETS


def main(arguments: list[str]) -> None:
    """Fuzz one target; does not return."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz")
    options = parser.parse_args(arguments)
    found = options.keep / options.target
    found.mkdir(parents=True, exist_ok=True)
    mutate = mutate_json if options.target == "notebook" else mutate_message

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        # One in four stays with bytes: what is no JSON and no message must be survived too.
        mutated = mutate(data, seed) if seed % 4 else None
        if mutated is None or len(mutated) > max_size:
            return bytes(atheris.Mutate(data, max_size))
        return mutated

    def one_input(data: bytes) -> None:
        started = time.process_time()
        TARGETS[options.target](data)
        if (taken := time.process_time() - started) > _CPU_SECONDS_FOR_ONE:
            raise RuntimeError(f"this input took {taken:.1f} s")

    flags = [
        sys.argv[0],
        str(found),
        str(CORPUS / options.target),
        "-seed=1",
        f"-max_len={_LONGEST}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-artifact_prefix={found}/finding-",
        "-print_final_stats=1",
        f"-runs={options.runs}" if options.runs >= 0 else f"-max_total_time={options.seconds}",
    ]
    atheris.Setup(flags, one_input, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
