"""Browse: which snapshots a destination holds, which files a snapshot, and which versions there are."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from secretsbackup.model import snapshot as snapshots_of
from secretsbackup.model.entry import Entry
from secretsbackup.model.outcome import Failure, Reason, Skip
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations import equipment, holdings, origin, refresh
from secretsbackup.operations.holdings import no_snapshot
from secretsbackup.operations.restore import within_snapshot
from secretsbackup.operations.runner import Ask, Run
from secretsbackup.store import catalogue, history
from secretsbackup.store.catalogue import Lost, finding
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg, place
from secretsbackup.tools.duplicity import files


class Shelf(msgspec.Struct, frozen=True):
    """The chains at a destination; the stamps of those that are damaged; files and bytes where known; and the
    newest snapshot that was made from here, if the destination holds older ones alone."""

    chains: tuple[Chain, ...]
    damaged: frozenset[str]
    sizes: dict[str, tuple[int, int]]
    newer: str = ""


async def snapshots(profile: Profile, home: Home) -> Shelf:
    """What the destination holds, from its listing alone: no passphrase, no lock."""
    here = place_of(profile.destination)
    contents = await place.contents(profile.destination, await equipment.credential(profile))
    lost = await asyncio.to_thread(history.lost_chains, home, here)
    sizes = await asyncio.to_thread(history.snapshot_sizes, home, here)
    damaged = frozenset(start for start, how in lost.items() if how == "damaged")
    chains = files.chains(contents)
    newest = snapshots_of.at(chains, None)
    newer = origin.later(sizes, newest.stamp if newest else "")
    return Shelf(chains, damaged, sizes, newer)


class Answer(msgspec.Struct, frozen=True):
    """Entries; the snapshot that they are of, where they are of one; and what stood in the way of asking
    the destination what is new, if something did."""

    entries: Iterable[Entry]
    at: datetime | None = None
    more: int = 0
    trouble: Failure | Skip | None = None


_NEWEST = datetime.max.replace(tzinfo=UTC)
"""Of a clock that was ahead too."""


async def listing(profile: Profile, home: Home, below: bytes, wanted: datetime | None, ask: Ask) -> Answer:
    """Every path of a snapshot (the newest without a time) at or below a path, all where that is empty;
    Failure(PATH_NOT_FOUND)."""
    at = wanted or _NEWEST
    file, path = home.catalogue(profile), within_snapshot(below, profile)

    def answer() -> Answer:
        time = max((one for one in catalogue.known(file) if one <= at), default=None)
        if time is None:
            raise no_snapshot(at)
        if path and not catalogue.entry(file, time, path):
            raise Failure(Reason.PATH_NOT_FOUND, shown(below))
        return Answer(catalogue.below(file, time, path), time)

    return await _asked(answer, profile, home, ask, at)


async def find(
    profile: Profile, home: Home, text: bytes, ask: Ask, *, deleted: bool = False, limit: int = 200
) -> Answer:
    """The paths of all snapshots that have a text in their name, in their newest version, best first."""

    def answer() -> Answer:
        found = finding.find(home.catalogue(profile), text, deleted=deleted, limit=limit)
        return Answer(found.entries, more=found.more)

    return await _asked(answer, profile, home, ask)


async def versions(profile: Profile, home: Home, path: bytes, ask: Ask) -> Answer:
    """Every version of a path, newest first; Failure(PATH_NOT_FOUND) if it never was."""

    def answer() -> Answer:
        found = catalogue.versions(home.catalogue(profile), within_snapshot(path, profile))
        if not found:
            raise Failure(Reason.PATH_NOT_FOUND, shown(path))
        return Answer(found)

    return await _asked(answer, profile, home, ask)


async def _asked(
    answer: Callable[[], Answer], profile: Profile, home: Home, ask: Ask, at: datetime | None = None
) -> Answer:
    """An answer of the catalogue, which is brought up to date first, and made anew if it is damaged."""
    for last in (False, True):
        trouble = await refresh.refresh(profile, home, ask=ask, at=at)
        try:
            return msgspec.structs.replace(await asyncio.to_thread(answer), trouble=trouble)
        except Lost:
            if last:
                raise
    raise AssertionError("the second answer is the last")


async def check(run: Run) -> int:
    """Try everything that a backup needs; how many snapshots the destination holds."""
    await equipment.rsync_program(run)
    gnupg.usable(await gnupg.resolve(run.profile.key))
    vault = await equipment.vault(run)
    held = await holdings.peek(run, vault)
    await place.probe(vault.destination, vault.credential)
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
