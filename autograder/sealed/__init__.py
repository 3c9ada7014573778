"""Sealed execution of notebooks: student code never runs in the process that decides."""

from __future__ import annotations

from autograder.sealed.doctor import Diagnosis, diagnose
from autograder.sealed.engine import SealedEngine
from autograder.sealed.errors import EngineError
from autograder.sealed.levels import Level

__all__ = ["Diagnosis", "EngineError", "Level", "SealedEngine", "diagnose"]
