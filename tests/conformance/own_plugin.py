"""Loaded by pytest into the run of nbgrader's own tests: this project in nbgrader's place."""

from __future__ import annotations

import functools

import nbgrader.api
import nbgrader.preprocessors

from autograder.plugins import SaveProvenGrades
from tests.gradebooks import wait_for_no_disk

__all__: list[str] = []

# Tests of single steps make the step themselves instead of asking a course's configuration.
nbgrader.preprocessors.SaveAutoGrades = SaveProvenGrades

# A program is started to learn this constant, once for every gradebook that a test makes.
nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)

wait_for_no_disk()
