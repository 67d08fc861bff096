"""This machine. What the program keeps here is lost, old, broken or written wrongly."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext

import pytest

from tests.end_to_end import servers
from tests.faults.bench import Bench, Fault
from tests.faults.conftest import Suffer
from tests.faults.test_kills import at

Do = Callable[[Bench], AbstractContextManager[object]]


def once(change: Callable[[Bench], object]) -> Do:
    """Something is done before the run."""

    def do(bench: Bench) -> AbstractContextManager[None]:
        change(bench)
        return nullcontext()

    return do


def old_archive(bench: Bench) -> None:
    """The archive folder is put back from a copy that knows less than the bucket holds."""
    old = bench.archive.with_name("old archive")
    shutil.copytree(bench.archive, old)
    bench.user.backup()
    bench.change()
    shutil.rmtree(bench.archive)
    old.rename(bench.archive)


@contextmanager
def locked_database(bench: Bench) -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def newer_database(bench: Bench) -> Iterator[None]:
    """The database was written by a newer version, which comes back."""
    with closing(sqlite3.connect(bench.home.database, isolation_level=None)) as memory:
        (version,) = memory.execute("PRAGMA user_version").fetchone()
        memory.execute("PRAGMA user_version = 99")
        yield
        memory.execute(f"PRAGMA user_version = {version}")


def no_database(bench: Bench) -> None:
    bench.home.database.write_bytes(b"this is no database " * 1000)


def torn_database(bench: Bench) -> None:
    """Its first page is whole, the others are not."""
    with closing(sqlite3.connect(bench.home.database)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with bench.home.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * (bench.home.database.stat().st_size - 4096))


def settings(change: Callable[[str], str]) -> Do:
    """The settings are changed, and mended after the run."""

    @contextmanager
    def do(bench: Bench) -> Iterator[None]:
        text = bench.home.profiles.read_text()
        bench.home.profiles.write_text(change(text))
        yield
        bench.home.profiles.write_text(text)

    return do


@contextmanager
def locked_keyring(bench: Bench) -> Iterator[None]:
    """The keyring is locked as soon as the run has its keys, and unlocked after it."""
    try:
        with at("while the bucket is listed", lambda bench: servers.lock_keyring(bench.user.env))(bench):
            yield
    finally:
        servers.unlock_keyring(bench.user.env)


def end_agent(bench: Bench) -> None:
    subprocess.run(["gpgconf", "--homedir", bench.user.env["GNUPGHOME"], "--kill", "gpg-agent"], check=True)


FAULTS = [
    Fault(
        "archive folder lost",
        "since the last run",
        "completed",
        once(lambda bench: shutil.rmtree(bench.archive)),
    ),
    Fault("archive folder older than the bucket", "since the last run", "completed", once(old_archive)),
    Fault("stage lost", "since the last run", "completed", once(lambda bench: shutil.rmtree(bench.stage))),
    Fault("database locked by another program", "during the run", "memory-busy", locked_database),
    Fault("database no database any more", "since the last run", "completed", once(no_database)),
    Fault("database torn", "since the last run", "completed", once(torn_database)),
    Fault(
        "database lost", "since the last run", "completed", once(lambda bench: bench.home.database.unlink())
    ),
    Fault("database newer than the program", "during the run", "memory-newer", newer_database),
    Fault(
        "settings half written",
        "before the run",
        "settings-broken",
        settings(lambda text: text[: len(text) // 2]),
    ),
    Fault(
        "settings with a word that is not known",
        "before the run",
        "settings-broken",
        settings(lambda text: text + '\ncolour = "red"\n'),
    ),
    Fault(
        "settings newer than the program",
        "before the run",
        "settings-newer",
        settings(lambda text: re.sub(r"^version = \d+", "version = 99", text)),
    ),
    Fault("keyring locked", "in the middle of the run", "completed", locked_keyring),
    Fault("gpg-agent killed", "at a volume", "completed", at("at a volume", end_agent)),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_of_this_machine(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)
