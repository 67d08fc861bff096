"""Restores that were begun and have not ended well: what it takes to go on with them."""

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from secretsbackup.model import paths
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, write


class Unfinished(msgspec.Struct, frozen=True):
    """A restore into a folder that is not whole yet: of which snapshot, of which paths (none is all)."""

    folder: str
    snapshot: str
    paths: tuple[bytes, ...]
    began: datetime


def known(home: Home, profile: ProfileName) -> list[Unfinished]:
    """The unfinished restores whose folder is still there, newest first; none if their file is not ours."""
    kept = [one for one in _read(home, profile) if Path(one.folder).is_dir()]
    return sorted(kept, key=lambda one: one.began, reverse=True)


def begin(home: Home, profile: ProfileName, one: Unfinished) -> None:
    """Remember one; Failure(NO_ROOM) or (NOT_WRITABLE)."""
    _write(home, profile, [one, *(other for other in known(home, profile) if other.folder != one.folder)])


def end(home: Home, profile: ProfileName, folder: str) -> None:
    """Forget the one that goes to a folder: it is whole, or nothing of it is there.

    Where that cannot be written (a full disk), no harm is done: the folder of that name is there no more.
    """
    left = [one for one in known(home, profile) if one.folder != folder]
    with contextlib.suppress(Failure):
        if left:
            _write(home, profile, left)
        else:
            boundary.remove(home.unfinished(profile))


def _read(home: Home, profile: ProfileName) -> list[Unfinished]:
    kept = boundary.spare(home.unfinished(profile), list[Unfinished]) or []
    return [replace(one, folder=paths.read(one.folder)) for one in kept]


def _write(home: Home, profile: ProfileName, all_: list[Unfinished]) -> None:
    kept = [replace(one, folder=paths.written(one.folder)) for one in all_]
    write(home.unfinished(profile), msgspec.json.encode(kept))
