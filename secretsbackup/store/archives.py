"""Archive folders: what is in one belongs to one destination, and is not held against another.

A profile that is pointed at a new destination begins with an empty archive folder there; what was in it is
put aside, and comes back when the profile returns. Losing what was put aside costs a passphrase.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.store import boundary, history
from secretsbackup.store.history import PlaceId, place_of
from secretsbackup.store.home import Home, owner_only, unwritable, write

_MARK = ".place"
"""The file that says which destination a folder's files belong to."""
_KEPT = 3
"""How many destinations of before are kept; of more, those go that were left the longest ago."""


def of_place(home: Home, profile: Profile) -> Path:
    """The profile's archive folder, with what belongs to its destination in it and nothing else."""
    archive, here = owner_only(home.archive(profile)), place_of(profile.destination)
    try:
        before = _owner(home, archive)
        if before not in (None, here):
            _move(archive, _aside(archive, before))
            _forget_oldest(archive)
        if before != here:
            write(archive / _MARK, here.encode(errors="surrogateescape"))
        if (aside := _aside(archive, here)).is_dir():
            _move(aside, archive)
            shutil.rmtree(aside)
    except OSError as error:
        raise unwritable(error, archive) from None
    return archive


def learn(home: Home, profile: Profile, contents: Mapping[str, int]) -> None:
    """Know a destination of which nothing is known, if all that another one of this profile held lies there:
    somebody has copied it, or its disk is mounted elsewhere."""
    archive, here = home.archive(profile), place_of(profile.destination)
    for aside in sorted(archive.glob(f"{_MARK}-*"), key=_left, reverse=True):
        there = _read(aside)
        sizes = history.known_sizes(home, there) if there else {}
        if there and sizes and sizes.items() <= contents.items():
            history.copy_place(home, there, here)
            for path in _files(aside):
                shutil.copy2(path, archive / path.name)
            return


def _owner(home: Home, archive: Path) -> PlaceId | None:
    """Whose files these are. Older versions wrote no mark: there, whoever is known to hold files of that
    name; None if nobody does."""
    if marked := _read(archive):
        return marked
    return history.place_with(home, [f"{path.name}.gpg" for path in archive.glob("duplicity-*.manifest")])


def _read(folder: Path) -> PlaceId | None:
    try:
        return PlaceId(boundary.content(folder / _MARK).decode(errors="surrogateescape"))
    except (FileNotFoundError, Failure):
        return None


def _aside(archive: Path, place: PlaceId | None) -> Path:
    digest = hashlib.sha256((place or "").encode(errors="surrogateescape")).hexdigest()[:12]
    return archive / f"{_MARK}-{digest}"


def _move(folder: Path, to: Path) -> None:
    """Move duplicity's files and the mark; cut off anywhere, it is gone on with."""
    owner_only(to)
    for path in (*_files(folder), *folder.glob(_MARK)):
        os.replace(path, to / path.name)  # noqa: PTH105 - what is there of that name is the same
    with boundary.bounded(to, causes.NotWritable):
        os.utime(to)


def _files(folder: Path) -> Iterable[Path]:
    return [path for path in folder.glob("duplicity-*") if path.is_file()]


def _left(aside: Path) -> float:
    return aside.stat().st_mtime


def _forget_oldest(archive: Path) -> None:
    for old in sorted(archive.glob(f"{_MARK}-*"), key=_left)[:-_KEPT]:
        shutil.rmtree(old)
