"""When: moments, days, and how long ago."""

from datetime import datetime, timedelta

from secretsbackup.words.language import _, formats


def between(since: datetime, until: datetime | None) -> str:
    """From which snapshot until which: 2026-11-22 22:08:28 – now."""
    return f"{clock(since)} – {clock(until) if until else _('now')}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that is full: now, 59 minutes ago, 2 hours ago, in 3 days."""
    from babel.dates import format_timedelta

    span = abs(now - then)
    unit = next((unit for unit in _UNITS if span >= unit), None)
    if unit is None:
        return _("now")
    full = unit * (span // unit)
    return format_timedelta(full if then > now else -full, threshold=1, add_direction=True, locale=formats())


_UNITS = (
    *(timedelta(days=days) for days in (365, 30, 7, 1)),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)
"""Longest first, as babel has them."""


def clock(then: datetime) -> str:
    """A moment on this computer's clock, to the second, as ISO 8601 has it: the same for every reader."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S}"


def when(then: datetime, now: datetime) -> str:
    """A moment as a person says it: 14:02, yesterday 14:02, Monday 18:00, 12 Nov 18:00, 12 Nov 2024."""
    from babel.dates import format_time

    local, today = then.astimezone(), now.astimezone()
    days = (local.date() - today.date()).days
    time = format_time(local, "short", locale=formats())
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{_('yesterday') if days < 0 else _('tomorrow')} {time}"
    if -7 < days < 7:
        return f"{weekday(local)} {time}"
    return f"{_date(local)} {time}" if local.year == today.year else _date(local, "yMMMd")


def said(then: datetime, now: datetime) -> str:
    """A moment as `when` says it, with today's day too."""
    today = then.astimezone().date() == now.astimezone().date()
    return _("today {time}").format(time=when(then, now)) if today else when(then, now)


def day(then: datetime, now: datetime) -> str:
    """The day of a moment: its name while that says which."""
    local = then.astimezone()
    return weekday(local) if (now - then).days < 6 else _date(local)


def _date(then: datetime, parts: str = "MMMd") -> str:
    """A date in the order of the language: 12 Nov, Nov 12; with “yMMMd” its year too."""
    from babel.dates import format_skeleton

    return format_skeleton(parts, then, locale=formats())


def weekdays() -> tuple[str, ...]:
    """The days of the week, from Monday on."""
    from babel.dates import get_day_names

    names = get_day_names(locale=formats())
    return tuple(names[day] for day in range(7))


def weekday(then: datetime) -> str:
    """The day of the week that a moment falls on."""
    return weekdays()[then.weekday()]
