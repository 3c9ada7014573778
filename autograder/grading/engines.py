"""Which engine grades."""

from __future__ import annotations

from autograder.errors import OperatorError
from autograder.grading.pool import EngineFactory
from autograder.sealed import EngineError, Level, SealedEngine

__all__ = ["default_engine"]


def default_engine(*, unsafe: bool = False) -> EngineFactory:
    """Makes the engines of a batch, an audit or the demo, one a worker.

    Args:
        unsafe: grade even where nothing holds student code; recorded in every verdict.

    Raises:
        OperatorError: this machine cannot hold student code; the text says what to do.
    """

    def make() -> SealedEngine:
        return SealedEngine(required=Level.REDUCED, unsafe=unsafe)

    try:
        make()
    except EngineError as error:
        raise OperatorError(str(error)) from error
    return make
