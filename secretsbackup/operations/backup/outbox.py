"""Outbox: what was collected is what is sent. The names of all that changed in the stage are held against the
signatures of what duplicity sent; what it would take for unchanged is known before, and sent all the same.
"""

import contextlib
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.snapshot import Snapshot, SnapshotKind
from secretsbackup.operations.backup import staleness
from secretsbackup.operations.backup.staleness import Known, Look
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import outbox, stage_state
from secretsbackup.store.boundary import open_file
from secretsbackup.store.outbox import Item
from secretsbackup.tools import tree
from secretsbackup.tools.duplicity import signatures
from secretsbackup.tools.rsync import Change


class ChangeRecorder:
    """Takes down what a collect changes in the stage; on the disk: a first one may have a million files."""

    def __init__(self, run: Run, known: Known, look: Look) -> None:
        self._run, self._known, self._stale = run, known, look.stale
        self._reader = staleness.StageFiles(run.home.stage(run.profile), run.profile.sources)
        self._earlier = {hash(item.path) for item in outbox.read(run.home, run.profile.name)}
        self._earlier |= {hash(path) for path in look.arrived}
        self._path = outbox.spool(run.home, run.profile.name)
        self._file = os.fdopen(open_file(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb")
        self.no_files: list[bytes] = []
        for path in look.arrived:
            self.put(path, hidden=True)

    def put(self, path: bytes, *, hidden: bool = False) -> None:
        """Take down one path, relative to the stage."""
        outbox.write(self._file, Item(path, hidden))

    def changed(self, change: Change) -> None:
        """Take down what rsync did."""
        if change.no_file:
            self.no_files.append(change.path)
        else:
            self.put(change.path, hidden=self._is_hidden(change))

    def _is_hidden(self, change: Change) -> bool:
        """Whether it may look to duplicity like what was sent last: that is what was staged before, unless
        this was not sent, or the stage was lost."""
        if change.same_second or change.path in self._stale or hash(change.path) in self._earlier:
            return True
        return change.new and change.copied and self._reader.is_another(self._known, change.path)

    def close(self, timeless: Sequence[bytes]) -> None:
        """Have the outbox hold it all, durably; `timeless` files all have the same time for duplicity."""
        for path in timeless:
            self.put(path, hidden=True)
        self._file.close()
        home, name = self._run.home, self._run.profile.name
        if self._path.stat().st_size:
            outbox.replace(home, name, _both(outbox.read(home, name), outbox.read_from(self._path)))
        self._path.unlink()


def _both(first: Iterator[Item], second: Iterator[Item]) -> Iterator[Item]:
    yield from first
    yield from second


class Sent(msgspec.Struct, frozen=True):
    """What snapshots hold that is new, as their signatures name it: how many files, and their bytes (`size`).

    `missing` is what was collected and is not in them, or not as it was collected.
    """

    files: int = 0
    size: int = 0
    missing: tuple[bytes, ...] = ()


def held_against(
    run: Run, archive: Path, made: Sequence[Snapshot], misread: Collection[bytes] = ()
) -> Sent | None:
    """Hold what these snapshots were sent with against the stage and the outbox; None if the archive folder
    does not tell. `misread` are files that are not in them as their signatures say."""
    stage = bytes(run.home.stage(run.profile)) + b"/"
    named: set[int] = set()
    missing = {*misread}
    files = size = 0
    for snapshot in reversed(made):
        archives = signatures.archives(archive, snapshot.stamp)
        if not archives:
            return None
        later = named.copy()
        for seen in signatures.changes(archives[-1]):
            named.add(hash(seen.path))
            if seen.what not in (EntryKind.FILE, None) or hash(seen.path) in later:
                continue
            staged = _status(stage + seen.path)
            if seen.what is None:  # what duplicity cannot list is gone to it
                missing |= {seen.path} if staged else set()
            elif staged and stat.S_ISREG(staged.st_mode) and seen.least <= staged.st_size <= seen.most:
                files, size = files + 1, size + staged.st_size
            else:
                missing.add(seen.path)
    if any(snapshot.kind is SnapshotKind.FULL for snapshot in made):
        missing |= _unnamed(run.home.stage(run.profile), named)
    left = {item for item in outbox.read(run.home, run.profile.name) if hash(item.path) not in named}
    missing |= _not_there(archive, made[-1], stage, left) if left else set()
    return Sent(files, size, tuple(sorted(missing)))


def _unnamed(stage: Path, named: Collection[int]) -> set[bytes]:
    """The files of a stage that no set names, although one is of all."""
    start = len(bytes(stage)) + 1
    return {path[start:] for path, _ in tree.files_below(stage) if hash(path[start:]) not in named}


def _not_there(archive: Path, snapshot: Snapshot, stage: bytes, items: set[Item]) -> set[bytes]:
    """The items that a snapshot has otherwise than the stage, although its own set names none."""
    expected = {item.path: _status(stage + item.path) for item in items}
    missing = {item.path for item in items if item.hidden and _is_file(expected[item.path])}
    there = {
        seen.path: seen
        for seen in signatures.state(signatures.archives(archive, snapshot.stamp) or [])
        if seen.path in expected
    }
    return missing | {path for path, status in expected.items() if not _is_as(there.get(path), status)}


def _is_as(seen: SeenEntry | None, status: os.stat_result | None) -> bool:
    if seen is None or status is None:
        return (seen is None) == (status is None)
    if not _is_file(status):
        return (seen.what is EntryKind.FOLDER) == stat.S_ISDIR(status.st_mode)
    same_time = seen.modified == max(int(status.st_mtime), 0)
    return seen.what is EntryKind.FILE and same_time and seen.least <= status.st_size <= seen.most


def _is_file(status: os.stat_result | None) -> bool:
    return status is not None and stat.S_ISREG(status.st_mode)


def _status(path: bytes) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None


def hidden(run: Run) -> set[bytes]:
    """The paths that duplicity may take for unchanged although they are not."""
    return outbox.hidden(run.home, run.profile.name)


def whole(run: Run) -> set[bytes]:
    """The files of which no difference from what was sent before may be sent."""
    return outbox.whole(run.home, run.profile.name)


def misread(run: Run, path: bytes) -> None:
    """Leave to the next run a file of which less was sent than there is, whatever comes of this one."""
    with contextlib.suppress(Failure):  # who sends knows it as well, and says more at the end
        outbox.add(run.home, run.profile.name, Item(path, hidden=True, whole=True))


def settle(run: Run, missing: Sequence[bytes]) -> None:
    """Warn of what was not sent, and leave it to the next run; all else is sent."""
    home, name = run.home, run.profile.name
    if not missing:
        outbox.empty(home, name)
        return
    outbox.replace(home, name, _again(missing))
    _warn(run, missing)


def _again(paths: Sequence[bytes]) -> Iterator[Item]:
    """What is to be sent again, as a whole: what signatures say of it may not be what was sent."""
    return (Item(path, hidden=True, whole=True) for path in paths)


def keep_missing(run: Run, missing: Sequence[bytes]) -> bool:
    """Have the outbox hold what is still to be sent; False if it was not known what there was to send."""
    home, name = run.home, run.profile.name
    known = home.outbox(name).exists()
    if known:
        outbox.replace(home, name, _again(missing))
    return known


def not_sent(run: Run, paths: Sequence[bytes]) -> None:
    """Warn of what a snapshot turned out to lack, and have the next run send it, whatever it looks like."""
    home, name = run.home, run.profile.name
    outbox.replace(home, name, _both(outbox.read(home, name), _again(paths)))
    if before := stage_state.read(home, run.profile):
        stage_state.keep(home, run.profile, msgspec.structs.replace(before, unsent=True))
    _warn(run, paths)


def _warn(run: Run, paths: Sequence[bytes]) -> None:
    """Say where each of these came from."""
    stage = run.home.stage(run.profile)
    reader = staleness.StageFiles(stage, run.profile.sources)
    for path in paths:
        where = shown(reader.path_of(path) or bytes(stage) + b"/" + path)
        run.tell(Warned(caution=Caution.NOT_SENT, path=where))
