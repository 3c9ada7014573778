"""Large pages: what lies in memory stays what it is, whether or not the kernel can make them."""

from __future__ import annotations

import mmap
import os

import pytest

from autograder.sealed import kernel, pages

SIZE = 8 << 20


def test_memory_keeps_its_contents_in_the_process_and_its_forks() -> None:
    held = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    held[:: mmap.PAGESIZE] = pattern = os.urandom(SIZE // mmap.PAGESIZE)
    pages.make_large()
    child = os.fork()
    if not child:
        held[: mmap.PAGESIZE] = bytes(mmap.PAGESIZE)
        os._exit(0 if held[mmap.PAGESIZE :: mmap.PAGESIZE] == pattern[1:] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert held[:: mmap.PAGESIZE] == pattern


def test_a_kernel_without_large_pages_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(22, "madvise")

    monkeypatch.setattr(kernel, "call", refuse)
    pages.make_large()
