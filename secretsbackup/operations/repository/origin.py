"""Origin: which machine made a snapshot, and whether the newest that was made here is still there.

This machine knows its own snapshots by its memory, whatever it is called by now; where that was lost, by
their manifests in the archive folder, which name the machine and the stage. Others may write to the same
place.
"""

import asyncio
import socket
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Failure
from secretsbackup.model.snapshot import Snapshot
from secretsbackup.operations.repository import contents, prerequisites
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.tools import duplicity
from secretsbackup.tools.duplicity import Repository, files

_LOOKED_AT = 500
"""Runs: what was made by an older one is remembered, or its manifest tells."""
_A_SECOND, _AFTER = timedelta(seconds=1), timedelta(minutes=1)
"""A snapshot is named after a whole second; duplicity may outlive a run that was killed by some seconds."""


class Author(Enum):
    """Who made a snapshot."""

    US = "us"
    OTHERS = "others"
    UNKNOWN = "unknown"


class SnapshotOrigin(msgspec.Struct, frozen=True):
    """Who made a snapshot, and what that machine was called then, where that is known.

    `lone` says that nothing at the place is known to have been made from here, as on a new machine.
    """

    by: Author
    host: str = ""
    lone: bool = False

    @property
    def foreign(self) -> bool:
        """Whether somebody else writes to a place that this machine writes to."""
        return self.by is Author.OTHERS or (self.by is Author.UNKNOWN and not self.lone)


async def of(run: Run, repository: Repository, snapshot: Snapshot) -> SnapshotOrigin:
    """Who made a snapshot, as far as is known without a passphrase."""
    return await asyncio.to_thread(_of, run, repository, snapshot)


async def ours(run: Run, repository: Repository, held: Contents, *, adopt: bool = False) -> bool:
    """Whether the newest snapshot was made from here (or there is none).

    Failure(ANOTHER_MACHINE) if it is known not to be, unless it is to be adopted.
    """
    if not held.whole:
        return True
    newest = held.whole[-1]
    found = await of(run, repository, newest)
    if found.by is Author.UNKNOWN and not found.lone and not adopt:
        found = await _asked(run, repository, held, newest)
    if found.foreign and not adopt:
        raise Failure(causes.AnotherMachine(found.host))
    return found.by is Author.US


def newer_known(run: Run, held: Contents, at: datetime | None = None) -> str:
    """The stamp of the newest snapshot that was made from here, if it is newer than all that the destination
    holds, and not younger than `at`: somebody has put an older state back there. Else ""."""
    newest = held.whole[-1].stamp if held.whole else ""
    made = history.snapshot_sizes(run.home, place_of(run.profile.destination))
    return later(made, newest, at)


def later(made: Collection[str], newest: str, at: datetime | None = None) -> str:
    """The newest of these stamps that is later than one, and not later than a time; "" if none is."""
    found = max((stamp for stamp in made if at is None or files.moment(stamp) <= at), default="")
    return found if found > newest else ""


def _of(run: Run, repository: Repository, snapshot: Snapshot) -> SnapshotOrigin:
    made = history.snapshot_sizes(run.home, place_of(repository.destination))
    told = next((one for one in _manifests(repository.archive, snapshot)), b"")
    host, folder = files.origin(told)
    if snapshot.stamp in made:
        return SnapshotOrigin(Author.US, host)
    if not host:
        return SnapshotOrigin(Author.US if _in_a_run(run, snapshot) else Author.UNKNOWN, lone=not made)
    stage = run.home.stage(run.profile)
    here = host in (socket.gethostname(), socket.getfqdn()) and folder == bytes(stage)
    return SnapshotOrigin(Author.US if here else Author.OTHERS, host, lone=not made)


def _in_a_run(run: Run, snapshot: Snapshot) -> bool:
    """Whether a snapshot was begun while a backup ran here: one that was cut off, or failed, has not
    remembered it."""
    here = place_of(run.profile.destination)
    past = history.runs(run.home, run.profile.name, _LOOKED_AT, verb=Verb.BACKUP, place=here)
    broken = (one for one in past if not one.good)
    return any(one.began - _A_SECOND <= snapshot.time <= one.ended + _AFTER for one in broken)


def _manifests(archive: Path, snapshot: Snapshot) -> list[bytes]:
    paths = archive.glob(f"duplicity-*{snapshot.stamp}.manifest")
    parsed = ((path, files.parse(path.name)) for path in paths)
    return [
        path.read_bytes()
        for path, one in parsed
        if one and one.belongs.time == snapshot.stamp and path.is_file()
    ]


async def _asked(run: Run, repository: Repository, held: Contents, snapshot: Snapshot) -> SnapshotOrigin:
    """The origin of a snapshot, with its manifest fetched, where the keychain's passphrase opens it."""
    await contents.can_begin(repository, held, snapshot)
    phrase, _ = await prerequisites.kept_passphrase(run.profile)
    if phrase:
        await duplicity.fetch_metadata(repository, snapshot.time, phrase)
    return await of(run, repository, snapshot)
