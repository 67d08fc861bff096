"""Browse: which snapshots a destination holds, and which files a snapshot."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from secretsbackup.model.profile import Profile
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations import equipment, holdings
from secretsbackup.operations.equipment import place_of
from secretsbackup.operations.restore import chosen, within_snapshot
from secretsbackup.operations.runner import Ask, Run, visit
from secretsbackup.store import history
from secretsbackup.store.home import Home
from secretsbackup.tools import duplicity, place
from secretsbackup.tools.duplicity import Vault, files, log


class Entry(msgspec.Struct, frozen=True):
    """A file of a snapshot; `kind` as duplicity says it: reg, dir, sym, fifo…"""

    path: bytes
    modified: datetime
    kind: str


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


async def listing(
    profile: Profile, home: Home, below: bytes, at: datetime | None, ask: Ask, found: Callable[[Entry], None]
) -> None:
    """Tell every file of a snapshot that is `below` a path; all where that is empty."""
    async with visit(profile, home, ask=ask) as run:
        vault = await equipment.vault(run)
        held = await holdings.peek(run, vault)
        snapshot = chosen(held.chains, at or run.began)
        wanted = within_snapshot(below, profile)
        phrase = None if _readable(vault, snapshot.stamp) else await equipment.passphrase(run)
        await duplicity.list_files(
            vault, snapshot.time, passphrase=phrase, heard=lambda stanza: _tell(stanza, wanted, found)
        )


def _readable(vault: Vault, stamp: str) -> bool:
    """Whether the archive folder has the manifest of this snapshot, so that nothing need be opened."""
    return any(belongs.time == stamp for belongs in files.manifests(vault.archive))


def _tell(stanza: log.Stanza, below: bytes, found: Callable[[Entry], None]) -> None:
    if not stanza.is_info or stanza.code != log.LISTED:
        return
    time, _, rest = stanza.extras.partition(" ")
    path = log.path(rest)
    if path != b"." and (not below or path == below or path.startswith(below + b"/")):
        found(Entry(path, files.moment(time), rest.rpartition(" ")[2]))


async def check(run: Run) -> int:
    """Try everything that a backup needs, the passphrase where it is kept; how many snapshots there are."""
    from secretsbackup.tools import gnupg

    await equipment.rsync_program(run)
    gnupg.usable(await gnupg.resolve(run.profile.key))
    vault = await equipment.vault(run)
    held = await holdings.peek(run, vault)
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
