"""What is left over in cycles is destroyed in the screen's thread, whoever else is busy."""

import asyncio
import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from secretsbackup.desktop.rubbish import Rubbish
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
    Rubbish(owner)

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


def test_where_nobody_collected_before_nobody_does_after(play: Play) -> None:
    assert not gc.isenabled()
    owner = QObject()
    Rubbish(owner)
    owner.deleteLater()
    play(asyncio.sleep(0.02))
    assert not gc.isenabled()
