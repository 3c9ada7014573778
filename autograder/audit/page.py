"""An audit as one HTML page that needs nothing else."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.audit.audit import AuditReport
from autograder.audit.document import document

__all__ = ["page"]


def page(report: AuditReport) -> str:
    """The page: no scripts, no files, no addresses."""
    environment = Environment(
        loader=PackageLoader("autograder.audit"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("audit.html.j2").render(
        report=document(report), points=report.points
    )
