"""The destination. What lies there is damaged, goes missing, or is not ours."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest

from tests.end_to_end.machine import Machine
from tests.end_to_end.servers import CephServer
from tests.faults.bench import Bench, BucketShelf, Fault, flipped, half
from tests.faults.conftest import Suffer
from tests.faults.proxy import Answer, Trouble

Do = Callable[[Bench], AbstractContextManager[object]]


def damaged(part: str, change: Callable[[bytes], bytes] | None) -> Do:
    """One file of the first backup is changed, or deleted."""

    def do(bench: Bench) -> AbstractContextManager[None]:
        bench.damage(part, change)
        return nullcontext()

    return do


def unknown_here(part: str, change: Callable[[bytes], bytes] | None) -> Do:
    """The same once the archive folder is lost, so that it is wanted."""

    def do(bench: Bench) -> AbstractContextManager[None]:
        shutil.rmtree(bench.archive)
        return damaged(part, change)(bench)

    return do


@contextmanager
def forgotten(bench: Bench) -> Iterator[None]:
    """A volume is altered, and the database lost after the run that finds it."""
    bench.damage("difftar", flipped)
    yield
    bench.home.database.unlink()


def answers(status: int, code: str, method: str = "", path: str = "", first: int = 1) -> Do:
    return lambda bench: bench.proxy.meeting(Trouble(Answer(status, code), method, path, first))


@contextmanager
def withdrawn(bench: Bench) -> Iterator[None]:
    """The bucket's owner takes the key away, and gives it back."""
    server, user = _server(bench), ("--uid=first", f"--access-key={bench.shelf.secrets['aws-access-key-id']}")
    server.admin("key", "rm", *user)
    try:
        yield
    finally:
        server.admin("key", "create", *user, f"--secret-key={bench.shelf.secrets['aws-secret-access-key']}")


def _server(bench: Bench) -> CephServer:
    assert isinstance(bench.shelf, BucketShelf)
    assert isinstance(bench.shelf.bucket.server, CephServer)
    return bench.shelf.bucket.server


def other_machine(bench: Bench) -> AbstractContextManager[None]:
    """Another machine goes on with the same chain."""
    other = Machine(bench.root / "other", {**bench.user.env, "HOME": str(bench.root / "other")})
    shutil.rmtree(other.home, ignore_errors=True)
    shutil.copytree(bench.user.home, other.home)
    settings = bench.home.profiles.relative_to(bench.user.home)
    text = (other.home / settings).read_text()
    (other.home / settings).write_text(text.replace("key =", f'staging = "{other.home}/stage"\nkey =', 1))
    other.backup("--adopt")
    bench.change()
    return nullcontext()


FAULTS = [
    Fault(
        "a volume missing",
        "since the last run",
        "volume-missing",
        damaged("difftar", None),
        heals="with warnings",
    ),
    Fault(
        "a volume cut short",
        "since the last run",
        "volume-missing",
        damaged("difftar", half),
        heals="with warnings",
    ),
    Fault("the manifest missing", "since the last run", "volume-missing", damaged("manifest", None)),
    Fault(
        "the signatures missing",
        "since the last run",
        "volume-missing",
        damaged("sigtar", None),
        heals="with warnings",
    ),
    Fault(
        "a volume altered",
        "found by verify",
        "volume-corrupt",
        damaged("difftar", flipped),
        heals="with warnings",
        words=("verify",),
    ),
    Fault(
        "a volume altered, and the database lost after that",
        "found by verify",
        "volume-corrupt",
        forgotten,
        heals="with warnings",
        words=("verify",),
    ),
    Fault(
        "the manifest altered",
        "found by verify",
        "volume-corrupt",
        damaged("manifest", flipped),
        heals="with warnings",
        words=("verify",),
    ),
    Fault(
        "archive folder lost, and the manifest altered",
        "since the last run",
        "volume-corrupt",
        unknown_here("manifest", flipped),
        heals="with warnings",
    ),
    Fault(
        "archive folder lost, and the manifest missing",
        "since the last run",
        "volume-missing",
        unknown_here("manifest", None),
    ),
    Fault(
        "archive folder lost, and the signatures missing",
        "since the last run",
        "volume-missing",
        unknown_here("sigtar", None),
        heals="with warnings",
    ),
    Fault(
        "another machine on the same prefix",
        "since the last run",
        "another-machine",
        other_machine,
        healing=("backup", "--adopt"),
    ),
    Fault(
        "server answers 403",
        "at a volume",
        "destination-denied",
        answers(403, "AccessDenied", "PUT", "difftar"),
    ),
    Fault("server answers 403", "at the list", "destination-denied", answers(403, "AccessDenied", "GET")),
    Fault("credential withdrawn", "before the run", "credential-refused", withdrawn),
    Fault(
        "credential withdrawn",
        "at the manifest",
        "credential-refused",
        answers(403, "InvalidAccessKeyId", "PUT", "manifest"),
    ),
    Fault("clock wrong", "before the run", "clock-wrong", answers(403, "RequestTimeTooSkewed")),
    Fault(
        "clock wrong", "at a volume", "clock-wrong", answers(403, "RequestTimeTooSkewed", "PUT", "difftar")
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_the_destination(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
