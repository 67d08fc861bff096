"""What is known of an archive folder: which of its files were whole, and safe on the disk. Losing it costs
that they are read once more."""

from collections.abc import Mapping

import msgspec

from secretsbackup.model.profile import ProfileName
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, write

_Seals = dict[str, tuple[int, int]]


def read(home: Home, profile: ProfileName) -> _Seals:
    """Each file's bytes and time, by its name; nothing if this file is missing, unreadable or not ours."""
    return boundary.spare(home.archived(profile), _Seals) or {}


def keep(home: Home, profile: ProfileName, seals: Mapping[str, tuple[int, int]]) -> None:
    """Remember exactly these, durably."""
    write(home.archived(profile), msgspec.json.encode(seals))
