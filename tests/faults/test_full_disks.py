"""Full disks. Each place that is written to has too little room, and more before the next run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.servers import CephServer
from tests.faults.bench import Bench, BucketShelf, Fault
from tests.faults.conftest import Suffer

MUCH = 3_000_000
"""Bytes: what is to be saved, and does not fit."""


def full(place: Callable[[Bench], Path], room: int) -> Callable[[Bench], AbstractContextManager[None]]:
    """So much room at a place, and a change that takes more."""

    @contextmanager
    def do(bench: Bench) -> Iterator[None]:
        bench.change(MUCH)
        with bench.small(place(bench), room):
            yield

    return do


@contextmanager
def quota(bench: Bench) -> Iterator[None]:
    """The bucket may hold no more than it does."""
    assert isinstance(bench.shelf, BucketShelf)
    server, name = bench.shelf.bucket.server, bench.shelf.bucket.name
    assert isinstance(server, CephServer)
    here = ("--quota-scope=bucket", f"--bucket={name}")
    server.admin("quota", "set", *here, "--max-objects=4")
    server.admin("quota", "enable", *here)
    try:
        yield
    finally:
        server.admin("quota", "disable", *here)


FAULTS = [
    Fault("disk full", "at the stage", "no-room", full(lambda bench: bench.stage, 1_000_000)),
    Fault("disk full", "where volumes are made", "no-room", full(lambda bench: bench.temporary, 1_000_000)),
    Fault("disk full", "at the archive folder", "no-room", full(lambda bench: bench.archive, 8_192)),
    Fault("disk full", "at the program's memory", "no-room", full(lambda bench: bench.user.state, 4_096)),
    Fault("destination full", "a bucket's quota", "destination-full", quota),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_full_disk(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)


def test_a_full_folder(folder_bench: Bench, suffers: Suffer) -> None:
    do = full(lambda bench: bench.root / "disk", 1_000_000)
    suffers(folder_bench, Fault("destination full", "a folder", "destination-full", do))
