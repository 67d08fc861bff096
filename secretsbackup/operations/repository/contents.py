"""Holdings: what a destination holds, held against what the archive folder says must be there."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Folder
from secretsbackup.model.encryption import Encryption, encryption_of
from secretsbackup.model.event import Caution, ChainLost, Loss, Warned
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.snapshot import Chain, Snapshot
from secretsbackup.model.status import DAMAGE
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import archives, history
from secretsbackup.store.history import place_of
from secretsbackup.tools import destinations, encrypted, gnupg
from secretsbackup.tools.duplicity import Repository, files


class Contents(msgspec.Struct, frozen=True):
    """`chains` are those with a whole full snapshot, oldest first; `damaged` those with a known hole;
    `frozen` are the files that must be brought back before they can be read."""

    contents: dict[str, int]
    chains: tuple[Chain, ...]
    damaged: frozenset[str]
    warm: bool
    frozen: frozenset[str] = frozenset()

    @property
    def sound(self) -> tuple[Chain, ...]:
        """The chains that can be restored as far as is known."""
        return tuple(chain for chain in self.chains if chain.snapshots[0].stamp not in self.damaged)

    @property
    def broken(self) -> bool:
        """Whether nothing may be built on the newest chain."""
        return bool(self.chains) and self.chains[-1] not in self.sound

    @property
    def whole(self) -> tuple[Snapshot, ...]:
        """The whole snapshots, oldest first."""
        found = (one for chain in self.chains for one in chain.snapshots if one.whole)
        return tuple(sorted(found, key=lambda snapshot: snapshot.time))

    def chain_of(self, snapshot: Snapshot) -> Chain:
        """The chain that a snapshot stands in."""
        return snapshots.chain_of(self.chains, snapshot)

    def name_of(self, bare: str) -> str | None:
        """A file's name at the destination, by what it is called there before it is encrypted."""
        return next((name for name in (f"{bare}.gpg", bare, f"{bare}.gz") if name in self.contents), None)

    def size_of(self, bare: str) -> int:
        """The bytes of a file at the destination; 0 if it is not there."""
        return self.contents.get(self.name_of(bare) or "", 0)

    def since(self, before: "Contents") -> tuple[Snapshot, ...]:
        """The whole snapshots that were not there before, oldest first."""
        old = {snapshot.stamp for snapshot in before.whole}
        return tuple(snapshot for snapshot in self.whole if snapshot.stamp not in old)


async def audit(run: Run, repository: Repository) -> Contents:
    """List the destination and audit it.

    A hole that was not known is remembered and is a Failure(VOLUME_MISSING): whoever reads it knows that
    the next run starts anew. A folder that has lost all it held is an absent disk: Skip(DESTINATION_AWAY).
    """
    here = place_of(repository.destination)
    contents, frozen = await _contents(run, repository)
    known = history.known_sizes(run.home, here)
    sets = await asyncio.to_thread(files.finished, repository.archive, known)
    _remember(run, repository, files.audit(sets, contents, known), files.starts(sets))
    held = _held(run, repository, contents, frozen)
    _know(run, repository, held, known)
    return held


async def listing(run: Run, repository: Repository) -> Contents:
    """List the destination without judging it: what can still be read may be read."""
    return _held(run, repository, *await _contents(run, repository))


async def readable(repository: Repository, held: Contents, names: Iterable[str]) -> None:
    """Failure(FROZEN) if one of these files must be brought back before it can be read."""
    frozen = sorted(held.frozen.intersection(names))
    if first := await destinations.still_frozen(repository.destination, repository.credential, frozen):
        raise Failure(causes.Frozen(first, len(frozen) - 1))


async def can_begin(
    repository: Repository, held: Contents, snapshot: Snapshot, *, whole: bool = False
) -> None:
    """Failure(FROZEN) if what a snapshot is read by must be brought back first: the manifests and signatures
    that are not here, and of a `whole` one its volumes. To be asked before a passphrase, which opens none.

    Failure(CARD_MISSING) if what it was encrypted to is on a card that is not in a reader.
    """
    needed = files.of_sets(held.contents, files.sets(held.chain_of(snapshot), snapshot))
    await readable(repository, held, needed if whole else lacking(repository, needed))
    if encryption_of(repository.key) is Encryption.KEY and await gnupg.has_card(repository.key):
        manifest = files.manifest_of(held.contents, snapshot.stamp)
        content = await destinations.fetch(repository.destination, repository.credential, manifest)
        await encrypted.meet_card(content, repository.key)


def lacking(repository: Repository, names: Iterable[str]) -> list[str]:
    """The manifests and signatures of these that the archive folder does not have."""
    here = {files.bare(path.name) for path in files.in_folder(repository.archive)}
    parsed = ((name, files.parse(name)) for name in names)
    return [name for name, one in parsed if one and not one.volume and files.bare(name) not in here]


