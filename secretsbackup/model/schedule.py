"""Schedules: how often a profile is backed up by itself. Text in, a value out, and back again."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, assert_never

import msgspec

from secretsbackup.model import faults
from secretsbackup.model.faults import Unreadable

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day on this machine's clock: 18:00."""


class Weekday(StrEnum):
    """The days of a week, in the order in which `datetime.weekday` counts them."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Manual(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="manual"):
    """Never by itself."""


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hours"):
    """Every so many hours, from the minute in which the last run began."""

    every: Annotated[int, msgspec.Meta(ge=1, le=24 * 31)] = 1


class Daily(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="daily"):
    """Every day at a time."""

    at: Clock = "18:00"


class Weekly(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="weekly"):
    """Every week on a day, at a time."""

    day: Weekday
    at: Clock = "18:00"


Schedule = Manual | Hours | Daily | Weekly

_HOURS = re.compile(r"every (\d{1,3}) ?(?:h|hours?)")
_DAILY = re.compile(r"daily(?: at)?(?: (\d{1,2}:\d\d))?")
_WEEKLY = re.compile(r"weekly(?: on)? ([a-z]{2,9})(?: at)?(?: (\d{1,2}:\d\d))?")


def parse(text: str) -> Schedule:
    """Read what a person types; Unreadable if it is no schedule."""
    plain = " ".join(text.lower().split())
    if plain in ("manual", "never"):
        return Manual()
    if plain == "hourly":
        return Hours()
    if (found := _HOURS.fullmatch(plain)) and 1 <= int(found[1]) <= 24 * 31:
        return Hours(int(found[1]))
    if found := _DAILY.fullmatch(plain):
        return Daily(_clock(found[1], text))
    if found := _WEEKLY.fullmatch(plain):
        return Weekly(_day(found[1], text), _clock(found[2], text))
    raise Unreadable(faults.NotASchedule(text))


def _clock(typed: str | None, text: str) -> Clock:
    hour, _, minute = (typed or "18:00").partition(":")
    if int(hour) > 23 or int(minute) > 59:
        raise Unreadable(faults.TimeOfDayOdd(text, str(typed)))
    return f"{int(hour):02}:{minute}"


def _day(typed: str, text: str) -> Weekday:
    found = next((day for day in Weekday if day.startswith(typed)), None)
    if found is None:
        raise Unreadable(faults.WeekdayOdd(text, typed))
    return found


def text(schedule: Schedule) -> str:
    """The form that a person types, and that `parse` reads."""
    match schedule:
        case Manual():
            return "manual"
        case Hours(every=1):
            return "hourly"
        case Hours(every=every):
            return f"every {every}h"
        case Daily(at=at):
            return f"daily {at}"
        case Weekly(day=day, at=at):
            return f"weekly {day[:3]} {at}"
        case _:
            assert_never(schedule)


def period(schedule: Schedule) -> timedelta | None:
    """How far apart two backups are; None if there are none by themselves."""
    match schedule:
        case Manual():
            return None
        case Hours(every=every):
            return timedelta(hours=every)
        case Daily():
            return timedelta(days=1)
        case Weekly():
            return timedelta(weeks=1)
        case _:
            assert_never(schedule)


def following(schedule: Schedule, then: datetime, late: timedelta = timedelta()) -> datetime | None:
    """The first time after `then` at which a backup is due (UTC), `late` after the time of day that is given.

    A time of day is one of the machine's own zone, so that 18:00 stays 18:00 when summer time ends. Hours are
    counted from the full minute: a timer that looks every quarter of an hour, a second sooner or later, would
    come a second too early and make an hour of five quarters.
    """
    match schedule:
        case Manual():
            return None
        case Hours(every=every):
            return then.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(hours=every)
        case Daily(at=at):
            return _first(then, at, late, Weekday)
        case Weekly(day=day, at=at):
            return _first(then, at, late, (day,))
        case _:
            assert_never(schedule)


def _first(then: datetime, at: Clock, late: timedelta, days: Iterable[Weekday]) -> datetime:
    """The first of these days' `at` after `then`; one that is late may belong to the day before."""
    today, names, wanted = then.astimezone().date(), list(Weekday), set(days)
    for day in (today + timedelta(days=number) for number in range(-1, 9)):
        due = datetime.combine(day, time.fromisoformat(at)).astimezone(UTC) + late
        if names[day.weekday()] in wanted and due > then:
            return due
    raise AssertionError("a week has every day")
