"""What, besides its inputs, a verdict depends on: this package and the libraries that run code."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, final

__all__ = ["LIBRARIES", "Fingerprint", "fingerprint"]

LIBRARIES: Final = (
    "ipython",
    "matplotlib",
    "nbgrader",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "sympy",
    "torch",
)
"""Libraries whose versions count; those that are not installed are left out."""


@final
@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Versions, without anything that differs between two equal installations.

    Args:
        package: SHA-256 of this package's source.
        python: version of the interpreter.
        libraries: versions by name, without their local part (`2.13.0+cpu` is `2.13.0`).
    """

    package: str
    python: str
    libraries: Mapping[str, str]

    def differences(self, other: Fingerprint) -> list[str]:
        """What is not the same, in words: `torch is 2.12.0, not 2.13.0`; self is what should be."""
        found = []
        if other.package != self.package:
            found.append(
                f"autograder is another version (source {other.package[:12]}, "
                f"not {self.package[:12]})"
            )
        if other.python != self.python:
            found.append(f"Python is {other.python}, not {self.python}")
        for name in sorted({*self.libraries, *other.libraries}):
            mine, theirs = self.libraries.get(name), other.libraries.get(name)
            if mine != theirs:
                found.append(f"{name} is {theirs or 'missing'}, not {mine or 'missing'}")
        return found


@cache
def fingerprint() -> Fingerprint:
    """Of this process."""
    return Fingerprint(
        package=_package_digest(),
        python=platform.python_version(),
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
    )


def _package_digest() -> str:
    folder = Path(__file__).resolve().parent.parent
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        data = path.read_bytes()
        state.update(f"{path.relative_to(folder).as_posix()} {len(data)}\n".encode())
        state.update(data)
    return state.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return ""
