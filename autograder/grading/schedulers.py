"""Which machines grade."""

from __future__ import annotations

from autograder.cores import cores
from autograder.errors import OperatorError
from autograder.grading.backend import Backend
from autograder.grading.engines import default_engine
from autograder.grading.local import LocalBackend

__all__ = ["make_backend"]


def make_backend(
    scheduler: str | None, *, workers: int | None = None, unsafe: bool = False
) -> Backend:
    """The backend that a command line asks for.

    Args:
        scheduler: None for this machine, a Dask scheduler's address, or `dask` for whatever
            Dask's configuration says.
        workers: how many at once on this machine; the number of cores by default.
        unsafe: see `default_engine`.

    Raises:
        OperatorError: Dask is not installed, the cluster cannot be used, or this machine cannot
            hold student code.
    """
    if scheduler is None:
        return LocalBackend(default_engine(unsafe=unsafe), workers or cores())
    try:
        from autograder.grading.cluster import DaskBackend
    except ModuleNotFoundError as error:
        raise OperatorError(
            f"--scheduler needs Dask ({error}): pip install dask distributed"
        ) from error
    if scheduler != "dask" and "://" not in scheduler:
        raise OperatorError(
            f"--scheduler {scheduler}: give an address such as tcp://host:8786, or `dask`"
        )
    address = None if scheduler == "dask" else scheduler
    return DaskBackend(address, default_engine(unsafe=unsafe, probe=False), workers=workers)
