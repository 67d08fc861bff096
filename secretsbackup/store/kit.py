"""What is known of a recovery kit: when it was saved and proved to restore, and what it is for."""

from datetime import datetime

import msgspec

from secretsbackup.model.profile import Fingerprint, ProfileName
from secretsbackup.store.history import Place
from secretsbackup.store.home import Home, write


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kit for this key and this place was saved, and perhaps checked (UTC)."""

    key: Fingerprint
    place: Place
    saved: datetime
    checked: datetime | None = None


def read(home: Home, profile: ProfileName) -> Kept | None:
    """What is known; None if no kit was saved from here."""
    try:
        return msgspec.json.decode(home.kit(profile).read_bytes(), type=Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def keep(home: Home, profile: ProfileName, kept: Kept) -> None:
    """Remember it, durably."""
    write(home.kit(profile), msgspec.json.encode(kept))
