"""Marks: small things that are remembered of a profile between runs. Losing them costs a question again."""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from secretsbackup.model import former
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, owner_only, write


class Notes(msgspec.Struct, frozen=True, omit_defaults=True):
    """`accepted` are the concerns that the user has read and accepted, by their keys. `tried` is the newest
    manifest that the keychain's passphrase opened. `subkey` is what backups are encrypted to, made at
    `subkey_made`. `alarmed` is when the watchdog last spoke up. `lacking` is why a backup that was due did
    not begin, since `lacking_since`. `unasked` is why the keychain had no passphrase for a verification when
    it was last asked for one, at `asked`. `written` is the failure that the last letter was about, sent at
    `written_at`; None once there was a good backup since."""

    accepted: frozenset[str] = frozenset()
    tried: str = ""
    alarmed: datetime | None = None
    key_expires: datetime | None = None
    subkey: str = ""
    subkey_made: datetime | None = None
    lacking: tuple[Cause, ...] = ()
    lacking_since: datetime | None = None
    unasked: Cause | None = None
    asked: datetime | None = None
    written: Reason | None = None
    written_at: datetime | None = None


def read(home: Home, profile: ProfileName) -> Notes:
    """What is remembered; nothing if its file is not there, cannot be read or is not ours."""
    known = boundary.spare(home.marks(profile), dict[str, Any])
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(former.upgraded(known), Notes)
    return Notes()


def update(home: Home, profile: ProfileName, **changes: Any) -> None:
    """Remember something else; nothing is written where it is known already."""
    before = read(home, profile)
    after = msgspec.structs.replace(before, **changes)
    if after != before:
        write(home.marks(profile), msgspec.json.encode(after))


def lack(home: Home, profile: ProfileName, now: datetime, lacking: tuple[Cause, ...]) -> None:
    """Remember why a backup that is due does not begin; written once for as long as it stays the same."""
    if read(home, profile).lacking != lacking:
        update(home, profile, lacking=lacking, lacking_since=now if lacking else None)


def unreachable_since(home: Home, profile: ProfileName) -> datetime | None:
    """When the network, a source or a drive was last seen to be away."""
    return _seen(home.away(profile))


def note_unreachable(home: Home, profile: ProfileName, now: datetime) -> None:
    """Something is away now. Only the file's time is changed: it may happen every half minute."""
    _see(home.away(profile), now)


def unwatched_since(home: Home) -> datetime | None:
    """When the watchdog last said that it cannot watch."""
    return _seen(home.unwatched)


def note_unwatched(home: Home, now: datetime) -> None:
    """Note that the watchdog says now that it cannot watch."""
    _see(home.unwatched, now)


def called_at(home: Home) -> datetime | None:
    """When cron, or another timer than ours, was last seen to start what is due."""
    return _seen(home.called)


def note_called(home: Home, now: datetime) -> None:
    """Note that something other than our timer starts what is due now."""
    _see(home.called, now)


def _seen(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _see(path: Path, now: datetime) -> None:
    with contextlib.suppress(OSError, Failure):
        owner_only(path.parent)
        path.touch(mode=0o600)
        os.utime(path, (now.timestamp(), now.timestamp()))
