"""Put back: restored files go to where they were, and what they replace goes aside. Nothing is deleted.

Only files are put back, and the folders that they need; what is in place and not in the backup stays.
"""

import asyncio
import filecmp
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.difference import Difference, Differs, NotPutBack, PutBack
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile
from secretsbackup.store import boundary
from secretsbackup.tools import tree

_NEW = b".secretsbackup-new"
"""What a file is called until it is whole: of its own name, which may be as long as names can be, nothing."""


async def compare(profile: Profile, folder: Path) -> tuple[Difference, ...]:
    """Every file of a restored folder that has a place on this machine, byte by byte, by its path."""
    return await asyncio.to_thread(
        lambda: tuple(sorted(_compared(profile, folder), key=lambda one: one.path))
    )


async def put(folder: Path, chosen: Sequence[Difference], now: datetime) -> PutBack:
    """Put these back, each as a whole: the old one or the new one is there, whatever happens.

    What is replaced goes to a new folder beside the restored one. One that cannot be put back keeps no other
    from it: it is named, and what is in its place stays.
    """
    return await asyncio.to_thread(_put, folder, chosen, now)


def _compared(profile: Profile, folder: Path) -> Iterator[Difference]:
    root = bytes(folder)
    for restored, status in tree.files_below(folder):
        path = restored[len(root) + 1 :]
        place = _place(profile, path) if stat.S_ISREG(status.st_mode) else None
        if place is not None:
            yield Difference(path, place, _differs(restored, place))


def _place(profile: Profile, path: bytes) -> bytes | None:
    """Where a path of a snapshot belongs; None if it is of a source that the profile has no more."""
    for source in profile.sources:
        label, root = os.fsencode(source.label), os.fsencode(source.path)
        if label == b".":
            return os.path.join(root, path)  # noqa: PTH118 - bytes: names need not be text
        if path == label:
            return root
        if path.startswith(label + b"/"):
            return os.path.join(root, path[len(label) + 1 :])  # noqa: PTH118 - bytes
    return None


def _differs(restored: bytes, place: bytes) -> Differs:
    if not os.path.lexists(place):
        return Differs.MISSING
    try:
        same = os.path.isfile(place) and filecmp.cmp(restored, place, shallow=False)  # noqa: PTH113 - bytes
    except OSError:
        same = False
    return Differs.SAME if same else Differs.DIFFERENT


def _put(folder: Path, chosen: Sequence[Difference], now: datetime) -> PutBack:
    aside = _aside(folder, now)
    refused: list[NotPutBack] = []
    for one in chosen:
        try:
            _put_one(folder, one, aside)
        except (OSError, shutil.Error) as error:
            refused.append(NotPutBack(one.path, _why(error, one.place)))
    kept = str(aside) if aside.exists() else None
    return PutBack(len(chosen) - len(refused), kept, tuple(refused))


def _why(error: OSError, place: bytes) -> Cause:
    path = Path(os.fsdecode(place))
    failure = boundary.failure(error, path, causes.NotWritable)
    return failure.cause if failure else causes.NotWritable(shown(place))


def _put_one(folder: Path, one: Difference, aside: Path) -> None:
    """A link in place is followed: the backup holds what it leads to."""
    restored = os.path.join(bytes(folder), one.path)  # noqa: PTH118 - bytes: names need not be text
    place = os.path.realpath(one.place)
    _make_folders(os.path.dirname(place), os.path.dirname(restored), bytes(folder))  # noqa: PTH120 - bytes
    new = os.path.join(os.path.dirname(place), _NEW)  # noqa: PTH118, PTH120 - bytes
    try:
        if os.path.lexists(new):  # a run that was killed left it
            os.unlink(new)  # noqa: PTH108 - bytes
        _copy(restored, new)
        _set_aside(place, aside, one.path)
        os.replace(new, place)  # noqa: PTH105 - bytes
    finally:
        if os.path.lexists(new):
            os.unlink(new)  # noqa: PTH108 - bytes


def _make_folders(wanted: bytes, like: bytes, top: bytes) -> None:
    """Make a folder that is missing, and those above it, with the attributes of the restored ones."""
    if os.path.isdir(wanted):  # noqa: PTH112 - bytes
        return
    _make_folders(os.path.dirname(wanted), os.path.dirname(like) if like != top else top, top)  # noqa: PTH120
    os.mkdir(wanted, mode=0o700)  # noqa: PTH102 - bytes
    if like != top:
        _dress(like, wanted)


def _copy(source: bytes, target: bytes) -> None:
    """Nobody else can read it before it has the permissions that it is to have."""
    made = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as file, open(source, "rb") as content:  # noqa: PTH123 - bytes
        shutil.copyfileobj(content, file)
    _dress(source, target)


def _dress(source: bytes, target: bytes) -> None:
    """Mode, times and extended attributes, and whose it is where that may be said."""
    status = os.lstat(source)
    if os.geteuid() == 0:
        os.chown(target, status.st_uid, status.st_gid)
    shutil.copystat(source, target)


def _set_aside(place: bytes, aside: Path, path: bytes) -> None:
    """Keep what is in place under another name; a file stays in place too until it is replaced."""
    if not os.path.lexists(place):
        return
    aside.mkdir(mode=0o700, exist_ok=True)  # what lay in a folder of the user's alone still does
    target = os.path.join(bytes(aside), path)  # noqa: PTH118 - bytes
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
    if os.path.isdir(place):  # noqa: PTH112 - bytes
        shutil.move(os.fsdecode(place), os.fsdecode(target))
        return
    try:
        os.link(place, target)
    except OSError:  # another file system, or one without links
        _copy(place, target)


def _aside(folder: Path, now: datetime) -> Path:
    name = f"replaced-{now.astimezone():%Y-%m-%d_%H-%M-%S}"
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(path for one in names if not os.path.lexists(path := folder.parent / one))
