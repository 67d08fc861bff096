"""Killed. One process, or all at once as when the power goes, at each step of a run."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import psutil
import pytest

from tests.faults.bench import Bench, Fault
from tests.faults.conftest import Suffer
from tests.faults.proxy import Meanwhile, Trouble

AT: dict[str, tuple[str, str]] = {
    "while the bucket is listed": ("GET", r"list-type=2"),
    "at a volume": ("PUT", r"difftar"),
    "at the signatures": ("PUT", r"sigtar"),
    "at the manifest": ("PUT", r"manifest"),
}
"""Requests by which a moment of a run is known."""


def at(
    when: str, do: Callable[[Bench], object], first: int = 1
) -> Callable[[Bench], AbstractContextManager[None]]:
    """Do something when a request comes, before it goes through."""
    method, path = AT[when]
    return lambda bench: bench.proxy.meeting(
        Trouble(Meanwhile(lambda: do(bench)), method, path, first, times=1)
    )


def killed(*names: str) -> Callable[[Bench], object]:
    return lambda bench: bench.kill(*names)


def told(number: signal.Signals) -> Callable[[Bench], object]:
    """The request is held up until the program has ended: it must not wait for the network."""
    return lambda bench: bench.tell(number)


def as_soon_as_seen(name: str) -> Callable[[Bench], AbstractContextManager[None]]:
    """Kill the first child of that name as soon as it is there."""

    @contextmanager
    def do(bench: Bench) -> Iterator[None]:
        over = threading.Event()
        bench.change(8_000_000)

        def hunt() -> None:
            while not over.wait(0.005):
                if bench.running and any(_kill(one, name) for one in _family(bench.running.pid)):
                    return

        hunter = threading.Thread(target=hunt)
        hunter.start()
        try:
            yield
        finally:
            over.set()
            hunter.join()

    return do


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _kill(one: psutil.Process, name: str) -> bool:
    with suppress(psutil.NoSuchProcess, IndexError):
        if one.name() == name and "--encrypt" in one.cmdline() + ["--encrypt"] * (name != "gpg"):
            one.kill()
            return True
    return False


@contextmanager
def between_volumes(bench: Bench) -> Iterator[None]:
    """The power goes when one volume of two is at the bucket."""
    bench.change(60_000_000)
    with at("at a volume", killed(), first=2)(bench):
        yield


FAULTS = [
    Fault("power cut", "between two volumes", "interrupted", between_volumes),
    *(Fault("power cut", when, "interrupted", at(when, killed())) for when in AT),
    Fault(
        "this program killed",
        "at a volume",
        "interrupted",
        at("at a volume", killed("secretsbackup", "python", "python3")),
    ),
    Fault("duplicity killed", "at a volume", "tool-failed", at("at a volume", killed("duplicity"))),
    Fault("duplicity killed", "at the manifest", "tool-failed", at("at the manifest", killed("duplicity"))),
    Fault("gpg killed", "while it encrypts", "gpg-failed", as_soon_as_seen("gpg")),
    Fault("rsync killed", "while it gathers", "tool-failed", as_soon_as_seen("rsync")),
    Fault("Ctrl-C", "at a volume", "cancelled", at("at a volume", told(signal.SIGINT))),
    Fault(
        "Ctrl-C",
        "while the bucket is listed",
        "cancelled",
        at("while the bucket is listed", told(signal.SIGINT)),
    ),
    Fault("the system ends", "at a volume", "cancelled", at("at a volume", told(signal.SIGTERM))),
    Fault("terminal closed", "at the signatures", "cancelled", at("at the signatures", told(signal.SIGHUP))),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_process_that_is_killed(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
