"""The folder that a restore writes to, from its making to the moment when it is whole.

Nothing is ever overwritten there, and nothing leaves it. Until all has come its name ends in -incomplete, and
nobody else can enter it.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.entry import Entry, EntryKind
from secretsbackup.model.event import Caution
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import is_text, shown
from secretsbackup.model.profile import Profile
from secretsbackup.model.restore_call import RestoreCall
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.tools import rsync, tree
from secretsbackup.tools.duplicity import signatures

INCOMPLETE = "-incomplete"
_ARRIVING = ".arriving"
_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX


class DestinationFolder:
    """A folder that is not whole yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._in_one = False
        self._attributes: os.stat_result | None = None

    def into(self, restore_call: RestoreCall) -> Path:
        """Where duplicity shall restore a call's path to: right to its place, so that what has come of it
        when it is cut off can be kept.

        A folder of which only some is wanted comes to one within first, and so does what duplicity's command
        line would not take as it is: what is not UTF-8, or has a variable or a control character in it.
        Everything comes to one within as well: duplicity opens the folder that it restores to, to others too.
        """
        self._in_one = restore_call.wanted == (b"",) and not any(self.folder.iterdir())
        if self._in_one:
            self._whole.mkdir(mode=0o700)
            return self._whole
        place = self._place(restore_call.path)
        if (
            restore_call.wanted != (restore_call.path,)
            or not _plain(restore_call.path)
            or os.path.lexists(place)
        ):
            return self.folder / _ARRIVING
        inside(self.folder, place)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def arrived(self, arriving: Path, restore_call: RestoreCall) -> None:
        """Move what was wanted of a call to where it is in the snapshot."""
        if self._in_one:
            self._open_up()
            return
        if arriving == self._place(restore_call.path):
            return
        for path in restore_call.wanted:
            place = self._place(path)
            inside(self.folder, place)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            came = self._came(arriving, restore_call, path)
            if not os.path.lexists(came):
                raise Failure(causes.PathNotFound(shown(path)))
            _move(bytes(came), bytes(place))
        _clear(arriving)

    def _came(self, arriving: Path, restore_call: RestoreCall, path: bytes) -> Path:
        """Where a path has come to; Failure(SNAPSHOT_UNSAFE) if a link leads there."""
        if path == restore_call.path:
            inside(self.folder, arriving)
            return arriving
        came = arriving / os.fsdecode(path[len(restore_call.path) + 1 if restore_call.path else 0 :])
        inside(arriving, came)
        return came

    def _open_up(self) -> None:
        """What came as a whole goes to its places. Failure(SNAPSHOT_UNSAFE) where there is no folder."""
        whole = self._whole
        status = whole.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise Failure(causes.SnapshotUnsafe(shown(bytes(whole))))
        whole.chmod(0o700)
        for name in os.listdir(bytes(whole)):  # noqa: PTH208 - bytes
            place = self._place(name)
            if os.path.lexists(place):
                raise Failure(causes.SnapshotUnsafe(shown(bytes(place))))
            _move(os.path.join(bytes(whole), name), bytes(place))  # noqa: PTH118 - bytes
        whole.rmdir()
        self._attributes = status

    def disarmed(self, *, keep_setuid: bool) -> Iterator[tuple[bytes, Caution]]:
        """Take away devices, pipes and sockets, which no backup of ours holds, and the right of a program to
        run as its owner, if that shall not be kept; tell which by their paths in the snapshot."""
        root = len(bytes(self.folder)) + 1
        for path, status in _files_opened(self.folder):
            kind, mode = stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode)
            if kind not in (stat.S_IFREG, stat.S_IFLNK):
                os.unlink(path)  # noqa: PTH108 - bytes: names need not be text
                yield path[root:], Caution.NOT_A_FILE
            elif kind == stat.S_IFREG and mode & _SPECIAL and not keep_setuid:
                os.chmod(path, mode & ~_SPECIAL)  # noqa: PTH101 - bytes
                yield path[root:], Caution.SETUID

    def dress(self, archives: list[Path] | None) -> None:
        """Give the folders that duplicity did not finish, or did not make, what the snapshot says of them.

        The deepest come first: what is made in a folder changes its time. A link in the place of a folder is
        left alone, for what it leads to would be dressed.
        """
        if self._in_one or not archives:
            return
        root = len(bytes(self.folder)) + 1
        every = tree.folders_below(self.folder)
        folders = {path[root:] for path, status in every if stat.S_ISDIR(status.st_mode)}
        known = signatures.attributes(archives, folders) if folders else {}
        for path in sorted(known, key=lambda one: one.count(b"/"), reverse=True):
            _dress(self._place(path), known[path])

    @property
    def finally_at(self) -> Path:
        """What it will be called once it is whole."""
        return self.folder.with_name(self.folder.name.removesuffix(INCOMPLETE))

    def finished(self) -> Path:
        """Call the folder whole: its name says so from now on, and who may enter it is as it was."""
        if kept := self._attributes:
            mode = stat.S_IMODE(kept.st_mode)
            _dress(self.folder, signatures.Attributes(mode, kept.st_uid, kept.st_gid, int(kept.st_mtime)))
        self.folder.rename(self.finally_at)
        return self.finally_at

    @property
    def empty(self) -> bool:
        """Whether no file has come."""
        found = (*tree.files_below(self.folder), *tree.folders_below(self.folder))
        return all(stat.S_ISDIR(status.st_mode) for _, status in found)

    def lacking(self, listed: Iterator[Entry]) -> Iterator[bytes]:
        """Which of these paths, folder by folder, are not there as they are listed; nothing of them is left.

        Of a folder that is not there at all the paths below it are not named. Failure(SNAPSHOT_UNSAFE) where
        a link that came, or a forged name, would have something outside be looked at, and taken away.
        """
        _clear(self.folder / _ARRIVING)
        if os.path.lexists(self._whole):
            self._open_up()
        gone, safe = b"\0", b"\0"
        for entry in listed:
            if (above := entry.path.rpartition(b"/")[0]) != safe:
                inside(self.folder, self._place(entry.path))
                safe = above
            if not entry.path.startswith(gone + b"/") and not _is_there(entry, self._place(entry.path)):
                gone = entry.path
                yield entry.path

    @property
    def _whole(self) -> Path:
        """Where everything comes to: a name that is hardly one of a backup."""
        return self.folder / self.folder.name

    def _place(self, path: bytes) -> Path:
        return Path(os.fsdecode(os.path.join(bytes(self.folder), path)))  # noqa: PTH118 - bytes


