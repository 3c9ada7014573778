from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from autograder.collect.layout import Layout, arrange

COURSE = {"ps1": ["problem1", "problem2"], "attention": ["attention"]}


def layout(*paths: str, assignment: str | None = None) -> Layout:
    return arrange([PurePosixPath(path) for path in paths], COURSE, assignment)


def placed(*paths: str, assignment: str | None = None) -> dict[tuple[str, str], list[str]]:
    result = layout(*paths, assignment=assignment)
    assert result.doubtful == ()
    return {(item.student, item.assignment): sorted(item.files) for item in result.placed}


def doubt(*paths: str, assignment: str | None = None) -> str:
    result = layout(*paths, assignment=assignment)
    assert result.placed == ()
    return result.doubtful[0][1]


@pytest.mark.parametrize("wrapper", ["", "submitted/", "export 2026/submitted/"])
def test_nbgraders_own_layout_is_taken_below_any_wrapper(wrapper: str) -> None:
    assert placed(
        f"{wrapper}alice/ps1/problem1.ipynb",
        f"{wrapper}alice/ps1/data/x.csv",
        f"{wrapper}alice/ps1/timestamp.txt",
        f"{wrapper}李明/attention/attention.ipynb",
    ) == {
        ("alice", "ps1"): ["data/x.csv", "problem1.ipynb", "timestamp.txt"],
        ("李明", "attention"): ["attention.ipynb"],
    }


def test_a_notebook_under_a_wrong_name_is_filed_where_the_folders_say() -> None:
    assert placed("alice/ps1/homework.ipynb") == {("alice", "ps1"): ["homework.ipynb"]}


def test_folders_of_students_need_a_known_notebook() -> None:
    assert placed("alice/attention.ipynb", "alice/plot.png", "bob/attention.ipynb") == {
        ("alice", "attention"): ["attention.ipynb", "plot.png"],
        ("bob", "attention"): ["attention.ipynb"],
    }
    assert "rename it or say which" in doubt("alice/homework.ipynb")
    assert placed("alice/homework.ipynb", assignment="ps1") == {
        ("alice", "ps1"): ["homework.ipynb"]
    }


def test_a_wrapper_may_name_the_assignment() -> None:
    assert placed("ps1/alice/mine.ipynb", "ps1/bob/problem1.ipynb") == {
        ("alice", "ps1"): ["mine.ipynb"],
        ("bob", "ps1"): ["problem1.ipynb"],
    }


def test_flat_files_are_read_by_their_names() -> None:
    assert placed("alice_problem1.ipynb", "alice_problem2.ipynb", "a_b_attention.ipynb") == {
        ("alice", "ps1"): ["problem1.ipynb", "problem2.ipynb"],
        ("a_b", "attention"): ["attention.ipynb"],
    }


def test_a_pool_of_flat_files_may_have_a_wrapper() -> None:
    assert placed("downloads/alice_attention.ipynb", "downloads/bob_attention.ipynb") == {
        ("alice", "attention"): ["attention.ipynb"],
        ("bob", "attention"): ["attention.ipynb"],
    }


def test_a_name_that_can_be_read_in_two_ways_is_left() -> None:
    course = {"one": ["attention"], "two": ["self_attention"]}
    result = arrange([PurePosixPath("bob_self_attention.ipynb")], course)
    assert result.placed == ()
    assert "self_attention by bob or attention by bob_self" in result.doubtful[0][1]


def test_a_folder_and_a_file_name_that_disagree_are_left() -> None:
    assert "whose is it" in doubt("bob/alice_attention.ipynb")
    assert placed("alice/alice_attention.ipynb") == {("alice", "attention"): ["attention.ipynb"]}


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["attention.ipynb"], "nothing says whose"),
        (["notes.txt"], "beside no notebook"),
        (["x/alice/ps1/problem1.ipynb", "y/bob/ps1/problem1.ipynb"], "lies beside other folders"),
        (["x/alice/attention.ipynb", "y/bob/attention.ipynb"], "lies beside others"),
        (["a*b/ps1/problem1.ipynb"], "cannot be the name of a student"),
        (["alice /ps1/problem1.ipynb"], "cannot be the name of a student"),
        ([".x_attention.ipynb"], "cannot be the name of a student"),
    ],
)
def test_what_cannot_be_placed_says_why(paths: list[str], reason: str) -> None:
    assert reason in doubt(*paths)


def test_a_folder_that_is_in_no_single_place_leaves_the_others_alone() -> None:
    result = layout("alice/attention.ipynb", "bob/week1/attention.ipynb")
    assert [item.student for item in result.placed] == ["alice"]
    assert [path for path, _ in result.doubtful] == ["bob/week1/attention.ipynb"]


def test_a_file_with_the_name_of_a_folder_is_left() -> None:
    result = layout("alice/ps1/data", "alice/ps1/data/x.csv", "alice/ps1/problem1.ipynb")
    assert [sorted(item.files) for item in result.placed] == [["data/x.csv", "problem1.ipynb"]]
    assert result.doubtful == (("alice/ps1/data", "a folder has the same name"),)


def test_the_same_notebook_twice_for_one_student_keeps_the_second_out() -> None:
    result = layout("alice_attention.ipynb", "alice/attention.ipynb")
    assert [item.student for item in result.placed] == ["alice"]
    assert len(result.doubtful) == 1
    assert "already" in result.doubtful[0][1]


def test_a_loose_notebook_does_not_hold_up_the_folders_beside_it() -> None:
    result = layout(
        "ada/attention.ipynb", "bob/attention.ipynb", "stray.ipynb", assignment="attention"
    )
    assert [item.student for item in result.placed] == ["ada", "bob"]
    assert [path for path, _ in result.doubtful] == ["stray.ipynb"]


class Counted(list[PurePosixPath]):
    """Paths that count how often somebody went through them."""

    times = 0

    def __iter__(self) -> Iterator[PurePosixPath]:
        self.times += 1
        return super().__iter__()


@pytest.mark.parametrize("name", ["s{}/attention/attention.ipynb", "s{}/attention.ipynb"])
def test_a_large_class_is_not_gone_through_for_every_file(name: str) -> None:
    few, many = (
        Counted(PurePosixPath(name.format(number)) for number in range(count)) for count in (3, 30)
    )
    for paths in (few, many):
        assert len(arrange(paths, {"attention": ["attention"]}).placed) == len(paths)
    assert few.times == many.times
