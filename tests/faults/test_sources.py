"""The sources. They change, vanish or are away while they are read."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.end_to_end.machine import assert_same, picture
from tests.faults.bench import Bench, Fault
from tests.faults.conftest import Suffer


@contextmanager
def unmounted(bench: Bench) -> Iterator[None]:
    """The source is not there; what was staged of it stays as it is."""
    before = picture(bench.stage)
    bench.source.rename(bench.root / "away")
    yield
    assert_same(before, picture(bench.stage))
    (bench.root / "away").rename(bench.source)


@contextmanager
def emptied(bench: Bench) -> Iterator[None]:
    """Its mount point is there, and empty."""
    with unmounted(bench):
        bench.source.mkdir()
        yield
        bench.source.rmdir()


@contextmanager
def while_it_is_read(bench: Bench, do: Callable[[], bool]) -> Iterator[None]:
    """Do something again and again, from when the first large file arrives at the stage; until it says no."""
    (bench.source / "a large one").write_bytes(bytes(range(256)) * 400_000)
    over = threading.Event()

    def work() -> None:
        arriving = (one for _ in iter(lambda: over.wait(0.002), True) for one in _arriving(bench))
        if next(arriving, None):
            while do() and not over.wait(0.002):
                pass

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


def _arriving(bench: Bench) -> list[object]:
    return [*(bench.stage / "source").glob(".a large one.*")]


def changing(bench: Bench) -> "object":
    """A file grows all the while."""

    def grow() -> bool:
        with (bench.source / "still").open("ab") as file:
            file.write(b"more and more " * 100)
        return True

    return while_it_is_read(bench, grow)


def vanishing(bench: Bench) -> "object":
    """Files that were listed go before they are read."""
    going = [bench.source / f"z {number}" for number in range(20)]
    for path in going:
        path.write_text("soon gone")

    def remove() -> bool:
        for path in going:
            path.unlink()
        return False

    return while_it_is_read(bench, remove)


FAULTS = [
    Fault("source not mounted", "before the run", "skipped: source-missing", unmounted),
    Fault("source an empty mount point", "before the run", "skipped: source-empty", emptied),
    Fault("a file changing", "while it is read", "completed", changing),
    Fault("files vanishing", "while they are read", "with warnings", vanishing),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_the_sources(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