def named(first: str, count: int) -> str:
    """A file's name, and how many more there are."""
    return f"{first} and {count - 1} more" if count > 1 else first


def tell_frozen(run: Run, held: Contents) -> None:
    """Warn of backups that cannot be restored at once."""
    if frozen := sorted(name for name in held.frozen if files.parse(name)):
        cause = causes.Frozen(frozen[0], len(frozen) - 1)
        run.tell(Warned(caution=Caution.FROZEN, path=frozen[0], cause=cause))


@contextlib.contextmanager
def judging(run: Run, repository: Repository, held: Contents, snapshot: Snapshot) -> Iterator[None]:
    """Remember a snapshot's chain as damaged if what is done with it finds that: the next backup starts anew.

    Of a chain that nothing new is built on it is Failure(OLDER_DAMAGED): the newest is as safe as it was.
    """
    try:
        yield
    except Failure as failure:
        if failure.reason not in DAMAGE:
            raise
        chain = held.chain_of(snapshot)
        lose(run, repository, [chain.snapshots[0].stamp], "damaged")
        if chain is held.chains[-1]:
            raise
        raise Failure(_older(failure.cause), failure.last_lines) from None


def _older(cause: Cause) -> Cause:
    match cause:
        case causes.VolumeMissing(file=file, more=more):
            return causes.OlderDamaged(file, more)
        case causes.VolumeCorrupt(file=file) | causes.SampleDiffers(path=file):
            return causes.OlderDamaged(file)
        case _:
            return causes.OlderDamaged()


def lose(run: Run, repository: Repository, starts: Iterable[str], how: Loss) -> None:
    """Tell of lost chains, so that the journal knows them too, and remember them."""
    here = place_of(repository.destination)
    lost = [ChainLost(chain=start, place=here, how=how) for start in starts]
    for one in lost:
        run.tell(one)
    history.lose_chains(run.home, lost)


def _held(run: Run, repository: Repository, contents: dict[str, int], frozen: frozenset[str]) -> Contents:
    chains = tuple(chain for chain in files.chains(contents) if chain.snapshots[0].whole)
    lost = history.lost_chains(run.home, place_of(repository.destination))
    damaged = frozenset(start for start, how in lost.items() if how == "damaged")
    return Contents(contents, chains, damaged, files.warm(repository.archive, contents), frozen)


async def _contents(run: Run, repository: Repository) -> tuple[dict[str, int], frozenset[str]]:
    known = history.known_sizes(run.home, place_of(repository.destination))
    away = isinstance(repository.destination, Folder) and bool(known)
    try:
        contents, frozen = await destinations.listing(repository.destination, repository.credential)
    except Failure as failure:
        if away and isinstance(failure.cause, causes.DestinationMissing):
            raise Skip(causes.DestinationAway(failure.cause.place)) from None
        raise
    if away and not any(files.parse(name) for name in contents):
        assert isinstance(repository.destination, Folder)
        raise Skip(causes.DestinationAway(repository.destination.path))
    if not known:
        await asyncio.to_thread(archives.learn, run.home, run.profile, contents)
    return contents, frozen


def _remember(
    run: Run, repository: Repository, holes: Iterable[files.MissingFile], starts: Mapping[files.Set, str]
) -> None:
    lost = history.lost_chains(run.home, place_of(repository.destination))
    new = [hole for hole in holes if starts[hole.belongs] not in lost]
    if new:
        lose(run, repository, dict.fromkeys(starts[hole.belongs] for hole in new), "damaged")
        lines = tuple(f"{'missing' if hole.missing else 'wrong size'}: {hole.name}" for hole in new)
        raise Failure(causes.VolumeMissing(new[0].name, len(new) - 1), lines[:50])


def _know(run: Run, repository: Repository, held: Contents, known: Mapping[str, int]) -> None:
    """Remember the sizes of what is finished and not known, as after the database was lost: by them the next
    look finds what was cut short, and that a drive is away."""
    stamps = {snapshot.stamp for snapshot in held.whole}
    parsed = ((name, files.parse(name)) for name in files.sizes(held.contents).keys() - known.keys())
    new = {name: held.contents[name] for name, its in parsed if its and its.belongs.time in stamps}
    if new:
        history.know_sizes(run.home, place_of(repository.destination), {**known, **new})


def chosen(chains: tuple[Chain, ...], at: datetime | None) -> Snapshot:
    """The snapshot to take, without a time the newest, even if it was made by a clock that was ahead;
    Failure(NO_SNAPSHOT) if none is that old."""
    found = snapshots.at(chains, at)
    if found is None:
        raise no_snapshot(at)
    return found


def no_snapshot(at: datetime | None) -> Failure:
    """The Failure where no snapshot is of this time or older, or none is there at all. A time to come is told
    as now."""
    now = datetime.now(UTC)
    return Failure(causes.NoSnapshot(min(at, now).replace(microsecond=0) if at else None))
