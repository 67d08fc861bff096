"""Sharing: no two profiles write to one place. Each would take the other's files for deleted ones, so the
newest backup there would hold the files of one alone."""

from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.destination import Destination, Folder
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.store import profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import tree
from secretsbackup.tools.threads import answered


def check(home: Home, profile: Profile) -> None:
    """Failure(PLACE_SHARED) with the name of another profile that has the same destination."""
    for other in profiles.load(home).values():
        if other.name != profile.name and _is_same(other.destination, profile.destination):
            raise Failure(causes.PlaceShared(other.name))


def _is_same(one: Destination, other: Destination) -> bool:
    """Whether two destinations are one place; two folders also where a link or a mount leads to one."""
    if place_of(one) == place_of(other):
        return True
    if not (isinstance(one, Folder) and isinstance(other, Folder)):
        return False
    paths = Path(one.path), Path(other.path)
    return answered(("same place", *paths), lambda: tree.same(*paths), _DISK_ANSWERS_S, otherwise=False)


_DISK_ANSWERS_S = 2.0
"""Seconds; another profile's disk that hangs shall not keep this one from its backup."""
