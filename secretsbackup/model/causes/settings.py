"""What the user wrote, and what this program remembers."""

from secretsbackup.model.causes.base import Base
from secretsbackup.model.faults import Fault


class ProfileUnknown(Base, frozen=True, tag="profile-unknown"):
    """No profile has this name."""

    name: str


class ProfileExists(Base, frozen=True, tag="profile-exists"):
    """A profile has this name already."""

    name: str


class ProfileInvalid(Base, frozen=True, tag="profile-invalid"):
    """A setting cannot be used: a field and its fault. Of older versions there is a sentence."""

    sentence: str = ""
    field: str = ""
    fault: Fault | None = None


class SettingsBroken(Base, frozen=True, tag="settings-broken"):
    """The settings file cannot be read, in a profile or a field of it: by a fault, or as `because` says."""

    path: str
    because: str = ""
    profile: str = ""
    field: str = ""
    fault: Fault | None = None


class SettingsNewer(Base, frozen=True, tag="settings-newer"):
    """The settings, or those in a kit, were written by a newer version."""

    path: str


class MemoryNewer(Base, frozen=True, tag="memory-newer"):
    """The history was written by a newer version."""

    path: str


class CatalogueLost(Base, frozen=True, tag="catalogue-lost"):
    """The list of files was damaged and is begun anew."""


class MemoryBusy(Base, frozen=True, tag="memory-busy"):
    """Another program has the history open."""

    path: str


class MemoryBroken(Base, frozen=True, tag="memory-broken"):
    """The history was damaged and is begun anew."""

    path: str


class SeedUnreadable(Base, frozen=True, tag="seed-unreadable"):
    """The configuration of the old scripts cannot be taken over: where and why, or a fault there."""

    because: str
    fault: Fault | None = None


class NotATime(Base, frozen=True, tag="not-a-time"):
    """A text is not a time."""

    text: str


OfSettings = (
    ProfileUnknown
    | ProfileExists
    | ProfileInvalid
    | SettingsBroken
    | SettingsNewer
    | MemoryNewer
    | CatalogueLost
    | MemoryBusy
    | MemoryBroken
    | SeedUnreadable
    | NotATime
)
