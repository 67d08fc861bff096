"""Guards: what a backup looks at before anything is sent. Each stops the run, or explains itself.

They look after the stage was made like the sources: the stage is a mirror and nothing more, what must not
be lost is at the destination. So gone and changed are measured against the newest snapshot and not against
the stage of before: the answer is the same however often it is asked, after a run that was cut off as well,
and it goes away by itself once the right disk is mounted again.
"""

import asyncio
import os
import shutil
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.backup_options import Allowed
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Folder, url
from secretsbackup.model.entry import EntryKind
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import history, notes
from secretsbackup.store.history import place_of
from secretsbackup.tools import destinations, duplicity, encrypted, gnupg, keychain, rsync, tree
from secretsbackup.tools.duplicity import Repository, files, signatures
from secretsbackup.tools.encrypted import OpenResult
from secretsbackup.tools.rsync import Collected
from secretsbackup.tools.tree import Survey

_GB = 10**9
_FEW = 10
"""Files: whoever replaces fewer of them is tidying up."""
_PLENTY = 10 * _GB
"""Bytes that are free: more rarely comes to a stage at once, so nobody is asked how much it will be."""
_SHRINKS = 0.5
"""What encryption and compression leave of a file where nothing is known yet; pictures shrink less."""


async def before_sending(
    run: Run,
    repository: Repository,
    held: Contents,
    collected: Collected,
    allowed: Allowed,
    *,
    left_over: bool,
) -> None:
    """Skip the run where much more is new, gone or changed than usual: a yes is wanted.

    `left_over` says that an earlier run collected what it did not send: the counts of this one are not all.
    """
    if not held.chains or held.broken:
        return
    profile = run.profile
    lost = (
        collected.deleted + collected.replaced
    ) * 100 > profile.ask_above_changed_percent * collected.files
    much = collected.changed_bytes > profile.ask_above_new_gb * _GB
    wanted: list[Cause] = []
    if profile.ask_above_changed_percent and not allowed.many_changes and (lost or left_over):
        wanted += await asyncio.to_thread(_upheaval, run, repository, held)
    if profile.ask_above_new_gb and not allowed.large and (much or left_over):
        wanted += await asyncio.to_thread(_surge, run, repository, held)
    if wanted:
        raise Skip(*wanted)


def _upheaval(run: Run, repository: Repository, held: Contents) -> list[Cause]:
    """UPHEAVAL with “GONE CHANGED ALL” if too many files of the newest snapshot are gone or changed."""
    known = _saved(run.profile, repository, held)
    stage = bytes(run.home.stage(run.profile))
    changed = 0
    every = len(known)
    for path, status in tree.files_below(run.home.stage(run.profile)):
        saved = known.pop(path[len(stage) + 1 :], None)
        changed += saved is not None and saved != int(status.st_mtime)
    gone = len(known)
    if gone + changed <= _FEW or (gone + changed) * 100 <= run.profile.ask_above_changed_percent * every:
        return []
    return [causes.Upheaval(gone, changed, every)]


def _saved(profile: Profile, repository: Repository, held: Contents) -> dict[bytes, int]:
    """The files of the newest snapshot that the profile still wants, and their times; none where the archive
    folder does not say."""
    archives = signatures.archives(repository.archive, held.whole[-1].stamp) or []
    excluded = {
        os.fsencode(source.label): Patterns(rsync.excludes(profile.exclude, source))
        for source in profile.sources
    }
    found: dict[bytes, int] = {}
    try:
        for seen in signatures.state(archives):
            label, _, inside = seen.path.partition(b"/")
            wanted = b"." in excluded or (label in excluded and not excluded[label].exclude(inside))
            if seen.what is EntryKind.FILE and wanted:
                found[seen.path] = seen.modified
    except (OSError, EOFError, tarfile.TarError):
        return {}
    return found


def _surge(run: Run, repository: Repository, held: Contents) -> list[Cause]:
    """SURGE with “NEW LARGEST PATH” if more than the profile wants is new since the newest snapshot.

    A stage may be younger than what was sent before, from another machine: what the snapshot has as it is
    there is not new, and while the archive folder is cold nobody can say.
    """
    if signatures.archives(repository.archive, held.whole[-1].stamp) is None:
        return []
    known, stage = _saved(run.profile, repository, held), bytes(run.home.stage(run.profile))
    end = held.chains[-1].end
    since = end.timestamp() if end <= run.began else 0.0  # a time to come says nothing
    new, largest = 0, (0, b"")
    for path, status in tree.files_below(run.home.stage(run.profile)):
        saved = known.get(path[len(stage) + 1 :]) == int(status.st_mtime)
        if status.st_ctime >= since and stat.S_ISREG(status.st_mode) and not saved:
            new += status.st_size
            largest = max(largest, (status.st_size, path))
    if new <= run.profile.ask_above_new_gb * _GB:
        return []
    return [causes.Surge(new, largest[0], _origin(run, largest[1]))]


