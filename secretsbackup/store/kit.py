"""What is known of a recovery kit: when it was saved and proved to restore, and what it is for."""

from datetime import datetime

import msgspec

from secretsbackup.model.profile import Fingerprint, Profile, ProfileName
from secretsbackup.store import boundary
from secretsbackup.store.history import PlaceId, place_of
from secretsbackup.store.home import Home, write


class SavedKit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kit for this key and this place was saved, and perhaps checked (UTC).

    `subkeys` are the fingerprints of those that encrypt, of which it holds the secret half; older versions
    did not note them.
    """

    key: Fingerprint
    place: PlaceId
    saved: datetime
    checked: datetime | None = None
    subkeys: tuple[str, ...] = ()

    def opens(self, subkey: str, made: datetime) -> bool:
        """Whether it opens what is encrypted to a subkey, made at that time."""
        return subkey in self.subkeys if self.subkeys else made <= self.saved


def read(home: Home, profile: ProfileName) -> SavedKit | None:
    """What is known; None if no kit was saved from here. Failure if that cannot be read."""
    return boundary.value(home.kit(profile), SavedKit)


def keep(home: Home, profile: ProfileName, kept: SavedKit) -> None:
    """Remember it, durably."""
    write(home.kit(profile), msgspec.json.encode(kept))


def saved(home: Home, profile: Profile) -> SavedKit | None:
    """When a kit for this profile's key and destination was saved, and checked; None if it never was."""
    kept = read(home, profile.name)
    fits = kept and (kept.key, kept.place) == (profile.key, place_of(profile.destination))
    return kept if fits else None
