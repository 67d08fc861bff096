"""A look at a source before rsync follows its links: what would loop, what cannot be reached.

rsync with `--copy-links` follows a link to a parent folder some 40 levels deep, and forgets what it can
no longer reach; so both are found here first.
"""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools.threads import run_in_daemon_thread


class Survey(msgspec.Struct, frozen=True):
    """Paths below a source, as bytes relative to it.

    `loops` are links that lead back up their own tree. `unreachable` are folders that cannot be listed
    and links whose target is not there. `ours` are folders of this program. `too_long` are files and folders
    that no program can name where they would be copied to.
    """

    loops: tuple[bytes, ...] = ()
    unreachable: tuple[bytes, ...] = ()
    ours: tuple[bytes, ...] = ()
    too_long: tuple[bytes, ...] = ()


LONGEST = 4095
"""Bytes of a path (PATH_MAX without the end, limits.h)."""


def survey(source: Path, own: Sequence[Path] = (), copy: Path | None = None) -> Survey:
    """Walk a source, following links. `own` are folders that must never be saved, by whatever name; `copy` is
    where the source will be copied to."""
    if not source.is_dir():
        return Survey()
    loops: list[bytes] = []
    unreachable: list[bytes] = []
    ours: list[bytes] = []
    too_long: list[bytes] = []
    room = LONGEST - 1 - max(len(bytes(one)) for one in (source, copy or source))
    hidden = {_identity(bytes(folder)) for folder in own if folder.is_dir()}
    root = bytes(source)
    waiting = [(b"", tuple(_identity(bytes(folder)) for folder in source.resolve().parents))]
    while waiting:
        inside, above = waiting.pop()
        folder = os.path.join(root, inside)  # noqa: PTH118 - bytes: names need not be text
        try:
            here = _identity(folder)
            if here in hidden:
                ours.append(inside)
                continue
            if not os.access(folder, os.X_OK):  # its names can be listed, and nothing of them be reached
                unreachable.append(inside)
                continue
            for name, link in _folders(folder, inside, unreachable, too_long, room):
                if link and _identity(os.path.join(root, name)) in (here, *above):  # noqa: PTH118 - bytes
                    loops.append(name)
                else:
                    waiting.append((name, (here, *above)))
        except OSError:
            unreachable.append(inside)
    return Survey(tuple(loops), tuple(unreachable), tuple(ours), tuple(too_long))


