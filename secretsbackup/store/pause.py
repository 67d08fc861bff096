"""Pauses: until when a profile makes no backup by itself; whoever asks for one by hand gets it."""

from datetime import UTC, datetime

import msgspec

from secretsbackup.model.profile import ProfileName
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, write

UNTIL_RESUMED = datetime(9999, 1, 1, tzinfo=UTC)
"""A pause that only `resume` ends."""


class _Pause(msgspec.Struct, frozen=True):
    until: datetime


def paused_until(home: Home, profile: ProfileName) -> datetime | None:
    """When the pause ends, which may be past; None if there is none, or if its file is not ours."""
    found = boundary.spare(home.pause(profile), _Pause)
    return found.until if found and found.until.tzinfo else None


def pause(home: Home, profile: ProfileName, until: datetime) -> None:
    """Make no backup by itself before `until`; Failure(NO_ROOM) or (NOT_WRITABLE)."""
    write(home.pause(profile), msgspec.json.encode(_Pause(until)))


def resume(home: Home, profile: ProfileName) -> None:
    """End the pause, if there is one; Failure if its file cannot be removed."""
    boundary.remove(home.pause(profile))
