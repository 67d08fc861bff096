"""Stop: end the run of another process, one that hangs too."""

import asyncio
from datetime import UTC, datetime

from secretsbackup.model import causes
from secretsbackup.model.outcome import Skip
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import silent
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import history, lock
from secretsbackup.store.home import Home

PATIENCE_S = 60.0
"""A run has so long to end its programs and tidy up."""
GRACE_S = 10.0
"""One that has said nothing for hours has so long."""
_LOOK_EVERY_S = 0.2


async def stop(
    home: Home,
    profile: ProfileName,
    now: datetime | None = None,
    *,
    patience_s: float = PATIENCE_S,
    grace_s: float = GRACE_S,
) -> bool:
    """Stop the run and wait until it has ended; False if no other process does one.

    It has `patience_s` for that, and `grace_s` if it has said nothing for twelve hours. One that does not
    obey then either hangs: it is killed, and the next one goes on from there as after a power cut.
    Skip(BUSY) if the run goes on all the same.
    """
    status = await asyncio.to_thread(status_of, home, profile)
    owner = lock.ask_to_stop(home, profile) if status.running else 0
    if not owner:
        return False
    hangs = silent(status, now or datetime.now(UTC))
    if await _ended(home, profile, grace_s if hangs else patience_s):
        return True
    if hangs and lock.kill(home, profile, owner) and await _ended(home, profile, grace_s):
        return True
    raise Skip(causes.Busy(owner))


async def _ended(home: Home, profile: ProfileName, seconds: float) -> bool:
    """Whether it ends within so many seconds."""
    for _ in range(round(seconds / _LOOK_EVERY_S)):
        going_on, _ = await asyncio.to_thread(history.caught_up, home, profile)
        if not going_on:
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return False
