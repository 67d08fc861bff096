"""Refresh: the catalogue learns what the destination holds, from duplicity's own signature archives.

After a backup they lie in the archive folder, and those of an incremental one name exactly what went into
it: no network, no passphrase, and no more to read than what changed. rsync's list would tell what came to
the stage, which after a run that was cut off is something else. On a machine that lacks them, or after
somebody else's run, duplicity fetches them. Sizes are in them to some hundred bytes only; the exact ones
are those of staged files that are still as the snapshot has them.
"""

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.model.snapshot import Chain, Snapshot
from secretsbackup.operations.repository import contents, origin, prerequisites
from secretsbackup.operations.repository.contents import Contents, chosen
from secretsbackup.operations.run.runner import Ask, Run, visit
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import CatalogueLost, filling
from secretsbackup.store.catalogue.filling import SnapshotListing
from secretsbackup.store.home import Home
from secretsbackup.tools import duplicity
from secretsbackup.tools.duplicity import Repository, files, signatures


async def keep_up(run: Run, whole: Sequence[Snapshot]) -> None:
    """Have the catalogue know these snapshots and no others. It can be made anew at any time: no failure."""
    try:
        await asyncio.to_thread(fill, run.profile, run.home, whole)
    except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, what was sent is safe
        detail = error.cause.about or error.reason if isinstance(error, Failure) else repr(error)
        run.tell(Warned(caution=Caution.NOT_CATALOGUED, detail=detail))


def fill(profile: Profile, home: Home, whole: Sequence[Snapshot]) -> None:
    """Make the catalogue one of these snapshots (oldest first), as far as the archive folder tells of them.

    One that is older than what is known comes in only with all others: then everything is read anew.
    """
    file = home.catalogue(profile)
    try:
        known = catalogue.known(file)
    except CatalogueLost:
        known = []
    times = {snapshot.time for snapshot in whole}
    left = [time for time in known if time in times]
    archive = home.archive(profile)
    told = [one for one in whole if signatures.archives(archive, one.stamp)]
    late = [one for one in told if left and one.time < left[-1] and one.time not in left]
    if late and {*left} <= {one.time for one in told}:
        filling.rebuild(file, _all_told(profile, home, told, None))
        return
    if len(left) < len(known):
        filling.forget(file, [time for time in known if time not in times])
    newer = [one for one in told if not left or one.time > left[-1]]
    for one in _all_told(profile, home, newer, left[-1] if left else None):
        filling.add(file, one)


def _all_told(
    profile: Profile, home: Home, snapshots: Iterable[Snapshot], before: datetime | None
) -> Iterator[SnapshotListing]:
    """What the archive folder tells of each snapshot: what changed since the one before where it can."""
    stage = home.stage(profile)
    for snapshot in snapshots:
        paths = signatures.archives(home.archive(profile), snapshot.stamp) or []
        parsed = files.parse(paths[-1].name) if paths else None
        start = parsed.belongs.start if parsed else None
        if start and before == files.moment(start):
            yield SnapshotListing(snapshot.time, False, _sized(signatures.changes(paths[-1]), stage))
        else:
            yield SnapshotListing(snapshot.time, True, _sized(signatures.state(paths), stage))
        before = snapshot.time


def _sized(all_seen: Iterable[SeenEntry], stage: Path) -> Iterator[SeenEntry]:
    """What was seen, with the exact size of each file that is staged as it was seen."""
    root = bytes(stage) + b"/"
    for seen in all_seen:
        size = (
            _size(root + seen.path, seen) if seen.what is EntryKind.FILE and seen.least < seen.most else None
        )
        yield seen if size is None else replace(seen, least=size, most=size)


def _size(path: bytes, seen: SeenEntry) -> int | None:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    same = stat.S_ISREG(status.st_mode) and max(int(status.st_mtime), 0) == seen.modified
    return status.st_size if same and seen.least <= status.st_size <= seen.most else None


