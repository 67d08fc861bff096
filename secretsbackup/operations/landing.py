"""Landing: the folder that a restore writes to, from its making to the moment when it is whole.

Nothing is ever overwritten there, and nothing leaves it. Its name ends in -incomplete until all has come.
"""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from secretsbackup.model.entry import Entry, What
from secretsbackup.model.errand import Errand
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.paths import is_text, shown
from secretsbackup.tools import tree
from secretsbackup.tools.duplicity import signatures

INCOMPLETE = "-incomplete"
_ARRIVING = ".arriving"


class Landing:
    """A folder that is not whole yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._in_one = False

    def into(self, errand: Errand) -> Path:
        """Where duplicity shall restore an errand's path to: right to its place, so that what has come of it
        when it is cut off can be kept.

        A folder of which only some is wanted comes to one within first, and so does what duplicity's command
        line would not take as it is: what is not UTF-8, or has a variable or a control character in it.
        """
        self._in_one = errand.wanted == (b"",) and not any(self.folder.iterdir())
        if self._in_one:
            return self.folder
        place = self._place(errand.path)
        if errand.wanted != (errand.path,) or not _plain(errand.path) or os.path.lexists(place):
            return self.folder / _ARRIVING
        inside(self.folder, place)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def arrived(self, arriving: Path, errand: Errand) -> None:
        """Move what was wanted of an errand to where it is in the snapshot."""
        if arriving in (self.folder, self._place(errand.path)):
            return
        for path in errand.wanted:
            place = self._place(path)
            inside(self.folder, place)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            came = self._came(arriving, errand, path)
            if not os.path.lexists(came):
                raise Failure(Reason.PATH_NOT_FOUND, shown(path))
            came.rename(place)
        _clear(arriving)

    def _came(self, arriving: Path, errand: Errand, path: bytes) -> Path:
        """Where a path has come to; Failure(SNAPSHOT_UNSAFE) if a link leads there."""
        if path == errand.path:
            inside(self.folder, arriving)
            return arriving
        came = arriving / os.fsdecode(path[len(errand.path) + 1 if errand.path else 0 :])
        inside(arriving, came)
        return came

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

    def finished(self) -> Path:
        """It is whole: its name says so from now on."""
        whole = self.folder.with_name(self.folder.name.removesuffix(INCOMPLETE))
        self.folder.rename(whole)
        return whole

    @property
    def empty(self) -> bool:
        """Whether no file has come."""
        return not any(path.is_file() or path.is_symlink() for path in self.folder.rglob("*"))

    def lacking(self, listed: Iterator[Entry]) -> Iterator[bytes]:
        """Which of these paths, folder by folder, are not there as they are listed; nothing of them is left.

        Of a folder that is not there at all the paths below it are not named. Failure(SNAPSHOT_UNSAFE) where
        a link that came, or a forged name, would have something outside be looked at, and taken away.
        """
        _clear(self.folder / _ARRIVING)
        gone, safe = b"\0", b"\0"
        for entry in listed:
            if (above := entry.path.rpartition(b"/")[0]) != safe:
                inside(self.folder, self._place(entry.path))
                safe = above
            if not entry.path.startswith(gone + b"/") and not _is_there(entry, self._place(entry.path)):
                gone = entry.path
                yield entry.path

    def _place(self, path: bytes) -> Path:
        return Path(os.fsdecode(os.path.join(bytes(self.folder), path)))  # noqa: PTH118 - bytes


def _clear(arriving: Path) -> None:
    """What came in the place of a folder may be a link."""
    if arriving.is_symlink():
        arriving.unlink()
    shutil.rmtree(arriving, ignore_errors=True)


def name_at(now: datetime) -> str:
    """What the new folder of a restore is called."""
    return f"restored-{now.astimezone():%Y-%m-%d_%H-%M-%S}"


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder that a restore writes to, numbered if the name is taken."""
    if not parent.is_dir():
        raise Failure(Reason.NOT_WRITABLE, str(parent))
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    free = next(one for one in names if not _taken(parent, one))
    folder = parent / f"{free}{INCOMPLETE}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Failure(Reason.NOT_WRITABLE, str(parent), (str(error),)) from None
    return folder


def _taken(parent: Path, name: str) -> bool:
    return any(os.path.lexists(parent / one) for one in (name, f"{name}{INCOMPLETE}"))


def outside(folder: Path, ours: Iterable[Path]) -> None:
    """Failure(FOLDER_IS_OURS) if a folder lies in one of ours: a run would delete what is put there."""
    if any(tree.within(folder, one) for one in ours):
        raise Failure(Reason.FOLDER_IS_OURS, str(folder))


def room(parent: Path, size: int) -> None:
    """Failure(NO_ROOM) if what is known to come does not fit; (NOT_UTF8) if duplicity cannot go there."""
    if not parent.is_dir():
        raise Failure(Reason.NOT_WRITABLE, str(parent))
    if not is_text(os.path.realpath(parent)):  # duplicity reads the name of its target as UTF-8 (3.2)
        raise Failure(Reason.NOT_UTF8, str(parent))
    free = shutil.disk_usage(parent).free
    if size > free:
        raise Failure(Reason.NO_ROOM, f"{parent} {size} {free}")


def inside(folder: Path, path: Path) -> None:
    """Failure(SNAPSHOT_UNSAFE) if a restored link would lead what is written at a path out of its folder."""
    really = Path(os.path.realpath(path.parent))
    if not really.is_relative_to(Path(os.path.realpath(folder.parent)) / folder.name):
        raise Failure(Reason.SNAPSHOT_UNSAFE, shown(bytes(path)))


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
    if folder or entry.what is What.FOLDER:
        if folder and entry.what is What.FOLDER:
            return True
        shutil.rmtree(path) if folder else path.unlink()
        return False
    if entry.what is What.LINK and stat.S_ISLNK(status.st_mode):
        return True  # it is made whole or not at all, and duplicity gives it no time
    timely = int(status.st_mtime) == int(entry.modified.timestamp())
    sized = entry.what is not What.FILE or entry.least <= status.st_size <= entry.most
    if not (timely and sized):
        path.unlink()
    return timely and sized


def _dress(folder: Path, wanted: signatures.Attributes) -> None:
    if os.geteuid() == 0:
        os.chown(folder, wanted.owner, wanted.group, follow_symlinks=False)
    folder.chmod(wanted.mode)
    os.utime(folder, (wanted.modified, wanted.modified))
