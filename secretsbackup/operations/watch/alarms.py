"""Watch: an alarm, once a day, about every profile that has not been backed up for too long.

The timer does it, so that it happens also while the tray is dead or was never started.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from secretsbackup import words
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import About, Status, at_work, unaccepted
from secretsbackup.operations.run import hooks
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import notes, profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import notify
from secretsbackup.tools.mail import Letter

_AT_MOST_EVERY = timedelta(days=1)


class Alarm(msgspec.Struct, frozen=True):
    """What was said of a profile, and whether it got to anybody: a desktop, a URL, a reader of letters."""

    profile: Profile
    title: str
    text: str
    told: bool


async def watch(home: Home, now: datetime | None = None) -> list[Alarm]:
    """Raise the alarm where it is due; what nobody could be told is for whoever looks at what is returned."""
    now = now or datetime.now(UTC)
    alarmed = []
    try:
        for profile in profiles.load(home).values():
            stands = status_of(home, profile.name, now)
            _sees(stands)
            told = notes.read(home, profile.name).alarmed
            if overdue(stands, now) and (_not_today(told, now) or _before(told, stands.safe_as_of)):
                notes.update(home, profile.name, alarmed=now)
                title, text = words.overdue(profile.name), words.health(stands, now)
                shown = await notify.show(title, text)
                in_vain = await hooks.tell(profile, profile.calls.overdue, Letter(title, text))
                ways = bool(profile.calls.overdue) + bool(profile.calls.mail)
                alarmed.append(Alarm(profile, title, text, shown or len(in_vain) < ways))
    except Failure as failure:
        await _cannot(home, failure, now)
        raise
    return alarmed


async def _cannot(home: Home, failure: Failure, now: datetime) -> None:
    """Say once a day that nothing is watched: with settings that cannot be read, nothing is backed up either.

    A database that another program holds is free again before anyone could do something about it.
    """
    told = notes.unwatched_since(home)
    if failure.reason is not Reason.MEMORY_BUSY and _not_today(told, now):
        notes.note_unwatched(home, now)
        await notify.show(words.unwatched(), str(words.reason(failure.cause)))


def _sees(stands: Status) -> None:
    """Failure where what is remembered cannot be used: then nothing is backed up by itself either."""
    if stands.memory:
        raise Failure(stands.memory)


def overdue(stands: Status, now: datetime) -> bool:
    """Whether there was no good backup for longer than the profile has patience, and none is being made: a
    run that has said nothing for long makes none."""
    late = stands.alarm_after is not None and now > stands.alarm_after and not at_work(stands, now)
    about = {concern.about for concern in unaccepted(stands, now)}
    return late and bool(about & {About.OVERDUE, About.LONG_AGO, About.NEVER})


def _before(told: datetime | None, good: datetime | None) -> bool:
    """Whether there was a good backup since the last alarm, so that this silence is another one."""
    return told is not None and good is not None and told < good


def _not_today(told: datetime | None, now: datetime) -> bool:
    """Whether the last alarm is long enough ago; one of the future was told by a clock that was wrong."""
    return told is None or not timedelta() <= now - told < _AT_MOST_EVERY