def _move(came: bytes, place: bytes) -> None:
    """Move what came to its place; to move a folder that is read-only its owner must be let write to it."""
    mode = stat.S_IMODE(os.lstat(came).st_mode)
    closed = stat.S_ISDIR(os.lstat(came).st_mode) and not mode & stat.S_IWUSR
    if closed:
        os.chmod(came, 0o700)  # noqa: PTH101 - bytes: names need not be text
    os.rename(came, place)  # noqa: PTH104 - bytes
    if closed:
        os.chmod(place, mode)  # noqa: PTH101 - bytes


def _files_opened(folder: Path) -> Iterator[tuple[bytes, os.stat_result]]:
    """Every path that is not a folder, even in folders that are closed to their owner.

    All folders have their mode and time back afterwards, whatever was taken away in them.
    """
    before = [(bytes(folder), folder.lstat())]
    for inside, folders, names in os.walk(bytes(folder)):
        for name in folders:
            path = os.path.join(inside, name)  # noqa: PTH118 - bytes: names need not be text
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                before.append((path, status))
                if status.st_mode & 0o700 != 0o700:
                    os.chmod(path, 0o700)  # noqa: PTH101 - bytes
        for name in names:
            path = os.path.join(inside, name)  # noqa: PTH118 - bytes
            yield path, os.lstat(path)
    for path, status in reversed(before):
        if os.lstat(path).st_mode != status.st_mode:
            os.chmod(path, stat.S_IMODE(status.st_mode))  # noqa: PTH101 - bytes
        if os.lstat(path).st_mtime_ns != status.st_mtime_ns:
            tree.set_times(path, status)


def _clear(arriving: Path) -> None:
    """What came in the place of a folder may be a link."""
    if arriving.is_symlink():
        arriving.unlink()
    with contextlib.suppress(OSError):
        tree.remove(arriving)


