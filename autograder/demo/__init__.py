"""A whole course in one command: a class hands in, is graded, and everybody can look around."""

from __future__ import annotations

from autograder.demo.run import DemoReport, demo

__all__ = ["DemoReport", "demo"]
