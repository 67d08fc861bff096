"""Fetching: paths of a snapshot come into a folder, and no volume is fetched twice for them.

duplicity restores one path a call, and fetches the volumes that it may lie in, each time anew. So paths that
lie in the same volumes are one call for their folder, and volumes that several calls need are fetched here,
once, into a cache that duplicity then takes for the destination.
"""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.entry import Totals
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.restore_call import RestoreCall, restore_calls
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Chain, Snapshot
from secretsbackup.operations.repository import contents
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import CatalogueLost
from secretsbackup.store.home import Home, owner_only
from secretsbackup.tools import destinations, duplicity
from secretsbackup.tools.duplicity import Repository, files, log
from secretsbackup.tools.duplicity import volumes as volumes_of
from secretsbackup.tools.duplicity.volumes import Spans

_AT_HAND = 20
"""Volumes: what needs more fetches them itself, and only those at its ends may be fetched twice."""
_SPARE = 256 << 20
"""Bytes that may come in vain with a folder of which only some is wanted."""
_CALL = 4 << 20
"""Bytes more for each call that this saves."""

OnStanza = Callable[[log.Stanza], None]
OnArrival = Callable[[Path, RestoreCall], None]
"""What a restore call brought lies here now."""


class Fetched(msgspec.Struct, frozen=True):
    """How many bytes came from the destination, and how many seconds that took."""

    stored: int
    seconds: float


async def fetch(
    run: Run,
    repository: Repository,
    held: Contents,
    snapshot: Snapshot,
    paths: Sequence[bytes],
    *,
    phrase: Secret,
    free: int,
    heard: OnStanza,
    into: Callable[[RestoreCall], Path],
    arrived: OnArrival,
) -> Fetched:
    """Restore these paths of a snapshot (b"" is all), call by call.

    `free` is how many bytes there is room for. `into` says where a call's path is to be restored to, and
    `arrived` takes it from there.
    """
    began = time.monotonic()
    chain = held.chain_of(snapshot)
    needed = files.of_sets(held.contents, files.sets(chain, snapshot))
    await contents.readable(repository, held, contents.lacking(repository, needed))
    spans = await _spans(run, repository, chain, snapshot, phrase, several=len(paths) > 1)
    every = await asyncio.to_thread(_calls, run, snapshot, spans, paths, free)
    volumes = {held.name_of(name) or "" for one in every for name in one.volumes}
    await contents.readable(repository, held, volumes if spans else needed)
    cache = _VolumeCache(run, repository, held, every)
    for number, one in enumerate(every):
        opened = await cache.stock(one)
        target = into(one)
        await duplicity.restore(
            opened, snapshot.time, target, path=one.path or None, passphrase=phrase, heard=heard
        )
        arrived(target, one)
        cache.spend(every[number + 1 :])
    spans = spans or volumes_of.spans(repository.archive, chain, snapshot)
    taken = frozenset[str]().union(*(spans.of(one.path) for one in every)) if spans else frozenset()
    return Fetched(sum(held.size_of(name) for name in taken), time.monotonic() - began)


async def _spans(
    run: Run, repository: Repository, chain: Chain, snapshot: Snapshot, phrase: Secret, *, several: bool
) -> Spans | None:
    """Where the paths lie. Asked of the destination only where it saves something: for several of them."""
    found = await asyncio.to_thread(volumes_of.spans, repository.archive, chain, snapshot)
    if found is None and several:
        await duplicity.fetch_metadata(repository, snapshot.time, phrase)
        found = await asyncio.to_thread(volumes_of.spans, repository.archive, chain, snapshot)
    return found


def _calls(
    run: Run, snapshot: Snapshot, spans: Spans | None, paths: Sequence[bytes], free: int
) -> tuple[RestoreCall, ...]:
    if spans is None:
        return restore_calls(paths, lambda _path: frozenset(), lambda _folder, _wanted: False)

    def worth(folder: bytes, wanted: Sequence[bytes]) -> bool:
        some, all_ = (
            amount(run.home, run.profile, snapshot.time, these).bytes for these in (wanted, [folder])
        )
        return all_ <= min(2 * some + _SPARE + len(wanted) * _CALL, free // 2)

    return restore_calls(paths, spans.of, worth)


def amount(home: Home, profile: Profile, at: datetime, paths: Sequence[bytes]) -> Totals:
    """What these paths of a snapshot hold, b"" being all; nothing where the catalogue does not know."""
    try:
        return catalogue.hold_together(home.catalogue(profile), at, paths)
    except CatalogueLost:
        return Totals(0, 0)


class _VolumeCache:
    """A folder that duplicity takes for the destination: the manifests, and the volumes of the next call.

    Only volumes that several small calls need are worth it; a folder on this machine is its own cache.
    """

    def __init__(
        self, run: Run, repository: Repository, held: Contents, every: Sequence[RestoreCall]
    ) -> None:
        self._vault, self._held = repository, held
        shared = Counter(name for one in every for name in one.volumes)
        self._shared = {name for name, count in shared.items() if count > 1}
        self._folder, self._cold = run.temporary / "larder", run.temporary / "cold"

    async def stock(self, restore_call: RestoreCall) -> Repository:
        """What to restore this call from."""
        small = len(restore_call.volumes) <= _AT_HAND
        if (
            isinstance(self._vault.destination, Folder)
            or not small
            or not restore_call.volumes & self._shared
        ):
            return self._vault
        archive = self._cold / self._vault.archive.name
        if not archive.is_dir():
            owner_only(self._folder)
            owner_only(archive)
            for manifest in self._vault.archive.glob("duplicity-*.manifest"):
                for folder in (self._folder, archive):
                    shutil.copyfile(manifest, folder / manifest.name)
        for name in sorted(restore_call.volumes):
            await self._bring(name)
        return msgspec.structs.replace(
            self._vault, destination=Folder(str(self._folder)), credential=None, archive=archive
        )

    async def _bring(self, bare: str) -> None:
        name = self._held.name_of(bare)
        if name is None:
            raise Failure(causes.VolumeMissing(bare))
        target = self._folder / name
        if target.exists():
            return
        size, free = self._held.contents[name], shutil.disk_usage(self._folder).free
        if size > free:
            raise Failure(causes.NoRoom(str(self._folder), size, free))
        await destinations.bring(self._vault.destination, self._vault.credential, name, target)

    def spend(self, later: Sequence[RestoreCall]) -> None:
        """Throw away what no later call needs."""
        needed = {self._held.name_of(name) for one in later for name in one.volumes}
        if self._folder.is_dir():
            for path in self._folder.glob("*.difftar*"):
                if path.name not in needed:
                    path.unlink()
