"""What is left over in cycles is destroyed in the screen's thread, whoever else is busy."""

import asyncio
import gc
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest
from PySide6.QtCore import QObject

from secretsbackup.desktop.garbage_collection import GarbageCollection
from tests.desktop.conftest import Play, until


@pytest.fixture
def collecting() -> Iterator[None]:
    """Python collects by itself, as it does until somebody forbids it."""
    gc.enable()
    yield
    gc.disable()  # as it was


def leave_over(threads: list[int]) -> None:
    """A widget in a cycle, of which nobody knows any more; in which thread it is destroyed is told."""

    class Left(QObject):
        def __del__(self) -> None:
            threads.append(threading.get_ident())

    left = Left()
    left.itself = left  # type: ignore[attr-defined]


def be_busy() -> list[list[int]]:
    """Allocate what would have Python collect."""
    return [[] for _ in range(100_000)]


def test_it_is_collected_by_the_screen_alone(play: Play, collecting: None) -> None:
    threads: list[int] = []
    owner = QObject()
    GarbageCollection(owner, lambda: True)

    async def look() -> None:
        leave_over(threads)
        kept = await asyncio.to_thread(be_busy)
        assert threads == []
        await until(lambda: threads)
        del kept
        assert threads == [threading.get_ident()]

    play(look())
    owner.deleteLater()
    play(asyncio.sleep(0.02))
    assert gc.isenabled()


def test_a_library_is_looked_through_when_nobody_looks_on(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    looked: list[int] = []
    seen = True

    def notice(phase: str, about: dict[str, int]) -> None:
        if phase == "stop":
            looked.append(about["generation"])

    async def look() -> None:
        nonlocal seen
        leave_over(threads)
        monkeypatch.setitem(sys.modules, "a_library", ModuleType("a_library"))
        kept = be_busy()
        await asyncio.sleep(1.5)
        kept += [[] for _ in range(2000)]
        await until(lambda: looked)
        assert threads == []
        seen = False
        await until(lambda: threads)
        assert set(looked[:-1]) == {0}
        assert looked[-1] == 2
        assert gc.get_freeze_count() < 1000, "Python 3.12 sets some 400 of its own aside"
        del kept

    owner = QObject()
    GarbageCollection(owner, lambda: not seen)
    gc.callbacks.append(notice)
    try:
        play(look())
    finally:
        gc.callbacks.remove(notice)
        owner.deleteLater()
        play(asyncio.sleep(0.02))


def test_where_nobody_collected_before_nobody_does_after(play: Play) -> None:
    assert not gc.isenabled()
    owner = QObject()
    GarbageCollection(owner, lambda: True)
    owner.deleteLater()
    play(asyncio.sleep(0.02))
    assert not gc.isenabled()
