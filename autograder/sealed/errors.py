"""What goes wrong with the engine itself, never with a notebook."""

from __future__ import annotations

__all__ = ["EngineError"]


class EngineError(RuntimeError):
    """The engine cannot grade; its text says why and what to do."""
