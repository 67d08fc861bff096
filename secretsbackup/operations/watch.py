"""Watch: an alarm, once a day, about every profile that has not been backed up for too long.

The timer does it, so that it happens also while the tray is dead or was never started.
"""

from datetime import UTC, datetime, timedelta

from secretsbackup import words
from secretsbackup.model.profile import Profile
from secretsbackup.model.status import About, Status, unaccepted
from secretsbackup.operations import hooks
from secretsbackup.operations.standing import standing
from secretsbackup.store import marks, profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import notify

_AT_MOST_EVERY = timedelta(days=1)


async def watch(home: Home, now: datetime | None = None) -> list[Profile]:
    """Raise the alarm where it is due; for which profiles that was."""
    now = now or datetime.now(UTC)
    alarmed = []
    for profile in profiles.load(home).values():
        stands = standing(home, profile.name, now)
        if overdue(stands, now) and _not_today(home, profile, now):
            marks.set_(home, profile.name, alarmed=now)
            title, text = words.overdue(profile.name), words.health(stands, now)
            await notify.show(title, text)
            await hooks.tell(profile, profile.calls.overdue, title, text)
            alarmed.append(profile)
    return alarmed


def overdue(stands: Status, now: datetime) -> bool:
    """Whether there was no good backup for longer than the profile has patience, and none goes on."""
    late = stands.alarm_after is not None and now > stands.alarm_after and not stands.running
    about = {concern.about for concern in unaccepted(stands, now)}
    return late and bool(about & {About.OVERDUE, About.LONG_AGO, About.NEVER})


def _not_today(home: Home, profile: Profile, now: datetime) -> bool:
    """Whether the last alarm is long enough ago; one of the future was told by a clock that was wrong."""
    told = marks.read(home, profile.name).alarmed
    return told is None or not timedelta() <= now - told < _AT_MOST_EVERY
