"""Origin: a machine knows its own snapshots, by whatever name it goes, and those of others."""

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.snapshot import Chain, Kind, Snapshot
from secretsbackup.operations.repository import origin, prerequisites
from secretsbackup.operations.repository.contents import Holdings
from secretsbackup.operations.repository.origin import By
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.tools.duplicity import Vault, files

NOON = Snapshot(time=datetime(2026, 11, 22, 12, tzinfo=UTC), kind=Kind.FULL, volumes=1, size=1)
HELD = Holdings({}, (Chain((NOON,)),), frozenset(), True)


@pytest.fixture
def vault(run: Run, pretender: Path) -> Vault:
    """What the run works on."""
    return asyncio.run(prerequisites.vault(run))


def manifest(vault: Vault, host: str, folder: Path) -> None:
    """Put the snapshot's manifest into the archive folder."""
    told = f'Hostname {host}\nLocaldir "{folder}"\nVolume 1:\n    StartingPath   .\n'
    (vault.archive / f"duplicity-full.{NOON.stamp}.manifest").write_text(told)


def knows(run: Run, *stamps: str) -> None:
    history.know_made(run.home, place_of(run.profile.destination), stamps)


def ours(run: Run, vault: Vault, *, adopt: bool = False) -> bool:
    return asyncio.run(origin.ours(run, vault, HELD, adopt=adopt))


def test_what_was_made_from_here_is_ours_whatever_the_machine_is_called_now(run: Run, vault: Vault) -> None:
    knows(run, NOON.stamp)
    manifest(vault, "its-name-of-before", run.home.stage(run.profile))
    assert ours(run, vault)


def test_where_the_memory_is_lost_the_manifest_tells(run: Run, vault: Vault) -> None:
    manifest(vault, socket.gethostname(), run.home.stage(run.profile))
    assert ours(run, vault)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("host", "folder"), [("another", None), (None, "/another/stage")])
def test_another_machines_snapshot_is_seen(
    run: Run, vault: Vault, host: str | None, folder: str | None, known: bool
) -> None:
    knows(run, *(["20261121T120000Z"] if known else []))
    manifest(vault, host or socket.gethostname(), Path(folder or run.home.stage(run.profile)))
    with pytest.raises(Failure) as raised:
        ours(run, vault)
    assert raised.value.cause == causes.AnotherMachine(host or socket.gethostname())
    assert not ours(run, vault, adopt=True)


def test_a_machine_that_wrote_there_knows_that_it_did_not_write_this(run: Run, vault: Vault) -> None:
    knows(run, "20261121T120000Z")
    with pytest.raises(Failure) as raised:
        ours(run, vault)
    assert raised.value.reason is Reason.ANOTHER_MACHINE


def test_a_new_machine_leaves_it_to_duplicity(run: Run, vault: Vault) -> None:
    assert not ours(run, vault)
    found = asyncio.run(origin.of(run, vault, NOON))
    assert (found.by, found.foreign) == (By.UNKNOWN, False)


@pytest.mark.parametrize(
    ("at", "newer"),
    [
        (None, "20261123T120000Z"),
        (datetime(2026, 11, 23, 11, tzinfo=UTC), ""),
        (datetime(2026, 11, 24, tzinfo=UTC), "20261123T120000Z"),
    ],
)
def test_a_destination_that_is_older_than_it_was_is_seen(
    run: Run, vault: Vault, at: datetime | None, newer: str
) -> None:
    knows(run, "20261121T120000Z", NOON.stamp)
    assert origin.newer_known(run, HELD, at) == ""
    knows(run, "20261123T120000Z")
    assert origin.newer_known(run, HELD, at) == newer


def test_a_folder_is_read_as_duplicity_writes_it() -> None:
    told = b'Hostname laptop\nLocaldir "/home/a\\x20b/\\\\c"\nVolume 1:\n'
    assert files.origin(told) == ("laptop", b"/home/a b/\\c")
    assert files.origin(b"Localdir /plain\n") == ("", b"/plain")
