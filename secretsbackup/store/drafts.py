"""The draft of a profile that somebody is setting up: the answers so far, to go on with later. No secrets."""

import msgspec

from secretsbackup.model.plan import SetupPlan
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, write


def read(home: Home) -> SetupPlan | None:
    """The draft; None if there is none, or if its file is not ours."""
    return boundary.spare(home.draft, SetupPlan)


def keep(home: Home, plan: SetupPlan) -> None:
    """Remember it; Failure(NO_ROOM) or (NOT_WRITABLE)."""
    write(home.draft, msgspec.json.encode(plan))


def forget(home: Home) -> None:
    """Nobody is setting up anything any more."""
    boundary.remove(home.draft)
