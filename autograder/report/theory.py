"""Classical test theory: how hard a grade cell is, and how well it tells students apart.

Everywhere `points` is an array of shape (students, cells), NaN where nobody has marked an answer
yet, and `most` has the points there are for each cell. A figure that is not defined is NaN: there
are too few students or cells, or all of them are alike.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

__all__ = ["GROUP", "Points", "alpha", "alpha_without", "facility", "item_rest", "upper_lower"]

GROUP: Final = 0.27
"""Share of the class in the upper and in the lower group. It is where the difference between the
groups is told from chance best (Kelley, "The selection of upper and lower groups for the validation
of test items", Journal of Educational Psychology 30, 1939)."""
_SAME: Final = 1e-9
Points = np.ndarray[Any, np.dtype[np.float64]]


def facility(points: Points, most: Points) -> Points:
    """Mean share of the points of each cell: its difficulty, or p-value, from 0 to 1 (easy).

    Source: Lord and Novick, "Statistical theories of mental test scores", 1968, chapter 15.
    """
    marked = ~np.isnan(points)
    count = marked.sum(axis=0)
    return _ratio(np.where(marked, points, 0.0).sum(axis=0), count * most)


def item_rest(points: Points) -> Points:
    """Correlation of each cell with the sum of the others, from -1 to 1.

    For a cell with right and wrong only it is the point-biserial correlation. The cell itself is
    left out of the sum, with which it would always correlate. The sum is over cells that are
    marked for everybody.

    Source: Henrysson, "Correction of item-total correlations in item analysis", Psychometrika 28,
    1963.
    """
    found = np.full(points.shape[1], np.nan)
    complete = _complete(points)
    for cell in range(points.shape[1]):
        others = complete.copy()
        others[cell] = False
        if others.any():
            marked = ~np.isnan(points[:, cell])
            found[cell] = _correlation(
                points[marked, cell], points[np.ix_(marked, others)].sum(axis=1)
            )
    return found


def upper_lower(points: Points, most: Points, share: float = GROUP) -> Points:
    """Index D: mean share of points in the best part of the class less that in the weakest.

    Groups are made by the sum over the cells that are marked for everybody. Students with the same
    sum at a group's edge belong to it in equal part, so that the order of names decides nothing.

    Args:
        points: see above.
        most: see above.
        share: of the class in each group.

    Source: Ebel and Frisbie, "Essentials of educational measurement", 5th edition, 1991,
    chapter 13.
    """
    found = np.full(points.shape[1], np.nan)
    total = points[:, _complete(points)].sum(axis=1)
    for cell in range(points.shape[1]):
        marked = ~np.isnan(points[:, cell])
        if marked.sum() < 2 or most[cell] <= 0:
            continue
        mine, sums = points[marked, cell], total[marked]
        upper, lower = _group(-sums, share), _group(sums, share)
        found[cell] = (upper @ mine - lower @ mine) / most[cell]
    return found


def alpha(points: Points) -> float:
    """Cronbach's alpha of the cells that are marked for everybody, at most 1.

    Source: Cronbach, "Coefficient alpha and the internal structure of tests", Psychometrika 16,
    1951.
    """
    points = points[:, _complete(points)]
    students, cells = points.shape
    if students < 2 or cells < 2:
        return float("nan")
    of_sum = points.sum(axis=1).var(ddof=1)
    if of_sum < _SAME:
        return float("nan")
    return float(cells / (cells - 1) * (1 - points.var(axis=0, ddof=1).sum() / of_sum))


def alpha_without(points: Points) -> Points:
    """Alpha of the other cells, for each cell: higher than `alpha`, if the cell does not fit."""
    return np.array(
        [alpha(np.delete(points, cell, axis=1)) for cell in range(points.shape[1])], dtype=float
    )


def _complete(points: Points) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(~np.isnan(points).any(axis=0))


def _correlation(one: Points, other: Points) -> float:
    if len(one) < 2 or one.std() < _SAME or other.std() < _SAME:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _group(key: Points, share: float) -> Points:
    """Weights, adding up to 1, of the `share` of students whose key is smallest."""
    wanted = share * len(key)
    weights = np.zeros(len(key))
    for value in np.unique(key):
        same = key == value
        weights[same] = min(1.0, wanted / same.sum())
        wanted -= weights[same].sum()
        if wanted <= _SAME:
            break
    return np.asarray(weights / weights.sum())


def _ratio(above: Points, below: Points) -> Points:
    found = np.full(len(above), np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found
