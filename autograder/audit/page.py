"""An audit as one HTML page that needs nothing else."""

from __future__ import annotations

from autograder.audit.audit import AuditReport
from autograder.audit.document import document
from autograder.pages import environment

__all__ = ["page"]


def page(report: AuditReport) -> str:
    """The page: no scripts, no files, no addresses."""
    template = environment("autograder.audit").get_template("audit.html.j2")
    return template.render(report=document(report), points=report.points)
