"""nbgrader's handlers with a Content-Security-Policy, and pages made to keep it."""

from __future__ import annotations

import secrets
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nbgrader.server_extensions.formgrader import apihandlers, handlers
from nbgrader.server_extensions.formgrader.base import BaseApiHandler, BaseHandler
from tornado.web import HTTPError, authenticated

from autograder.feedback.inert import is_raster_image
from autograder.formgrader.pages import event_hashes, render_page
from autograder.formgrader.submission import SubmissionExporter

__all__ = ["guarded_handlers"]

_NOTHING = "default-src 'none'; sandbox"


class Guarded(BaseHandler):  # type: ignore[misc]  # nbgrader ships no types
    """A page on which only scripts of nbgrader's own templates run."""

    @cached_property
    def nonce(self) -> str:
        """Marks the scripts of one answer; nobody can guess it."""
        return secrets.token_urlsafe(16)

    @property
    def own_policy(self) -> str:
        """What the page may do."""
        return (
            "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; "
            "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
            f"script-src 'nonce-{self.nonce}' 'unsafe-hashes' {event_hashes()}"
        )

    @property
    def content_security_policy(self) -> str:
        """Both that of the server, which may have been set for it, and ours."""
        return f"{super().content_security_policy}, {self.own_policy}"

    def set_default_headers(self) -> None:
        """As always, and links tell no other site where they were followed."""
        super().set_default_headers()
        self.set_header("Referrer-Policy", "same-origin")

    def render(self, name: str, **values: Any) -> str:
        """A page from one of nbgrader's templates."""
        if name == "formgrade_404.tpl":
            raise HTTPError(404, "This submission is not graded yet, or its file is gone.")
        return render_page(name, csp_nonce=self.nonce, **values)


class GuardedStart(Guarded, handlers.FormgraderHandler):  # type: ignore[misc]
    """The first page, of the course that Jupyter was started in."""

    @authenticated
    def get(self) -> None:
        """Open the course.

        nbgrader would run the `nbgrader_config.py` of any folder that a link names, such as one
        that was handed in.
        """
        path = self.get_argument("path", "")
        if path and Path(path).resolve() != Path(self.coursedir.root).resolve():
            raise HTTPError(403, "Start Jupyter in the course's folder to grade another course.")
        super().get()


class GuardedSubmission(Guarded, handlers.SubmissionHandler):  # type: ignore[misc]
    """A submission to be graded by hand."""

    @property
    def exporter(self) -> SubmissionExporter:
        """Stands in for nbconvert's exporter."""
        return SubmissionExporter(nonce=self.nonce)


class GuardedFiles(Guarded, handlers.SubmissionFilesHandler):  # type: ignore[misc]
    """A file that was handed in: a picture for the page, or else something to save."""

    @property
    def own_policy(self) -> str:
        """Nothing."""
        return _NOTHING

    def get_content_type(self) -> str:
        """Only pictures are told apart."""
        content_type: str = super().get_content_type()
        return content_type if self._is_picture else "application/octet-stream"

    def set_extra_headers(self, path: str) -> None:
        """Have it saved instead of shown."""
        super().set_extra_headers(path)
        if not self._is_picture:
            name = quote(Path(path).name, safe="")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")

    @property
    def _is_picture(self) -> bool:
        return is_raster_image(str(self.absolute_path))


class _GuardedApi(Guarded):
    @property
    def own_policy(self) -> str:
        return _NOTHING


_SPECIAL = {
    handlers.FormgraderHandler: GuardedStart,
    handlers.SubmissionHandler: GuardedSubmission,
    handlers.SubmissionFilesHandler: GuardedFiles,
}


def guarded_handlers() -> list[tuple[Any, ...]]:
    """Address pattern, handler and arguments, for all that nbgrader's formgrader answers."""
    return [
        (pattern, _guarded(handler), *rest)
        for pattern, handler, *rest in [*handlers.default_handlers, *apihandlers.default_handlers]
    ]


def _guarded(handler: type) -> type:
    if handler in _SPECIAL:
        return _SPECIAL[handler]
    if not issubclass(handler, BaseHandler):
        return handler  # nbgrader's own static files
    guard = _GuardedApi if issubclass(handler, BaseApiHandler) else Guarded
    return type(f"Guarded{handler.__name__}", (guard, handler), {})
