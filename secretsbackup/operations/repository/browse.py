"""Browse: which snapshots a destination holds, which files a snapshot, and which versions there are."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import snapshot as snapshots_of
from secretsbackup.model.entry import Entry
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.paths import shown, within_snapshot
from secretsbackup.model.profile import Profile
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations.repository import contents, index, origin, prerequisites
from secretsbackup.operations.repository.contents import no_snapshot
from secretsbackup.operations.repository.prerequisites import FindCredential
from secretsbackup.operations.run.runner import Ask, Run
from secretsbackup.store import catalogue, history
from secretsbackup.store.catalogue import CatalogueLost, finding
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, gnupg
from secretsbackup.tools.duplicity import files


class Listed(msgspec.Struct, frozen=True):
    """The chains at a destination; the stamps of those that are damaged; files and bytes where known; and the
    newest snapshot that was made from here, if the destination holds older ones alone."""

    chains: tuple[Chain, ...]
    damaged: frozenset[str]
    sizes: dict[str, tuple[int, int]]
    newer: datetime | None = None


FIRST_ANSWER_S = 5.0
"""Seconds that a destination has to say anything at all, where somebody sits and waits for an answer."""


async def snapshots(
    profile: Profile,
    home: Home,
    opens: FindCredential = prerequisites.credential,
    seconds: float = FIRST_ANSWER_S,
) -> Listed:
    """What the destination holds, from its listing alone: no passphrase, no lock. Failure(DESTINATION_SILENT)
    in seconds where it says nothing."""
    here, credential = place_of(profile.destination), await opens(profile)
    await destinations.answers(profile.destination, credential, seconds)
    listed = await destinations.contents(profile.destination, credential)
    lost = await asyncio.to_thread(history.lost_chains, home, here)
    sizes = await asyncio.to_thread(history.snapshot_sizes, home, here)
    damaged = frozenset(start for start, how in lost.items() if how == "damaged")
    chains = files.chains(listed)
    newest = snapshots_of.at(chains, None)
    newer = origin.later(sizes, newest.stamp if newest else "")
    return Listed(chains, damaged, sizes, files.moment(newer) if newer else None)


class Answer(msgspec.Struct, frozen=True):
    """Entries; the snapshot that they are of, where they are of one; the newest one that is known; and what
    stood in the way of asking the destination what is new, if something did."""

    entries: Iterable[Entry]
    at: datetime | None = None
    newest: datetime | None = None
    more: int = 0
    trouble: Failure | Skip | None = None


_NEWEST = datetime.max.replace(tzinfo=UTC)
"""Of a clock that was ahead too."""


class Refresh(msgspec.Struct, frozen=True):
    """Who knows the passphrase and what opens the destination, should it have to be asked; with `first` it is
    asked before any answer, and else only where nothing is known yet: then it has so many seconds to say
    anything at all."""

    ask: Ask
    opens: FindCredential = prerequisites.credential
    first: bool = False
    seconds: float = FIRST_ANSWER_S


async def listing(
    profile: Profile, home: Home, below: bytes, wanted: datetime | None, learns: Refresh
) -> Answer:
    """Every path of a snapshot (the newest without a time) at or below a path, all where that is empty;
    Failure(PATH_NOT_FOUND)."""
    at = wanted or _NEWEST
    file, path = home.catalogue(profile), within_snapshot(below, profile)

    def answer() -> Answer:
        time = max((one for one in catalogue.known(file) if one <= at), default=None)
        if time is None:
            raise no_snapshot(wanted)
        if path and not catalogue.entry(file, time, path):
            raise Failure(causes.PathNotFound(shown(below)))
        return Answer(catalogue.below(file, time, path), time)

    return await _asked(answer, profile, home, learns, at)


async def find(
    profile: Profile, home: Home, text: bytes, learns: Refresh, *, deleted: bool = False, limit: int = 200
) -> Answer:
    """The paths of all snapshots that have a text in their name, in their newest version, best first."""

    def answer() -> Answer:
        found = finding.find(home.catalogue(profile), text, deleted=deleted, limit=limit)
        return Answer(found.entries, more=found.more)

    return await _asked(answer, profile, home, learns)


async def versions(profile: Profile, home: Home, path: bytes, learns: Refresh) -> Answer:
    """Every version of a path, newest first; Failure(PATH_NOT_FOUND) if it never was."""

    def answer() -> Answer:
        found = catalogue.versions(home.catalogue(profile), within_snapshot(path, profile))
        if not found:
            raise Failure(causes.PathNotFound(shown(path)))
        return Answer(found)

    return await _asked(answer, profile, home, learns)


async def _asked(
    answer: Callable[[], Answer],
    profile: Profile,
    home: Home,
    learns: Refresh,
    at: datetime | None = None,
) -> Answer:
    """An answer of the catalogue, at once if it knows anything; what is damaged is made anew first."""
    trouble, file = None, home.catalogue(profile)
    for last in (False, True):
        if last or learns.first or not await asyncio.to_thread(_known, file):
            trouble = await _learned(profile, home, learns, at)
        try:
            found, known = await asyncio.to_thread(answer), await asyncio.to_thread(_known, file)
            return msgspec.structs.replace(found, newest=max(known, default=None), trouble=trouble)
        except CatalogueLost:
            if last:
                raise
    raise AssertionError("the second answer is the last")


def _known(file: Path) -> list[datetime]:
    """The times of the snapshots that the catalogue knows; none if it is damaged."""
    try:
        return catalogue.known(file)
    except CatalogueLost:
        return []


async def _learned(
    profile: Profile, home: Home, learns: Refresh, at: datetime | None
) -> Failure | Skip | None:
    """Have the catalogue learn what there is: on this machine if that will do, else at the destination."""
    if not learns.first and await index.from_archive(profile, home):
        return None
    try:
        opened_by = await learns.opens(profile)
    except Failure as failure:
        if not await asyncio.to_thread(_known, home.catalogue(profile)):
            raise
        return failure
    if not learns.first:
        await destinations.answers(profile.destination, opened_by, learns.seconds)
    return await index.refresh(profile, home, ask=learns.ask, at=at, opened_by=opened_by)


async def check(run: Run) -> int:
    """Try everything that a backup needs; how many snapshots the destination holds."""
    await prerequisites.rsync_program(run)
    gnupg.usable(await gnupg.resolve(run.profile.key))
    repository = await prerequisites.repository(run)
    held = await contents.listing(run, repository)
    await destinations.probe(repository.destination, repository.credential)
    return sum(len(chain.snapshots) for chain in held.chains)


def parse_time(text: str, now: datetime) -> datetime:
    """A time as a person writes it, in local time; a mere date is its end. ValueError if it is none."""
    if text in ("now", "latest"):
        return now
    try:
        return files.moment(text)
    except ValueError:
        found = datetime.fromisoformat(text)
    if len(text.strip()) <= 10:
        found = found.replace(hour=23, minute=59, second=59)
    return found.astimezone(UTC)