def _origin(run: Run, path: bytes) -> str:
    """Where a file of the stage came from."""
    stage = run.home.stage(run.profile)
    for source in run.profile.sources:
        target = bytes(stage / source.label)
        if path == target or path.startswith(target + b"/"):
            return shown(os.fsencode(source.path) + path[len(target) :])
    return shown(path)


async def key_fits(run: Run, repository: Repository, held: Contents) -> bool:
    """Try key and passphrase on the newest manifest, once for each; False if another key sealed it.

    One chain, one key: who restores it has one passphrase to give. Failure: PASSPHRASE_WRONG if the keychain
    holds one that does not open it, since a backup that cannot be opened is none; SEALED_BY_PASSPHRASE or
    NOT_SEALED if it is another program's.
    """
    name = files.newest_manifest(held.contents)
    mark = f"{run.profile.key} {name}"
    if name is None or notes.read(run.home, run.profile.name).tried == mark:
        return True
    if not files.is_sealed(name):
        raise Failure(causes.NotSealed(url(repository.destination)))
    phrase = await _kept_passphrase(run.profile)
    try:
        content = await destinations.fetch(repository.destination, repository.credential, name)
    except Failure:
        return True  # whoever sends next has a better word for what is wrong there
    await gnupg.start_agent()
    match await encrypted.try_to_open(content, run.profile.key, phrase):
        case OpenResult.WRONG_PASSPHRASE:
            raise Failure(causes.PassphraseWrong(run.profile.key))
        case OpenResult.OTHER_KEY:
            return False
        case OpenResult.BY_PASSPHRASE:
            raise Failure(causes.SealedByPassphrase(url(repository.destination)))
        case OpenResult.YES if phrase:
            notes.update(run.home, run.profile.name, tried=mark)
    return True


async def _kept_passphrase(profile: Profile) -> Secret | None:
    try:
        return await keychain.get(profile.name, SecretName.GPG_PASSPHRASE)
    except Failure:
        return None


async def room_to_collect(run: Run, program: Path, trees: Sequence[Survey]) -> None:
    """Failure(NO_ROOM) if the stage would certainly not fit: found before hours of copying, not after."""
    stage = run.home.stage(run.profile)
    new, free = not stage.is_dir(), _free(stage)
    if free > _used(run.profile) or not (new or free < _PLENTY):
        return
    grown = 0
    for source, seen in zip(run.profile.sources, trees, strict=True):
        grown += await rsync.growth(program, source, stage, exclude=run.profile.exclude, seen=seen)
    if grown > free:
        raise Failure(causes.NoRoom(str(stage), grown, free))


def room_to_send(run: Run, repository: Repository, held: Contents, coming: int) -> None:
    """Failure(NO_ROOM) or (DESTINATION_FULL) if so many bytes have no place to be packed, or to go to."""
    packing, free = min(coming, 3 * duplicity.VOLUME_MIB << 20), _free(repository.temporary)
    if packing > free:
        raise Failure(causes.NoRoom(str(repository.temporary), packing, free))
    if isinstance(repository.destination, Folder):
        stored, free = int(coming * _shrinks(run, held)), _free(Path(repository.destination.path))
        if stored > free:
            raise Failure(causes.DestinationFull(repository.destination.path, stored, free))


def _shrinks(run: Run, held: Contents) -> float:
    """What a byte takes at the destination, by the newest full snapshot that was made from here."""
    known = history.snapshot_sizes(run.home, place_of(run.profile.destination))
    for chain in reversed(held.sound):
        full = chain.snapshots[0]
        if (size := known.get(full.stamp, (0, 0))[1]) > 0:
            return min(1.0, full.size / size)
    return _SHRINKS


def _free(folder: Path) -> int:
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    return shutil.disk_usage(there).free


def _used(profile: Profile) -> int:
    """More than the sources can hold, unless they link to other disks: all that is on theirs."""
    return sum(shutil.disk_usage(path).used for path in dict(_disks(profile)).values())


def _disks(profile: Profile) -> Iterator[tuple[int, str]]:
    for source in profile.sources:
        yield Path(source.path).stat().st_dev, source.path
