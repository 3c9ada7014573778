"""Ranks pairs of submissions by how unlikely their likeness is among independent students.

Right answers to a short exercise are alike, so likeness alone says little. For each exercise the
class itself shows how alike two answers usually are: of all pairs, a share p is at least as alike
as this one. If two students worked by themselves, -ln p of an exercise is about exponentially
distributed, and the sum over k exercises has a gamma distribution of shape k (Fisher's method of
combining tests). From it comes the number of pairs in this class that would be so alike by chance.

People who like one style use it in all exercises, so exercises are not quite independent and the
number is somewhat too small. It ranks pairs; it proves nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from autograder.similarity.fingerprints import fingerprints

__all__ = ["MAX_STUDENTS", "Cluster", "Pair", "Similarity", "Work", "compare"]

MAX_STUDENTS = 5_000
"""Two matrices of this size squared are held in memory."""

_KEPT = 500

_Spans = Mapping[int, list[tuple[int, int]]]


@final
@dataclass(frozen=True, slots=True)
class Work:
    """What a student wrote.

    Args:
        cells: source by the cell's id, as the student left it.
    """

    cells: Mapping[str, str]


@final
@dataclass(frozen=True, slots=True)
class Pair:
    """Two submissions.

    Args:
        one: a student.
        other: another one; `one` comes first in the alphabet.
        chance: how many pairs of independent students in this class would be at least so alike.
        alike: from 0 to 1: the share of the rarer work of both that they have in common.
        lines: by cell, the lines of each of the two that they share.
    """

    one: str
    other: str
    chance: float
    alike: float
    lines: Mapping[str, tuple[frozenset[int], frozenset[int]]]


@final
@dataclass(frozen=True, slots=True)
class Cluster:
    """Students who are connected by suspicious pairs, sorted."""

    students: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class Similarity:
    """What comparing a class gave.

    Args:
        students: how many submissions were compared.
        threshold: below which `chance` a pair is suspicious.
        pairs: the least likely first.
        clusters: the largest first.
    """

    students: int
    threshold: float
    pairs: tuple[Pair, ...]
    clusters: tuple[Cluster, ...]

    @property
    def suspicious(self) -> tuple[Pair, ...]:
        """The pairs to look at."""
        return tuple(pair for pair in self.pairs if pair.chance < self.threshold)


def compare(works: Mapping[str, Work], given: Work, *, threshold: float = 1.0) -> Similarity:
    """Compare every submission with every other.

    Args:
        works: by student; at most `MAX_STUDENTS`.
        given: what students were given; what it has does not count.
        threshold: below which `chance` a pair is suspicious.

    Raises:
        ValueError: there are too many submissions.
    """
    if len(works) > MAX_STUDENTS:
        raise ValueError(f"more than {MAX_STUDENTS:,} submissions cannot be compared at once")
    students = sorted(works)
    known = {mark for source in given.cells.values() for mark in fingerprints(source)}
    prints = [
        {cell: _without(known, fingerprints(source)) for cell, source in works[name].cells.items()}
        for name in students
    ]
    total = len(students)
    surprise = np.zeros((total, total), dtype=np.float32)
    exercises = np.zeros((total, total), dtype=np.int16)
    shared = np.zeros((total, total), dtype=np.float32)
    worth = np.zeros(total, dtype=np.float32)
    for cell in sorted({cell for own in prints for cell in own}):
        _add_exercise([own.get(cell, {}) for own in prints], surprise, exercises, shared, worth)
    upper = np.triu_indices(total, 1)
    pairs = []
    for index in np.argsort(-surprise[upper], kind="stable")[: 4 * _KEPT]:
        a, b = int(upper[0][index]), int(upper[1][index])
        if exercises[a, b] == 0:
            continue
        chance = len(upper[0]) * _gamma_tail(int(exercises[a, b]), float(surprise[a, b]))
        both = float(worth[a] + worth[b])
        alike = 2 * float(shared[a, b]) / both if both else 0.0
        pairs.append((chance, -alike, a, b))
    found = tuple(
        Pair(students[a], students[b], chance, min(1.0, -alike), _lines(prints[a], prints[b]))
        for chance, alike, a, b in sorted(pairs)[:_KEPT]
    )
    return Similarity(total, threshold, found, _clusters(found, threshold))


def _without(known: set[int], marks: _Spans) -> _Spans:
    return {mark: spans for mark, spans in marks.items() if mark not in known}


def _add_exercise(
    answers: list[_Spans],
    surprise: np.ndarray[Any, np.dtype[np.float32]],
    exercises: np.ndarray[Any, np.dtype[np.int16]],
    shared: np.ndarray[Any, np.dtype[np.float32]],
    worth: np.ndarray[Any, np.dtype[np.float32]],
) -> None:
    """Add what one exercise says about each pair to the sums over exercises."""
    who = [index for index, answer in enumerate(answers) if answer]
    if len(who) < 2:
        return
    columns = {mark: i for i, mark in enumerate(sorted({m for a in answers for m in a}))}
    has = np.zeros((len(who), len(columns)), dtype=np.float32)
    for row, index in enumerate(who):
        has[row, [columns[mark] for mark in answers[index]]] = 1
    # What everybody wrote says nothing; the rarer, the more.
    weight = np.log2(len(who) / has.sum(axis=0))
    common = (has * weight) @ has.T
    own = np.diagonal(common).copy()
    both = own[:, None] + own[None, :]
    alike = np.divide(2 * common, both, out=np.zeros_like(common), where=both > 0)
    upper = np.triu_indices(len(who), 1)
    order = np.sort(alike[upper])
    at_least = len(order) - np.searchsorted(order, alike - 1e-6, side="left")
    more = len(order) - np.searchsorted(order, alike + 1e-6, side="right")
    # Of all pairs, how many are at least so alike; of equals, which are many where an exercise has
    # few different answers, half (Lancaster's mid-p). A pair counts itself.
    share = np.clip((at_least + more) / (2 * len(order)), 1 / len(order), 1)
    place = np.ix_(who, who)
    surprise[place] += -np.log(share)
    exercises[place] += 1
    shared[place] += common
    worth[who] += own


def _gamma_tail(shape: int, value: float) -> float:
    """The chance that a sum of `shape` exponential variables of mean 1 is at least `value`."""
    term = total = math.exp(-value)
    for step in range(1, shape):
        term *= value / step
        total += term
    return min(1.0, total)


def _lines(
    one: Mapping[str, _Spans], other: Mapping[str, _Spans]
) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    found = {}
    for cell in sorted(one.keys() & other.keys()):
        common = one[cell].keys() & other[cell].keys()
        if common:
            found[cell] = (_covered(one[cell], common), _covered(other[cell], common))
    return found


def _covered(spans: _Spans, marks: set[int]) -> frozenset[int]:
    return frozenset(
        line for mark in marks for first, last in spans[mark] for line in range(first, last + 1)
    )


def _clusters(pairs: tuple[Pair, ...], threshold: float) -> tuple[Cluster, ...]:
    leader: dict[str, str] = {}

    def find(student: str) -> str:
        while leader.setdefault(student, student) != student:
            student = leader[student]
        return student

    for pair in pairs:
        if pair.chance < threshold:
            leader[find(pair.one)] = find(pair.other)
    groups: dict[str, list[str]] = defaultdict(list)
    for student in leader:
        groups[find(student)].append(student)
    clusters = [Cluster(tuple(sorted(group))) for group in groups.values()]
    return tuple(sorted(clusters, key=lambda cluster: (-len(cluster.students), cluster.students)))
