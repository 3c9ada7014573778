"""What tests ask about processes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["is_running"]


def is_running(process: int) -> bool:
    """Whether a process has not ended; one that its new parent has yet to reap has."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}
