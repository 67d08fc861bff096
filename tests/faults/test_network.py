"""The network. Between the program and its bucket everything goes wrong that can."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.bench import Bench, Fault
from tests.faults.conftest import Suffer
from tests.faults.proxy import Act, Answer, Reset, Silence, Slow, Trouble

VOLUME, MANIFEST, SIGNATURES = r"difftar", r"manifest", r"sigtar"


def at(
    act: Act, method: str, path: str = "", first: int = 1, times: float = float("inf")
) -> Callable[[Bench], AbstractContextManager[None]]:
    return lambda bench: bench.proxy.meeting(Trouble(act, method, path, first, times))


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
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_the_network(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
