"""Browse: which snapshots a destination holds, and which files a snapshot."""

import asyncio
from datetime import UTC, datetime

import msgspec

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Profile
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations import equipment, holdings
from secretsbackup.operations.equipment import place_of
from secretsbackup.operations.restore import chosen, within_snapshot
from secretsbackup.operations.runner import Ask, Run, visit
from secretsbackup.store import history
from secretsbackup.store.home import Home
from secretsbackup.tools import duplicity, gnupg, place
from secretsbackup.tools.duplicity import files, signatures
from secretsbackup.tools.duplicity.signatures import Entry


class Shelf(msgspec.Struct, frozen=True):
    """The chains at a destination; the stamps of those that are damaged; files and bytes where known."""

    chains: tuple[Chain, ...]
    damaged: frozenset[str]
    sizes: dict[str, tuple[int, int]]


async def snapshots(profile: Profile, home: Home) -> Shelf:
    """What the destination holds, from its listing alone: no passphrase, no lock."""
    here = place_of(profile.destination)
    contents = await place.contents(profile.destination, await equipment.credential(profile))
    lost = await asyncio.to_thread(history.lost_chains, home, here)
    sizes = await asyncio.to_thread(history.snapshot_sizes, home, here)
    damaged = frozenset(start for start, how in lost.items() if how == "damaged")
    return Shelf(files.chains(contents), damaged, sizes)


async def listing(profile: Profile, home: Home, below: bytes, at: datetime | None, ask: Ask) -> list[Entry]:
    """Every path of a snapshot that is `below` a path; all where that is empty.

    It needs a passphrase only where the archive folder has not what it takes and duplicity must fetch it.
    """
    async with visit(profile, home, ask=ask) as run:
        vault = await equipment.vault(run)
        held = await holdings.peek(run, vault)
        snapshot = chosen(held.chains, at or run.began)
        archives = signatures.archives(vault.archive, snapshot.stamp)
        if archives is None:
            await duplicity.fetch_metadata(vault, snapshot.time, await equipment.passphrase(run))
            archives = signatures.archives(vault.archive, snapshot.stamp)
        if archives is None:
            raise Failure(Reason.NO_SNAPSHOT, snapshot.stamp)
        found = await asyncio.to_thread(signatures.entries, archives)
    wanted = within_snapshot(below, profile)
    return [one for one in found if not wanted or one.path == wanted or one.path.startswith(wanted + b"/")]


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
