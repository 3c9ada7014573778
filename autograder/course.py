"""A course directory, seen through its `nbgrader_config.py`."""

from __future__ import annotations

import logging
import os
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.errors import OperatorError

__all__ = ["Course", "check_name"]

_NAME = re.compile(r"[^/\\\x00-\x1f+*?\[\]{}]+")


class _CourseApp(NbGrader):  # type: ignore[misc]  # nbgrader ships no types
    """Reads the configuration of one course directory and of no other."""

    name = "autograder"
    load_cwd_config = False
    raise_config_file_errors = True


def check_name(kind: str, name: str) -> str:
    """Return `name` if it can be a folder's name in a course, and refuse it otherwise.

    Raises:
        OperatorError: it is empty, a path, hidden, or has characters that nbgrader globs with.
    """
    if not _NAME.fullmatch(name) or name.startswith(".") or name != name.strip():
        raise OperatorError(
            f"{name!r} cannot be the name of {kind}: use letters, digits, '-', '_', '.', '@' "
            "and spaces inside"
        )
    return name


@final
@dataclass(frozen=True, slots=True)
class Course:
    """Where the parts of a course lie.

    Args:
        root: the course directory, absolute.
        config: the loaded traitlets configuration.
        coursedir: nbgrader's own object, which knows names and layout.
    """

    root: Path
    config: Any
    coursedir: Any

    @classmethod
    def open(cls, root: Path | str = ".") -> Course:
        """Load a course.

        Raises:
            OperatorError: there is no such directory, or its configuration cannot be loaded.
        """
        path = Path(root).resolve()
        if not path.is_dir():
            raise OperatorError(f"there is no course directory {path}")
        app = _CourseApp(log_level=logging.ERROR)
        directory = Path.cwd()
        try:
            # The configuration may use paths relative to the course, as nbgrader itself allows.
            os.chdir(path)
            app.initialize(argv=[], root=str(path))
        except Exception as error:
            raise OperatorError(
                f"{path / 'nbgrader_config.py'} cannot be loaded: {type(error).__name__}: {error}"
            ) from error
        finally:
            os.chdir(directory)
        return cls.from_config(app.config, path)

    @classmethod
    def from_config(cls, config: Config, root: Path) -> Course:
        """A course whose configuration is loaded already.

        Args:
            config: as traitlets has it; it is copied.
            root: the course directory, absolute.
        """
        config = deepcopy(config)
        config.CourseDirectory.root = str(root)
        for part in ("header", "footer"):
            value = config.IncludeHeaderFooter.get(part)
            if isinstance(value, str) and value:
                config.IncludeHeaderFooter[part] = str(root / value)
        return cls(root=root, config=config, coursedir=CourseDirectory(config=config))

    @classmethod
    def of_command(cls, config: Config) -> Course:
        """The course of a running nbgrader command, which works in the course directory.

        Args:
            config: of the command; it is copied.
        """
        return cls.from_config(config, Path(config.CourseDirectory.get("root") or Path.cwd()))

    @property
    def db_url(self) -> str:
        """URL of the gradebook database."""
        return str(self.coursedir.db_url)

    @property
    def course_id(self) -> str:
        """The course's id in the gradebook and the exchange."""
        return str(self.coursedir.course_id)

    def step(self, step: str, student: str, assignment: str) -> Path:
        """The folder of one step ("submitted", "autograded", ...) of one student's assignment."""
        folder = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(folder, student, assignment))

    def source(self, assignment: str) -> Path:
        """The folder of the instructor's version."""
        return self.step("source", ".", check_name("an assignment", assignment)).resolve()

    def release(self, assignment: str) -> Path:
        """The folder of the students' version."""
        return self.step("release", ".", check_name("an assignment", assignment)).resolve()

    def variants(self, assignment: str) -> Path:
        """The folder with wrong and right solutions of an assignment, by which it is measured."""
        return self.root / "tests" / "assignments" / check_name("an assignment", assignment)

    def assignments(self) -> list[str]:
        """Names of the assignments that have an instructor's version, sorted."""
        parent = self.step("source", ".", "_").resolve().parent
        if not parent.is_dir():
            return []
        return sorted(
            folder.name
            for folder in parent.iterdir()
            if folder.is_dir() and any(folder.glob("*.ipynb"))
        )

    def students(self, assignment: str) -> list[str]:
        """Ids of the students who have a `submitted/` folder for an assignment, sorted."""
        marker = "__student__"
        pattern = self.step("submitted", marker, check_name("an assignment", assignment))
        parts = pattern.parts
        index = parts.index(marker)
        base, rest = Path(*parts[:index]), Path(*parts[index + 1 :])
        if not base.is_dir():
            return []
        return sorted(folder.name for folder in base.iterdir() if (folder / rest).is_dir())