def within(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it, whatever the two are called: links, mounted folders and the
    case of letters are seen through. What is not there yet lies where it will be made."""
    real, there = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    return any(one == there or same(one, folder) for one in (real, *real.parents))


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file or folder; not if one of them is not there."""
    try:
        return _identity(bytes(one)) == _identity(bytes(other))
    except OSError:
        return False


def file_size(path: bytes) -> int | None:
    """The bytes of a regular file; None of anything else, and of what is not there."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def settle(folder: Path, names: Iterable[str]) -> None:
    """Put these files of a folder safely on its disk, and what the folder calls them."""
    for path in (*(folder / name for name in names), folder):
        opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(opened)
        except OSError as error:
            if path != folder or error.errno != errno.EINVAL:  # some shares cannot (fsync(2))
                raise
        finally:
            os.close(opened)


def flush(folder: Path) -> None:
    """Put all that was written to the disk of a folder safely there: one call, however many files (syncfs(2),
    which Linux has and Python does not offer)."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not hasattr(libc, "syncfs"):
            os.sync()
        elif libc.syncfs(opened):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
    finally:
        os.close(opened)


def files_below(folder: Path) -> Iterator[tuple[bytes, os.stat_result]]:
    """Every path below a folder that leads to no folder, whole, and its status; links are not followed.

    What cannot be listed or looked at (it has vanished, its disk fails, its path is too long) is passed over.
    """
    return ((path, status) for path, status, is_folder in _below(folder) if not is_folder)


def folders_below(folder: Path) -> Iterator[tuple[bytes, os.stat_result]]:
    """Every folder below a folder, and every link to one, whole, and its status; as with `files_below`."""
    return ((path, status) for path, status, is_folder in _below(folder) if is_folder)


def remove(folder: Path) -> None:
    """Remove a tree, folders that may not be written to included; the deepest first, for rmtree alone calls
    itself once a level."""
    folder.chmod(0o700)
    folders = [folder]
    for path, status in folders_below(folder):
        if stat.S_ISDIR(status.st_mode):
            folders.append(Path(os.fsdecode(path)))
            folders[-1].chmod(0o700)
    for one in reversed(folders):
        shutil.rmtree(one)


async def outside(folder: Path, ours: Iterable[Path]) -> None:
    """Failure(FOLDER_IS_OURS) if a folder lies in one of ours: a run would delete what is put there.

    Failure(DISK_FAILING) if its disk does not answer, as a mount whose server has gone.
    """
    try:
        lies_inside = await run_in_daemon_thread(
            lambda: any(within(folder, one) for one in ours), _DISK_ANSWERS_S
        )
    except TimeoutError:
        raise Failure(causes.DiskFailing(str(folder))) from None
    if lies_inside:
        raise Failure(causes.FolderIsOurs(str(folder)))


_DISK_ANSWERS_S = 10.0
"""Seconds; a disk that sleeps takes some to turn."""


def copy(folder: Path, to: Path, *, leave_out: Collection[str] = ()) -> None:
    """Copy a tree to a folder that is not there yet, links followed. The first OSError ends it: that of
    shutil.copytree hides what was wrong in a list of sentences."""
    to.mkdir(mode=0o700)
    for path in folder.iterdir():
        if path.name in leave_out:
            continue
        if path.is_dir():
            copy(path, to / path.name, leave_out=leave_out)
        else:
            shutil.copy(path, to / path.name)
            set_times(bytes(to / path.name), path.stat())
    shutil.copymode(folder, to)
    set_times(bytes(to), folder.stat())


def set_times(path: bytes, status: os.stat_result) -> None:
    """Give a path the times of a status; an OSError names the path."""
    with naming(path):
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@contextlib.contextmanager
def naming(path: bytes) -> Iterator[None]:
    """Have an OSError of a call that is about a path, and does not say so, name it: `os.utime` does not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or path
        raise


def _below(folder: Path) -> Iterator[tuple[bytes, os.stat_result, bool]]:
    """Not by os.walk, which a tree of a thousand folders in each other is too deep for (before 3.12)."""
    waiting = [bytes(folder)]
    while waiting:
        for entry in _listed(waiting.pop()):
            if (status := _status(entry)) is None:
                continue
            if stat.S_ISDIR(status.st_mode):
                waiting.append(entry.path)
            yield entry.path, status, _leads_to_folder(entry)


def _status(entry: "os.DirEntry[bytes]") -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _leads_to_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _listed(folder: bytes) -> list["os.DirEntry[bytes]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def measured(
    source: Path, left_out: Callable[[bytes], bool], own: Sequence[Path] = ()
) -> Iterator[tuple[bytes, int | None]]:
    """Every file of a source, links followed, relative to it, and its size; None if it is left out.

    What cannot be read, what loops, and what is no file is passed over.
    """
    hidden = {_identity(bytes(folder)) for folder in own if folder.is_dir()}
    waiting: list[tuple[bytes, tuple[tuple[int, int], ...]]] = [(b"", ())]
    while waiting:
        inside, above = waiting.pop()
        folder = os.path.join(bytes(source), inside)  # noqa: PTH118 - bytes: names need not be text
        try:
            here = _identity(folder)
            entries = [] if here in hidden or here in above else list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            name = inside + b"/" + entry.name if inside else entry.name
            try:
                is_folder = entry.is_dir()
                if left_out(name + b"/" if is_folder else name):
                    yield name, None
                elif is_folder:
                    waiting.append((name, (here, *above)))
                elif entry.is_file():
                    yield name, entry.stat().st_size
            except OSError:
                continue


def reaching(source: Path, folders: Iterable[Path]) -> Iterator[tuple[bytes, Path]]:
    """Where inside a source one comes to one of these folders, by a link or a mount: the path there, relative
    to the source, and the folder. They are known by device and inode. Links that loop are passed over."""
    wanted: dict[tuple[int, int], Path] = {}
    for folder in folders:
        with contextlib.suppress(OSError):
            wanted.setdefault(_identity(bytes(folder)), folder)
    above = tuple(_identity(bytes(folder)) for folder in source.resolve().parents)
    waiting: list[tuple[bytes, tuple[tuple[int, int], ...]]] = [(b"", above)]
    while waiting:
        inside, above = waiting.pop()
        path = os.path.join(bytes(source), inside)  # noqa: PTH118 - bytes: names need not be text
        try:
            here = _identity(path)
            if here in above:
                continue
            if here in wanted:
                yield inside, wanted[here]
                continue
            below = [name for name, _link in _folders(path, inside, [], [], LONGEST)]
        except OSError:
            continue
        waiting += [(name, (here, *above)) for name in below]


def _folders(
    folder: bytes, inside: bytes, unreachable: list[bytes], too_long: list[bytes], room: int
) -> Iterator[tuple[bytes, bool]]:
    """The folders in a folder, and whether each is a link; links that lead nowhere are put aside, and what is
    longer than there is room for."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = inside + b"/" + entry.name if inside else entry.name
            if len(name) > room:
                too_long.append(name)
            elif entry.is_symlink():
                if _leads_nowhere(entry):
                    unreachable.append(name)
                elif entry.is_dir():
                    yield name, True
            elif entry.is_dir(follow_symlinks=False):
                yield name, False


def _leads_nowhere(link: "os.DirEntry[bytes]") -> bool:
    try:
        link.stat()
    except OSError:
        return True
    return False


def _identity(folder: bytes) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116 - bytes: names need not be text
    return status.st_dev, status.st_ino
