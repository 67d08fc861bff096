"""The boundary to our own files: nothing in their place holds us up, and every OSError becomes a Failure that
names the file and its cause.

Who owns a file, and whether its disk can be written to, is asked only once something has gone wrong.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.system_errors import DISK, LIMITS, REFUSALS, Named, refusal

_T = TypeVar("_T")
_ANYWHERE = {*LIMITS, *DISK, errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""What says enough without a file's name, which a failed write does not know."""


def failure(
    error: OSError, path: Path | None = None, otherwise: Named = causes.FileUnusable
) -> Failure | None:
    """What stands in the way of `path`, or of the file that the error names itself, as a cause.

    None where it names neither a cause nor a file: that is no answer of the system's.
    """
    at = path if path is not None else _named(error)
    about = shown(os.fsencode(at)) if at else ""
    lines = (str(error),)
    if error.errno is None or (at is None and error.errno not in _ANYWHERE):
        return None
    if error.errno in (*LIMITS, *REFUSALS):
        return Failure(refusal(error.errno, about), lines)
    assert at is not None
    if error.errno in (errno.EACCES, errno.EPERM) and (others := _of_somebody_else(at)):
        return Failure(causes.NotYours(_owner(others), shown(os.fsencode(_to_give_back(others)))), lines)
    if otherwise is causes.FileUnusable:
        return Failure(causes.FileUnusable(about, os.strerror(error.errno)), lines)
    return Failure(otherwise(about), lines)


def _named(error: OSError) -> Path | None:
    name = error.filename
    return Path(os.fsdecode(name)) if isinstance(name, str | bytes) and name else None


@contextlib.contextmanager
def bounded(path: Path, otherwise: Named = causes.FileUnusable) -> Iterator[None]:
    """Whatever the system answers in this block about `path` becomes a Failure."""
    try:
        yield
    except OSError as error:
        raise failure(error, path, otherwise) or Failure(otherwise(str(path)), (str(error),)) from None


def open_file(path: Path, flags: int) -> int:
    """Open a plain file (owner-only if it is made) and give its descriptor; OSError where something else is
    in its place. To open a pipe there would wait for ever for who writes into it."""
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise IsADirectoryError(errno.EISDIR, "Not a plain file", str(path))


def content(path: Path) -> bytes:
    """What is in a file of ours; FileNotFoundError, or a Failure."""
    try:
        with os.fdopen(open_file(path, os.O_RDONLY), "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise failure(error, path) or Failure(causes.FileUnusable(str(path)), (str(error),)) from None


def value(path: Path, kind: type[_T]) -> _T | None:
    """The value in a JSON file of ours; None where there is no file, or where it holds something else.

    Failure where it is there and cannot be read.
    """
    try:
        return msgspec.json.decode(content(path), type=kind)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def spare(path: Path, kind: type[_T]) -> _T | None:
    """The value in a JSON file that can be done without; None also where it cannot be read."""
    with contextlib.suppress(Failure):
        return value(path, kind)
    return None


def remove(path: Path) -> None:
    """Remove a file of ours, if it is there; Failure if that cannot be."""
    with bounded(path, causes.NotWritable):
        path.unlink(missing_ok=True)


def look(path: Path) -> None:
    """Meet what whoever opens this file for writing would meet, without opening it: closing a file takes away
    the locks that this process holds on it (fcntl(2)). OSError where something is in the way."""
    there = path if os.path.lexists(path) else path.parent
    mode = there.stat().st_mode
    if there == path and not stat.S_ISREG(mode):
        raise IsADirectoryError(errno.EISDIR, "Not a plain file", str(path))
    if os.statvfs(there).f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
    if not os.access(there, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def _of_somebody_else(path: Path) -> Path | None:
    """The topmost of a path and the folders above it that is not the user's own but lies in a folder that is.

    Nothing is another's to root; and what lies in nobody's own folder is no file of ours.
    """
    found: Path | None = None
    for one in (path, *path.parents) if os.geteuid() else ():
        try:
            owner = os.lstat(one).st_uid
        except OSError:
            continue
        if owner == os.geteuid():
            return found
        found = one
    return None


def of_another(folder: Path, owner: int) -> Failure:
    """The Failure for a folder that is another user's. Root does not take it from him."""
    kind = causes.NotYours if os.geteuid() else causes.AsRoot
    return Failure(kind(_name(owner), shown(os.fsencode(folder))))


def _owner(path: Path) -> str:
    return _name(os.lstat(path).st_uid)


def _name(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _to_give_back(path: Path) -> Path:
    """The folder of ours around it: where one file is another's, more of them are."""
    return next((one for one in path.parents if one.name == "secretsbackup"), path)
