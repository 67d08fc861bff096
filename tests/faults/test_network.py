"""The network. Between the program and its bucket everything goes wrong that can."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.faults.bench import NAME, Bench, Fault
from tests.faults.conftest import Suffer
from tests.faults.proxy import Act, Answer, Meanwhile, Reset, Silence, Slow, Trouble

VOLUME, MANIFEST, SIGNATURES, LIST = r"difftar", r"manifest", r"sigtar", r"list-type=2"
ALL_SENT = f"PUT .*{MANIFEST}"
Do = Callable[[Bench], AbstractContextManager[None]]


def at(act: Act, method: str, path: str = "", times: float = float("inf"), after: str = "") -> Do:
    return lambda bench: bench.proxy.meeting(Trouble(act, method, path, times=times, after=after))


@contextmanager
def goes(bench: Bench) -> Iterator[None]:
    """Nobody listens any more when a volume comes, and nobody will before the run is over."""
    try:
        with at(Meanwhile(bench.proxy.hang_up), "PUT", VOLUME, times=1)(bench):
            yield
    finally:
        bench.proxy.come_back()


@contextmanager
def tidying(bench: Bench) -> Iterator[None]:
    """The server refuses to remove anything, when the chain before this one is to go."""
    bench.user.run("profile", "set", NAME, "--keep", "1")
    busy = Answer(503, "SlowDown")
    with bench.proxy.meeting(Trouble(busy, "DELETE"), Trouble(busy, "POST", r"delete")):
        yield


FAULTS = [
    Fault("network gone", "before the run", "destination-unreachable", lambda bench: bench.proxy.gone()),
    Fault("network silent", "before the run", "destination-unreachable", at(Silence(), "")),
    Fault("connection reset", "at a volume", "destination-unreachable", at(Reset(), "PUT", VOLUME)),
    Fault(
        "connection reset",
        "in the middle of a volume, once",
        "completed",
        at(Reset(200_000), "PUT", VOLUME, times=1),
    ),
    Fault(
        "server answers 500",
        "at a volume",
        "destination-unreachable",
        at(Answer(500, "InternalError"), "PUT", VOLUME),
    ),
    Fault(
        "server answers 503",
        "at a volume",
        "destination-unreachable",
        at(Answer(503, "SlowDown"), "PUT", VOLUME),
    ),
    Fault("slow network", "at a volume", "completed", at(Slow(300_000), "PUT", VOLUME)),
    Fault("network gone", "at a volume", "destination-unreachable", goes),
    Fault(
        "server answers 500",
        "while the bucket is listed",
        "destination-unreachable",
        at(Answer(500, "InternalError"), "GET", LIST),
    ),
    Fault(
        "server answers 503, once",
        "while the bucket is listed",
        "completed",
        at(Answer(503, "SlowDown"), "GET", LIST, times=1),
    ),
    Fault("slow network", "while the bucket is listed", "completed", at(Slow(2_000), "GET", LIST)),
    Fault(
        "server answers 500",
        "at the signatures",
        "destination-unreachable",
        at(Answer(500, "InternalError"), "PUT", SIGNATURES),
    ),
    Fault("connection reset", "at the manifest", "destination-unreachable", at(Reset(), "PUT", MANIFEST)),
    Fault(
        "connection reset",
        "when all is sent and is to be proven",
        "destination-unreachable",
        at(Reset(), "GET", LIST, after=ALL_SENT),
    ),
    Fault(
        "server answers 503",
        "when old backups are removed",
        "with warnings",
        tidying,
        words=("backup", "--full"),
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_the_network(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
