"""Figures of test theory, against numbers worked out by hand and by other programs."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.report import theory, together

NAN = float("nan")
ONES = np.ones(4)
EIGHT = np.array(
    [
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [1, 1, 1, 1],
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [1, 0, 1, 0],
        [0, 1, 0, 0],
    ],
    dtype=float,
)
"""Eight students with 3, 2, 1, 4, 0, 4, 2 and 1 points."""


def test_facility_is_the_mean_share_of_the_points() -> None:
    assert theory.facility(EIGHT, ONES).tolist() == [6 / 8, 5 / 8, 4 / 8, 2 / 8]
    points = np.array([[2.0, 3.0], [1.0, NAN], [0.0, 0.0]])
    assert theory.facility(points, np.array([2.0, 4.0])).tolist() == [0.5, 3 / 8]


def test_item_rest_is_the_point_biserial_correlation_with_the_other_cells() -> None:
    # scipy 1.17.1: stats.pointbiserialr(cell, sum of the others).statistic
    expected = [0.4546988617231418, 0.34641016151377546, 0.6299407883487119, 0.6166698388447784]
    np.testing.assert_allclose(theory.item_rest(EIGHT), expected, rtol=1e-12)


def test_the_groups_of_27_percent_share_students_with_the_same_sum() -> None:
    # 2.16 of 8 students a group. Upper: both with 4 points, and 0.16 of the one with 3. Lower: the
    # one with 0, and 0.58 of each of the two with 1.
    above = [1, 1, 1, 2 / 2.16]
    below = [0.58 / 2.16, 0.58 / 2.16, 0, 0]
    expected = np.subtract(above, below)
    np.testing.assert_allclose(theory.upper_lower(EIGHT, ONES), expected, rtol=1e-12)


def test_the_order_of_students_decides_nothing() -> None:
    shuffled = EIGHT[np.random.default_rng(1).permutation(8)]
    for figure in (theory.item_rest, theory.alpha_without):
        np.testing.assert_allclose(figure(shuffled), figure(EIGHT))
    np.testing.assert_allclose(theory.upper_lower(shuffled, ONES), theory.upper_lower(EIGHT, ONES))


def test_alpha_is_cronbachs() -> None:
    # Variances of the cells with n - 1: 12/56, 15/56, 16/56, 12/56; of the sums: 119/56.
    assert theory.alpha(EIGHT) == pytest.approx(4 / 3 * (1 - 55 / 119), rel=1e-12)
    assert theory.alpha_without(EIGHT)[0] == pytest.approx(theory.alpha(EIGHT[:, 1:]))
    same = np.repeat(EIGHT[:, :1], 3, axis=1)
    assert theory.alpha(same) == pytest.approx(1)


def test_what_is_not_marked_yet_counts_for_nobody() -> None:
    points = np.column_stack([EIGHT, [1, NAN, NAN, 1, 0, NAN, 0, NAN]])
    # The sums are over the cells that everybody has marks for.
    np.testing.assert_allclose(theory.item_rest(points)[:4], theory.item_rest(EIGHT))
    marked = [0, 3, 4, 6]
    expected = np.corrcoef(points[marked, 4], EIGHT[marked].sum(axis=1))[0, 1]
    assert theory.item_rest(points)[4] == pytest.approx(expected)
    assert theory.alpha(points) == theory.alpha(EIGHT)


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.ones((1, 3)), np.ones((5, 3))])
def test_a_class_without_differences_has_no_figures(points: theory.Points) -> None:
    assert np.isnan(theory.item_rest(points)).all()
    assert np.isnan(theory.alpha(points))
    assert np.isnan(theory.alpha_without(points)).all()
    assert not np.nan_to_num(theory.upper_lower(points, np.ones(3))).any()


def test_a_single_cell_correlates_with_nothing() -> None:
    assert np.isnan(theory.item_rest(EIGHT[:, :1])).all()
    assert np.isnan(theory.alpha(EIGHT[:, :1]))


def test_phi_and_jaccard_of_failing_together() -> None:
    failed = EIGHT == 0
    # scipy 1.17.1 and by hand: cells 2 and 3 are failed by 4 and 6 students, by 4 of them both.
    assert together.jaccard(failed)[2, 3] == 4 / 6
    assert together.phi(failed)[2, 3] == pytest.approx((4 * 2 - 0 * 2) / np.sqrt(4 * 4 * 6 * 2))
    np.testing.assert_allclose(together.phi(failed), np.corrcoef(failed.T.astype(float)))


def test_cells_that_all_or_none_failed_have_no_phi() -> None:
    failed = np.array([[True, False, True], [True, False, False]])
    assert np.isnan(together.phi(failed)[:2]).all()
    assert np.isnan(together.jaccard(failed)[1, 1])
    assert together.order(together.phi(failed))[0] == 2


def test_cells_that_fail_together_become_neighbours() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.random(200) < 0.4, rng.random(200) < 0.5
    failed = np.stack(
        [base ^ (rng.random(200) < 0.05) for base in (one, other, one, other, one)], axis=1
    )
    order = together.order(together.phi(failed))
    assert sorted(order) == list(range(5))
    sides = [cell % 2 for cell in order]
    assert sides in ([0, 0, 0, 1, 1], [1, 1, 0, 0, 0])
