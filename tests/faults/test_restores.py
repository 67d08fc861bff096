"""Restores. They are cut off too, and leave nothing that looks whole."""

import dataclasses
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.faults.bench import Bench, Fault, flipped, kind
from tests.faults.conftest import Suffer
from tests.faults.proxy import Act, Answer, CutAnswer, Meanwhile, Reset, Slow, Trouble
from tests.faults.test_this_machine import end_agent

Do = Callable[[Bench], AbstractContextManager[object]]


def meeting(make: Callable[[Bench], Act], times: float = float("inf")) -> Do:
    """At the first volume that is fetched."""

    @contextmanager
    def do(bench: Bench) -> Iterator[None]:
        with bench.proxy.meeting(Trouble(make(bench), "GET", "difftar", times=times)):
            yield

    return do


def then(do: Callable[[Bench], object]) -> Callable[[Bench], Act]:
    return lambda bench: Meanwhile(lambda: do(bench))


@contextmanager
def altered(bench: Bench) -> Iterator[None]:
    """A volume is altered, and keeps its size."""
    bench.damage("difftar", flipped)
    yield


@contextmanager
def little_room(bench: Bench) -> Iterator[None]:
    """Too little room where it is restored to."""
    with bench.small(bench.root / "out", 1_000_000):
        yield


FAULTS = [
    Fault("connection reset", "at a volume", "destination-unreachable", meeting(lambda _: Reset())),
    Fault(
        "connection cut",
        "in the middle of a volume, once",
        "completed",
        meeting(lambda _: CutAnswer(100_000), 1),
    ),
    Fault("network gone", "before the restore", "destination-unreachable", lambda bench: bench.proxy.gone()),
    Fault(
        "server answers 503, once",
        "at a volume",
        "completed",
        meeting(lambda _: Answer(503, "SlowDown"), 1),
    ),
    Fault("slow network", "at a volume", "completed", meeting(lambda _: Slow(500_000))),
    Fault(
        "credential withdrawn",
        "at a volume",
        "credential-refused",
        meeting(lambda _: Answer(403, "InvalidAccessKeyId")),
    ),
    Fault(
        "terminal closed",
        "at a volume",
        "cancelled",
        meeting(then(lambda bench: bench.tell(signal.SIGHUP)), 1),
    ),
    Fault("power cut", "at a volume", "interrupted", meeting(then(lambda bench: bench.kill()), 1)),
    Fault("Ctrl-C", "at a volume", "cancelled", meeting(then(lambda bench: bench.tell(signal.SIGINT)), 1)),
    Fault("gpg-agent killed", "at a volume", "completed", meeting(then(end_agent), 1)),
    Fault("disk full", "where it is restored to", "no-room", little_room),
    Fault("a volume altered", "since it was sent", "volume-corrupt", altered, heals="with warnings"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_restore_that_suffers_a_fault(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    out = bench.root / "out"
    out.mkdir()
    suffers(bench, dataclasses.replace(fault, words=("restore", "--to", str(out))))


def test_damage_of_an_older_chain_is_told_and_alarms_nobody(folder_bench: Bench) -> None:
    bench, out = folder_bench, folder_bench.root / "out"
    out.mkdir()
    (old,) = bench.user.snapshots()
    assert kind(bench.run("backup", "--full")) == "completed"
    bench.damage(f"duplicity-full.{old['snapshot']}.vol1.difftar", flipped)
    before = bench.status()
    for _ in range(2):
        assert kind(bench.run("restore", "--to", str(out), "--at", str(old["snapshot"]))) == "older-damaged"
        assert bench.status() == before
    bench.change()
    assert kind(bench.run("backup")) == "completed"
    assert [(one["kind"], one["damaged"]) for one in bench.user.snapshots()] == [
        ("full", True),
        ("full", False),
        ("incremental", False),
    ]
    bench.assert_all_there()
