"""What is known of a stage: which labels are ours there, and whether all in it was sent."""

import msgspec

from secretsbackup.model.profile import Profile
from secretsbackup.store import boundary
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home, write


class Staged(msgspec.Struct, frozen=True, omit_defaults=True):
    """`unsent` is set before a collect begins and taken back when its changes are proven to be sent.

    So a run that is cut off anywhere between leaves it set, and the next one sends. While a collect goes on,
    `since` (seconds; else 0) is when it began, and `start` in which start of the machine: what came to the
    stage since then may be torn, should the machine be started anew. It is `doubted` where a file was not as
    its backup has it: the disk may have changed it here, as well as there. Of another `folder` nothing is
    known: what lies there may be the user's. What was sent, was sent to a `place`, and to no other;
    `elsewhere` says that since this place's newest snapshot some of it may have been sent to another alone.
    """

    labels: tuple[str, ...] = ()
    unsent: bool = True
    since: float = 0.0
    start: str = ""
    doubted: bool = False
    folder: str = ""
    place: str = ""
    elsewhere: bool = False


def read(home: Home, profile: Profile) -> Staged | None:
    """What is known; None if the profile was never staged in the folder it names, or the file is not ours.
    Failure if it cannot be read."""
    known = boundary.value(home.staged(profile.name), Staged)
    if not known or known.folder not in ("", str(home.stage(profile))):
        return None
    sent = known.place in ("", place_of(profile.destination))
    return known if sent else msgspec.structs.replace(known, unsent=True, elsewhere=True)


def keep(home: Home, profile: Profile, staged: Staged) -> None:
    """Remember it of the folder that the profile names, durably."""
    known = msgspec.structs.replace(
        staged, folder=str(home.stage(profile)), place=place_of(profile.destination)
    )
    write(home.staged(profile.name), msgspec.json.encode(known))