async def refresh(
    profile: Profile, home: Home, *, ask: Ask, at: datetime | None = None, opened_by: Credential = None
) -> Failure | Skip | None:
    """Bring the catalogue up to date; with `at`, as far as it takes to know the snapshot of that time.

    What stands in the way is raised if the catalogue knows nothing, else it is returned: what is known can
    be shown. A passphrase is asked for only where the archive folder lacks what it takes.
    """
    try:
        async with visit(profile, home, ask=ask, opened_by=opened_by) as run:
            await _refresh(run, at)
    except (Failure, Skip) as trouble:
        if not await asyncio.to_thread(catalogue.known, home.catalogue(profile)):
            raise
        return trouble
    return None


async def from_archive(profile: Profile, home: Home) -> bool:
    """Make the catalogue of what the archive folder alone tells, without the destination; whether it knows
    anything then. While a run goes on it stays as it is."""
    try:
        async with visit(profile, home):
            return await asyncio.to_thread(_from_archive, profile, home)
    except (Failure, Skip, CatalogueLost):
        return False  # what is wrong here, whoever asks the destination next has a word for


def _from_archive(profile: Profile, home: Home) -> bool:
    archive = home.archive(profile)
    names = {path.name: 0 for path in archive.glob("duplicity-*")}
    chains = (chain for chain in files.chains(names) if chain.snapshots[0].whole)
    whole = [one for chain in chains for one in chain.snapshots if one.whole]
    fill(profile, home, sorted(whole, key=lambda one: one.time))
    return bool(catalogue.known(home.catalogue(profile)))


async def bring_up(
    run: Run, repository: Repository, held: Contents, wanted: Snapshot, phrase: Secret
) -> None:
    """Have the catalogue know this snapshot, within a run; Failure(NO_SNAPSHOT) if that cannot be."""
    if lacking := await asyncio.to_thread(_filled, run, held.whole, (wanted,)):
        await _fetch(run, repository, held, lacking, phrase)
        if await asyncio.to_thread(_filled, run, held.whole, (wanted,)):
            raise Failure(causes.NoSnapshot(stamp=wanted.stamp))


async def _fetch(
    run: Run, repository: Repository, held: Contents, lacking: Sequence[Snapshot], phrase: Secret
) -> None:
    for chain in _cold(run, held.chains, lacking):
        end = max(one.time for one in chain.snapshots if one.whole)
        await duplicity.fetch_metadata(repository, end, phrase)


async def _refresh(run: Run, at: datetime | None) -> None:
    repository = await prerequisites.repository(run)
    held = await contents.listing(run, repository)
    wanted = (chosen(held.chains, at),) if at else held.whole
    await _brought_up(run, repository, held, wanted)
    if newer := origin.newer_known(run, held, at):
        raise Failure(causes.RolledBack(files.moment(newer)))


async def _brought_up(run: Run, repository: Repository, held: Contents, wanted: Sequence[Snapshot]) -> None:
    lacking = await asyncio.to_thread(_filled, run, held.whole, wanted)
    if not lacking:
        return
    for chain in _cold(run, held.chains, lacking):
        await contents.can_begin(repository, held, [one for one in chain.snapshots if one.whole][-1])
    phrase = await prerequisites.passphrase(run)
    await _fetch(run, repository, held, lacking, phrase)
    if lacking := await asyncio.to_thread(_filled, run, held.whole, wanted):
        raise Failure(causes.NoSnapshot(stamp=lacking[-1].stamp))


def _filled(run: Run, whole: Sequence[Snapshot], wanted: Sequence[Snapshot]) -> list[Snapshot]:
    """Fill from the archive folder; which of the wanted snapshots are lacking then."""
    fill(run.profile, run.home, whole)
    known = {*catalogue.known(run.home.catalogue(run.profile))}
    return [one for one in wanted if one.time not in known]


def _cold(run: Run, chains: Sequence[Chain], lacking: Sequence[Snapshot]) -> list[Chain]:
    """The chains to be fetched: those of what is lacking and all younger ones, which are to be read anew."""
    archive, oldest = run.home.archive(run.profile), min(one.time for one in lacking)
    return [
        chain
        for chain in chains
        if chain.end >= oldest
        and any(one.whole and not signatures.archives(archive, one.stamp) for one in chain.snapshots)
    ]
