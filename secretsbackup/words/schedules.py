"""When a profile runs by itself."""

from datetime import datetime
from typing import assert_never

from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekly
from secretsbackup.words.language import _
from secretsbackup.words.quantities import capital
from secretsbackup.words.times import said, weekday, when


def schedule(rhythm: Schedule) -> str:
    """How often, as a sentence without its end."""
    match rhythm:
        case Manual():
            return _("Manual only")
        case Hours(every=1):
            return _("Every hour")
        case Hours(every=every):
            return _("Every {every} hours").format(every=every)
        case Daily(at=at):
            return _("Every day at {at}").format(at=at)
        case Weekly(day=day, at=at):
            return _("Every {day} at {at}").format(day=_weekday_named(day), at=at)
        case _:
            assert_never(rhythm)


def _weekday_named(name: str) -> str:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return weekday(datetime(2024, 1, 1 + days.index(name.lower())))  # noqa: DTZ001 - a Monday, and on


def pause(until: datetime, now: datetime) -> str:
    """Until when it is paused."""
    return _("paused") if until.year >= 9999 else _("paused until {when}").format(when=when(until, now))


def next_run(then: datetime | None, paused: datetime | None, now: datetime) -> str:
    """When the next run begins by itself; empty where that is not known."""
    if paused and paused > now:
        return f"{capital(pause(paused, now))}."
    return _("Next: {when}").format(when=said(then, now)) if then else ""
