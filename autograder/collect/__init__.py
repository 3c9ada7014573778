"""Brings submissions into `submitted/`, from folders, zips and notebooks."""

from __future__ import annotations

from autograder.collect.collect import CollectReport, Doubt, Filed, Outcome, collect
from autograder.collect.trees import CollectLimits

__all__ = ["CollectLimits", "CollectReport", "Doubt", "Filed", "Outcome", "collect"]
