"""How tight a sandbox is, and what it is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Self, final

__all__ = ["Level", "Mechanisms"]


class Level(IntEnum):
    """How tight a sandbox is; a higher one holds everything that a lower one does."""

    UNSAFE = 0
    """Limits on memory and processes only: for notebooks of people whom you trust."""

    REDUCED = 1
    """Landlock or namespaces, not both; always seccomp, limits and `no_new_privs`."""

    FULL = 2
    """Namespaces, Landlock, seccomp and limits."""


@final
@dataclass(frozen=True, slots=True)
class Mechanisms:
    """Which mechanisms a sandbox uses.

    Args:
        namespaces: own file system, process table, network and user.
        landlock: files outside the scratch folder, TCP, signals and abstract sockets refused.
        seccomp: dangerous system calls refused.
        separate_users: without namespaces and as root, one user id a child.
    """

    namespaces: bool
    landlock: bool
    seccomp: bool
    separate_users: bool = False

    @property
    def level(self) -> Level:
        """The level that these reach together."""
        if not self.seccomp:
            return Level.UNSAFE
        return Level(min(2, self.namespaces + self.landlock))

    def to_json(self) -> dict[str, bool]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**data)
