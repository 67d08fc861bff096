"""Origin: a machine knows its own snapshots, by whatever name it goes, and those of others."""

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind
from secretsbackup.operations.repository import origin, prerequisites
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.repository.origin import Author
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.tools.duplicity import Repository, files

NOON = Snapshot(time=datetime(2026, 11, 22, 12, tzinfo=UTC), kind=SnapshotKind.FULL, volumes=1, size=1)
HELD = Contents({}, (Chain((NOON,)),), frozenset(), True)


@pytest.fixture
def repository(run: Run, pretender: Path) -> Repository:
    """What the run works on."""
    return asyncio.run(prerequisites.repository(run))


def manifest(repository: Repository, host: str, folder: Path) -> None:
    """Put the snapshot's manifest into the archive folder."""
    told = f'Hostname {host}\nLocaldir "{folder}"\nVolume 1:\n    StartingPath   .\n'
    (repository.archive / f"duplicity-full.{NOON.stamp}.manifest").write_text(told)


def knows(run: Run, *stamps: str) -> None:
    history.know_made(run.home, place_of(run.profile.destination), stamps)


def ours(run: Run, repository: Repository, *, adopt: bool = False) -> bool:
    return asyncio.run(origin.ours(run, repository, HELD, adopt=adopt))


def test_what_was_made_from_here_is_ours_whatever_the_machine_is_called_now(
    run: Run, repository: Repository
) -> None:
    knows(run, NOON.stamp)
    manifest(repository, "its-name-of-before", run.home.stage(run.profile))
    assert ours(run, repository)


def test_where_the_memory_is_lost_the_manifest_tells(run: Run, repository: Repository) -> None:
    manifest(repository, socket.gethostname(), run.home.stage(run.profile))
    assert ours(run, repository)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("host", "folder"), [("another", None), (None, "/another/stage")])
def test_another_machines_snapshot_is_seen(
    run: Run, repository: Repository, host: str | None, folder: str | None, known: bool
) -> None:
    knows(run, *(["20261121T120000Z"] if known else []))
    manifest(repository, host or socket.gethostname(), Path(folder or run.home.stage(run.profile)))
    with pytest.raises(Failure) as raised:
        ours(run, repository)
    assert raised.value.cause == causes.AnotherMachine(host or socket.gethostname())
    assert not ours(run, repository, adopt=True)


def test_a_machine_that_wrote_there_knows_that_it_did_not_write_this(
    run: Run, repository: Repository
) -> None:
    knows(run, "20261121T120000Z")
    with pytest.raises(Failure) as raised:
        ours(run, repository)
    assert raised.value.reason is Reason.ANOTHER_MACHINE


def test_a_new_machine_leaves_it_to_duplicity(run: Run, repository: Repository) -> None:
    assert not ours(run, repository)
    found = asyncio.run(origin.of(run, repository, NOON))
    assert (found.by, found.foreign) == (Author.UNKNOWN, False)


@pytest.mark.parametrize(
    ("at", "newer"),
    [
        (None, "20261123T120000Z"),
        (datetime(2026, 11, 23, 11, tzinfo=UTC), ""),
        (datetime(2026, 11, 24, tzinfo=UTC), "20261123T120000Z"),
    ],
)
def test_a_destination_that_is_older_than_it_was_is_seen(
    run: Run, repository: Repository, at: datetime | None, newer: str
) -> None:
    knows(run, "20261121T120000Z", NOON.stamp)
    assert origin.newer_known(run, HELD, at) == ""
    knows(run, "20261123T120000Z")
    assert origin.newer_known(run, HELD, at) == newer


def test_a_folder_is_read_as_duplicity_writes_it() -> None:
    told = b'Hostname laptop\nLocaldir "/home/a\\x20b/\\\\c"\nVolume 1:\n'
    assert files.origin(told) == ("laptop", b"/home/a b/\\c")
    assert files.origin(b"Localdir /plain\n") == ("", b"/plain")
