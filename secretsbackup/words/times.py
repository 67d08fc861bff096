"""When: moments, days, and how long ago."""

from datetime import datetime

from secretsbackup.words.language import _, humanised


def between(since: datetime, until: datetime | None) -> str:
    """From which snapshot until which: 2026-11-22 22:08:28 – now."""
    return f"{clock(since)} – {clock(until) if until else _('now')}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago: 2 hours ago."""
    import humanize

    with humanised():
        return humanize.naturaltime(now - then)


def clock(then: datetime) -> str:
    """A moment on this machine's clock, to the second."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S}"


def when(then: datetime, now: datetime) -> str:
    """A moment as one says it: 14:02, yesterday 14:02, Monday 18:00, 12 Nov 18:00, 12 Nov 2024."""
    local, today = then.astimezone(), now.astimezone()
    days = (local.date() - today.date()).days
    time = f"{local:%H:%M}"
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{_('yesterday') if days < 0 else _('tomorrow')} {time}"
    if -7 < days < 7:
        return f"{weekday(local)} {time}"
    return f"{_date(local)} {time}" if local.year == today.year else f"{_date(local)} {local.year}"


def said(then: datetime, now: datetime) -> str:
    """The same as `when`, with today's day too."""
    today = then.astimezone().date() == now.astimezone().date()
    return _("today {time}").format(time=when(then, now)) if today else when(then, now)


def day(then: datetime, now: datetime) -> str:
    """The day of a moment: its name while that says which."""
    local = then.astimezone()
    return weekday(local) if (now - then).days < 6 else _date(local)


def _date(then: datetime) -> str:
    return _("{day} {month}").format(day=then.day, month=_month(then))


def weekdays() -> tuple[str, ...]:
    """The days of the week, from Monday on."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )


def weekday(then: datetime) -> str:
    """The day of the week that a moment falls on."""
    return weekdays()[then.weekday()]


def _month(then: datetime) -> str:
    first = (_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"))
    return (*first, _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"))[then.month - 1]
