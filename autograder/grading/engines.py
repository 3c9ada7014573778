"""Which engine grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from autograder.errors import OperatorError
from autograder.grading.pool import EngineFactory
from autograder.sealed import EngineError, Level, SealedEngine

__all__ = ["SealedFactory", "default_engine"]


@final
@dataclass(frozen=True, slots=True)
class SealedFactory:
    """Makes sealed engines, here or on the machine that it is sent to.

    Args:
        unsafe: grade even where nothing holds student code; recorded in every verdict.
    """

    unsafe: bool = False

    def __call__(self) -> SealedEngine:
        """A new engine.

        Raises:
            EngineError: this machine cannot hold student code.
        """
        return SealedEngine(required=Level.REDUCED, unsafe=self.unsafe)


def default_engine(*, unsafe: bool = False, probe: bool = True) -> EngineFactory:
    """Makes the engines of a batch, an audit or the demo, one a worker.

    Args:
        unsafe: grade even where nothing holds student code; recorded in every verdict.
        probe: make sure now that this machine can hold student code.

    Raises:
        OperatorError: this machine cannot hold student code; the text says what to do.
    """
    factory = SealedFactory(unsafe=unsafe)
    if probe:
        try:
            factory()
        except EngineError as error:
            raise OperatorError(str(error)) from error
    return factory
