"""Which grade cells are failed by the same students."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

__all__ = ["jaccard", "order", "phi"]

Failed = np.ndarray[Any, np.dtype[np.bool_]]
Table = np.ndarray[Any, np.dtype[np.float64]]
_SAME: Final = 1e-12


def phi(failed: Failed) -> Table:
    """Phi coefficient of each two cells, from -1 to 1; NaN for a cell that all or none failed.

    Source: Yule, "On the methods of measuring association between two attributes", Journal of the
    Royal Statistical Society 75, 1912.

    Args:
        failed: which student failed which cell, of shape (students, cells).
    """
    students = max(1, len(failed))
    numbers = failed.astype(float)
    rate = numbers.sum(axis=0) / students
    covariance = numbers.T @ numbers / students - np.outer(rate, rate)
    spread = np.sqrt(rate * (1 - rate))
    scale = np.outer(spread, spread)
    found: Table = np.full_like(scale, np.nan)
    np.divide(covariance, scale, out=found, where=scale > _SAME)
    return found.clip(-1, 1)


def jaccard(failed: Failed) -> Table:
    """Of the students who failed one of two cells, the share that failed both; NaN if nobody did.

    Source: Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11, 1912.

    Args:
        failed: which student failed which cell, of shape (students, cells).
    """
    numbers = failed.astype(float)
    both = numbers.T @ numbers
    own = numbers.sum(axis=0)
    either = own[:, None] + own[None, :] - both
    found: Table = np.full_like(both, np.nan)
    np.divide(both, either, out=found, where=either > 0)
    return found


def order(alike: Table) -> list[int]:
    """Cells in an order in which those that are alike are neighbours.

    Groups are joined by their mean likeness, the most alike first (average linkage), and turned so
    that what is alike touches. Cells without a likeness come last.

    Source: Sokal and Michener, "A statistical method for evaluating systematic relationships",
    University of Kansas Science Bulletin 38, 1958.

    Args:
        alike: symmetric, of shape (cells, cells); NaN where it is not defined.
    """
    defined = [cell for cell in range(len(alike)) if not np.isnan(alike[cell, cell])]
    groups = [[cell] for cell in defined]
    near = alike[np.ix_(defined, defined)].copy()
    while len(groups) > 1:
        np.fill_diagonal(near, -np.inf)
        keep, drop = sorted(map(int, np.unravel_index(int(near.argmax()), near.shape)))
        weight, other = len(groups[keep]), len(groups[drop])
        near[keep] = near[:, keep] = (weight * near[keep] + other * near[drop]) / (weight + other)
        near = np.delete(np.delete(near, drop, axis=0), drop, axis=1)
        groups[keep] = _joined(groups[keep], groups.pop(drop), alike)
    return [*(groups[0] if groups else []), *(c for c in range(len(alike)) if c not in defined)]


def _joined(one: list[int], other: list[int], alike: Table) -> list[int]:
    left, right = max(
        ((a, b) for a in (one, one[::-1]) for b in (other, other[::-1])),
        key=lambda sides: float(alike[sides[0][-1], sides[1][0]]),
    )
    return left + right
