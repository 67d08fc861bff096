"""What is known of a stage: which labels are ours there, and whether all in it was sent."""

import msgspec

from secretsbackup.model.profile import ProfileName
from secretsbackup.store.home import Home, write


class Staged(msgspec.Struct, frozen=True, omit_defaults=True):
    """`unsent` is set before a gather begins and taken back when its changes are proven to be sent.

    So a run that is cut off anywhere between leaves it set, and the next one sends.
    """

    labels: tuple[str, ...] = ()
    unsent: bool = True


def read(home: Home, profile: ProfileName) -> Staged | None:
    """What is known; None if the profile was never staged here, or its file is not ours."""
    try:
        return msgspec.json.decode(home.staged(profile).read_bytes(), type=Staged)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def keep(home: Home, profile: ProfileName, staged: Staged) -> None:
    """Remember it, durably."""
    write(home.staged(profile), msgspec.json.encode(staged))
