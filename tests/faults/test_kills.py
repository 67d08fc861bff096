"""Killed. One process, or all at once as when the power goes, at each step of a run."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from secretsbackup.model.profile import ProfileName
from secretsbackup.store.lock import PLEASE_STOP
from secretsbackup.tools import surroundings
from tests.faults.bench import NAME, Bench, Fault, cases, half, nothing, zeros
from tests.faults.conftest import Suffer
from tests.faults.proxy import Meanwhile, Trouble

AT: dict[str, tuple[str, str]] = {
    "while the bucket is listed": ("GET", r"list-type=2"),
    "at a volume": ("PUT", r"difftar"),
    "at the signatures": ("PUT", r"sigtar"),
    "at the manifest": ("PUT", r"manifest"),
}
"""Requests by which a moment of a run is known."""
AFTER = {"when all is sent": ("GET", r"list-type=2", r"PUT .*manifest")}
"""The same, once another request has come."""


def at(
    when: str, do: Callable[[Bench], object], first: int = 1
) -> Callable[[Bench], AbstractContextManager[None]]:
    """Do something when a request comes, before it goes through."""
    method, path, after = AFTER[when] if when in AFTER else (*AT[when], "")
    return lambda bench: bench.proxy.meeting(
        Trouble(Meanwhile(lambda: do(bench)), method, path, first, times=1, after=after)
    )


def killed(*names: str) -> Callable[[Bench], object]:
    return lambda bench: bench.kill(*names)


def told(number: signal.Signals) -> Callable[[Bench], object]:
    """The request is held up until the program has ended: it must not wait for the network."""
    return lambda bench: bench.tell(number)


def as_soon_as_seen(name: str) -> Callable[[Bench], AbstractContextManager[None]]:
    """Kill the first child of that name as soon as it is there."""

    def do(bench: Bench) -> AbstractContextManager[None]:
        bench.change(8_000_000)
        return _until(
            lambda: bench.running is not None and any(_kill(one, name) for one in _family(bench.running.pid))
        )

    return do


@contextmanager
def _until(done: Callable[[], bool]) -> Iterator[None]:
    """Meanwhile, look again and again, until it is done."""
    over = threading.Event()

    def hunt() -> None:
        while not over.wait(0.005) and not done():
            pass

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield
    finally:
        over.set()
        hunter.join()


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


def second_volume(do: Callable[[Bench], object]) -> Callable[[Bench], AbstractContextManager[None]]:
    """Do something when one volume of two is at the bucket."""

    @contextmanager
    def when(bench: Bench) -> Iterator[None]:
        bench.change(60_000_000)
        with at("at a volume", do, first=2)(bench):
            yield

    return when


def off(tear: Callable[[bytes], bytes]) -> Callable[[Bench], object]:
    """The machine goes off: all ends at once, and what was written last is not whole on the disk.

    But for a journal's first line, which is put there before anything is done.
    """

    def tear_all(bench: Bench) -> None:
        newest = [path for path in _written(bench) if path.stat().st_mtime >= bench.began]
        assert {"archive", "runs"} <= {path.parent.name for path in newest}
        for path in newest:
            content = path.read_bytes()
            safe = content.find(b"\n") + 1 if path.suffix == ".jsonl" else 0
            path.write_bytes(content[:safe] + tear(content[safe:]))

    return lambda bench: bench.kill(last=lambda: tear_all(bench))


def _written(bench: Bench) -> list[Path]:
    own = (bench.home.state, bench.home.cache)
    found = (path for folder in own for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not path.is_relative_to(bench.stage)]


def off_while_it_gathers(bench: Bench) -> AbstractContextManager[None]:
    """The machine goes off while files come to the stage, and is started anew: of what came, size and time
    are there, and nothing else."""
    known = bench.home.staged(ProfileName(NAME))
    staged = bench.stage / "source" / "added"
    os.truncate(bench.source / "changed", 8 << 30)  # read for a while, and takes no room

    def tear() -> None:
        torn = staged.stat()
        staged.write_bytes(bytes(torn.st_size))
        os.utime(staged, ns=(torn.st_mtime_ns, torn.st_mtime_ns))
        known.write_text(known.read_text().replace(surroundings.start(), "the start before"))

    def go_off() -> bool:
        if not staged.exists():
            return False
        bench.kill(last=tear)
        (bench.source / "changed").write_bytes(os.urandom(600_000))
        return True

    return _until(go_off)


ALWAYS = ("at a volume", "at the manifest")
FAULTS = [
    Fault("power cut", "between two volumes", "interrupted", second_volume(killed())),
    *(Fault("power cut", when, "interrupted", at(when, killed()), slow=when not in ALWAYS) for when in AT),
    Fault(
        "machine off, its newest files half written",
        "when all is sent",
        "interrupted",
        at("when all is sent", off(half)),
    ),
    Fault(
        "machine off, its newest files full of zeros",
        "when all is sent",
        "interrupted",
        at("when all is sent", off(zeros)),
        slow=True,
    ),
    Fault(
        "machine off, its newest files empty",
        "at the second volume",
        "interrupted",
        second_volume(off(nothing)),
        slow=True,
    ),
    Fault(
        "this program killed",
        "at a volume",
        "interrupted",
        at("at a volume", killed("secretsbackup", "python", "python3")),
    ),
    Fault("duplicity killed", "at a volume", "tool-failed", at("at a volume", killed("duplicity"))),
    Fault(
        "duplicity killed",
        "at the manifest",
        "tool-failed",
        at("at the manifest", killed("duplicity")),
        slow=True,
    ),
    Fault("gpg killed", "while it encrypts", "gpg-failed", as_soon_as_seen("gpg")),
    Fault(
        "machine off, the files that came to the stage full of zeros",
        "while it gathers",
        "interrupted",
        off_while_it_gathers,
    ),
    Fault("rsync killed", "while it gathers", "tool-failed", as_soon_as_seen("rsync")),
    Fault("Ctrl-C", "at a volume", "cancelled", at("at a volume", told(signal.SIGINT))),
    Fault(
        "Ctrl-C",
        "while the bucket is listed",
        "cancelled",
        at("while the bucket is listed", told(signal.SIGINT)),
        slow=True,
    ),
    Fault("stopped in the window", "at a volume", "cancelled", at("at a volume", told(PLEASE_STOP))),
    Fault("terminal closed", "at a volume", "cancelled", at("at a volume", told(signal.SIGHUP))),
    Fault("the system ends", "at a volume", "cancelled", at("at a volume", told(signal.SIGTERM))),
    Fault(
        "terminal closed",
        "at the signatures",
        "cancelled",
        at("at the signatures", told(signal.SIGHUP)),
        slow=True,
    ),
]


@pytest.mark.parametrize("fault", cases(FAULTS))
def test_a_process_that_is_killed(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
