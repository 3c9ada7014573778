"""Sealed execution inside stock `nbgrader autograde` and the formgrader's Autograde button."""

from __future__ import annotations

import atexit
import functools
import json
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from traitlets import Bool

from autograder.assignment import Assignment, AssignmentNotebook, load_assignment, read_files
from autograder.course import Course
from autograder.grading.carried import carried_marks
from autograder.grading.engines import default_engine
from autograder.grading.grade import autograded_notebook, submission_program
from autograder.grading.policy import Policy
from autograder.grading.restore import RestoredNotebook, restore
from autograder.grading.sealing import seal
from autograder.lateness import carries_errors
from autograder.notebooks import read_notebook
from autograder.sealed.model import Engine, Limits

__all__ = ["RestoreFromSource", "SealedExecute"]


class RestoreFromSource(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """Rebuilds a submitted notebook from its source text and the instructor's cells.

    Comes first in `Autograde.sanitize_preprocessors`: no metadata of a submission reaches the
    steps after it, some of which would give up on the whole class.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the restored notebook, without outputs."""
        _, _, notebook, restored = _restored(self.config, nb, resources)
        return _node(autograded_notebook(notebook, restored, {})), resources


class SealedExecute(Execute):  # type: ignore[misc]  # nbgrader ships no types
    """Runs a notebook sealed instead of in a kernel.

    Of nbgrader's settings for `Execute`, `timeout` holds: seconds of CPU time a cell. Kernels are
    not used, so what configures them has no effect.
    """

    unsafe = Bool(
        default_value=False,
        help="Grade even if nothing holds student code on this machine (`autograder doctor`).",
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> tuple[Any, Any]:
        """Return the notebook as it was run."""
        del km
        course, loaded, notebook, restored = _restored(self.config, nb, resources)
        limits = self._limits()
        engine = _engine(unsafe=self.unsafe)
        assignment = _sealed(loaded, limits, unsafe=self.unsafe)
        folder = Path(resources["metadata"]["path"])
        ignore = list(course.coursedir.ignore)
        files = read_files(folder, ignore=ignore, max_bytes=Policy().file_bytes)
        program = submission_program(assignment, notebook, restored, files)
        results = {result.id: result for result in engine.run(program, limits)}
        carried = {}
        if carries_errors(course, assignment.name):
            carried = carried_marks(notebook, restored, program, results, engine, limits)
        self.log.info("Ran %s: %s", program.name, engine.name)
        return _node(autograded_notebook(notebook, restored, results, carried)), resources

    def _limits(self) -> Limits:
        standard = Limits()
        if self.timeout is None or self.timeout <= 0:
            return standard
        return Limits(
            cell_cpu_seconds=float(self.timeout),
            cell_wall_seconds=max(standard.cell_wall_seconds, 4.0 * self.timeout),
        )


def _restored(
    config: Any, nb: Any, resources: Any
) -> tuple[Course, Assignment, AssignmentNotebook, RestoredNotebook]:
    course = Course.of_command(config)
    name = resources["nbgrader"]["notebook"]
    assignment = load_assignment(course, resources["nbgrader"]["assignment"])
    notebook = assignment.notebooks[name]
    where = f"{resources['nbgrader']['student']}/{name}.ipynb"
    restored = restore(notebook, read_notebook(json.dumps(nb).encode(), where))
    return course, assignment, notebook, restored


def _node(notebook: dict[str, Any]) -> Any:
    return nbformat.from_dict(notebook)


@functools.cache
def _engine(*, unsafe: bool) -> Engine:
    """One engine for the process: nbgrader makes a preprocessor anew for every notebook."""
    engine = default_engine(unsafe=unsafe)()
    engine.__enter__()
    atexit.register(engine.__exit__, None, None, None)
    return engine


@functools.lru_cache(maxsize=32)
def _sealed(assignment: Assignment, limits: Limits, *, unsafe: bool) -> Assignment:
    return seal(assignment, _engine(unsafe=unsafe), limits)