def name_at(now: datetime) -> str:
    """What the new folder of a restore is called."""
    return f"restored-{now.astimezone():%Y-%m-%d_%H-%M-%S}"


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder that a restore writes to, numbered if the name is taken."""
    if not parent.is_dir():
        raise Failure(causes.NotWritable(str(parent)))
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    free = next(one for one in names if not _taken(parent, one))
    folder = parent / f"{free}{INCOMPLETE}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Failure(causes.NotWritable(str(parent)), (str(error),)) from None
    return folder


def _taken(parent: Path, name: str) -> bool:
    return any(os.path.lexists(parent / one) for one in (name, f"{name}{INCOMPLETE}"))


def saved_with(folder: Path, profiles: Iterable[Profile]) -> str:
    """The source, of all of these profiles', in whose next backup a folder will be; "" if there is none.

    A source may hold it, or lead to it by a link somewhere inside: to find that it is walked through.
    """
    real = Path(os.path.realpath(folder.parent)) / folder.name
    for profile in profiles:
        for source in profile.sources:
            patterns = Patterns(rsync.excludes(profile.exclude, source))
            if any(not patterns.exclude(path + b"/") for path in _in_source(real, Path(source.path))):
                return source.path
    return ""


def _in_source(real: Path, root: Path) -> Iterator[bytes]:
    """What a folder is called inside a source, in every way that leads there."""
    if above := next((one for one in real.parents if tree.same(one, root)), None):
        yield bytes(real.relative_to(above))
    elif root.is_dir():
        for path, reached in tree.reaching(root, real.parents):
            yield os.path.join(path, bytes(real.relative_to(reached)))  # noqa: PTH118 - bytes


def room(parent: Path, size: int) -> None:
    """Failure(NO_ROOM) if what is known to come does not fit; (NOT_UTF8) if duplicity cannot go there."""
    if not parent.is_dir():
        raise Failure(causes.NotWritable(str(parent)))
    if not is_text(os.path.realpath(parent)):  # duplicity reads the name of its target as UTF-8 (3.2)
        raise Failure(causes.NotUtf8(str(parent)))
    free = shutil.disk_usage(parent).free
    if size > free:
        raise Failure(causes.NoRoom(str(parent), size, free))


def inside(folder: Path, path: Path) -> None:
    """Failure(SNAPSHOT_UNSAFE) if a restored link would lead what is written at a path out of its folder."""
    really = Path(os.path.realpath(path.parent))
    if not really.is_relative_to(Path(os.path.realpath(folder.parent)) / folder.name):
        raise Failure(causes.SnapshotUnsafe(shown(bytes(path))))


def measured(folder: Path) -> tuple[int, int]:
    """How many files a tree has, and their bytes."""
    files = size = 0
    for _, status in tree.files_below(folder):
        files, size = files + 1, size + status.st_size
    return files, size


def _plain(path: bytes) -> bool:
    """Whether a path is text that nobody takes for something else."""
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not any(sign in text for sign in "$~\\")


def _is_there(entry: Entry, path: Path) -> bool:
    """Whether a path is whole, which its time tells: duplicity sets that last. What is not is removed."""
    try:
        status = path.lstat()
    except OSError:
        return False
    folder = stat.S_ISDIR(status.st_mode)
    if folder or entry.what is EntryKind.FOLDER:
        if folder and entry.what is EntryKind.FOLDER:
            return True
        tree.remove(path) if folder else path.unlink()
        return False
    if entry.what is EntryKind.LINK and stat.S_ISLNK(status.st_mode):
        return True  # it is made whole or not at all, and duplicity gives it no time
    timely = int(status.st_mtime) == int(entry.modified.timestamp())
    sized = entry.what is not EntryKind.FILE or entry.least <= status.st_size <= entry.most
    if not (timely and sized):
        path.unlink()
    return timely and sized


def _dress(folder: Path, wanted: signatures.Attributes) -> None:
    if os.geteuid() == 0:
        os.chown(folder, wanted.owner, wanted.group, follow_symlinks=False)
    folder.chmod(wanted.mode)
    with tree.naming(bytes(folder)):
        os.utime(folder, (wanted.modified, wanted.modified))
