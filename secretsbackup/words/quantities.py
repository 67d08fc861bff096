"""How much: bytes, counts and spans of time."""

from typing import Literal

from secretsbackup.model.outcome import Summary
from secretsbackup.words import language
from secretsbackup.words.language import ngettext


def size(count: int) -> str:
    """Bytes for people: 412 bytes, 412 MB, 1.4 GB."""
    if count < 1000:
        return _unit(count, "byte", "long")
    amount, units = count / 1000, list(_UNITS)
    while round(amount, 1) >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return _unit(amount, units[0])


_UNITS = ("kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte")


def _unit(amount: float, unit: str, length: Literal["short", "long"] = "short", tenths: str = "#") -> str:
    """An amount with its unit, in the language's own form; `tenths` is “0” where a zero is shown as well."""
    from babel.units import format_unit

    return format_unit(amount, unit, length, format=f"#,##0.{tenths}", locale=language.units())


def number(count: int, one: str, many: str) -> str:
    """A count with its noun, in the language that is spoken: 1 file, 12 480 files."""
    return f"{grouped(count)} {ngettext(one, many, count)}"


def grouped(count: int) -> str:
    """A count with its thousands apart, as the language has it: 12,480, 12.480."""
    from babel.numbers import format_decimal

    return format_decimal(count, locale=language.formats())


def files(count: int) -> str:
    """A count of files."""
    return number(count, "file", "files")


def roughly(least: int, most: int) -> str:
    """A size that is known to some hundred bytes: 412 MB, at most 512 bytes."""
    return size(most) if size(least) == size(most) else f"≤ {size(most)}"


def restored(summary: Summary) -> str:
    """How much came back."""
    return f"{files(summary.files)}, {size(summary.bytes)}"


def duration(seconds: float) -> str:
    """A span of time: 0.4 sec, 12 sec, 3 min, 2 hr 10 min."""
    if seconds < 9.95:
        return _unit(seconds, "second", tenths="0")
    if (whole := round(seconds)) < 90:
        return _unit(whole, "second")
    return _minutes(round(whole / 60))


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60) if minutes >= 90 else (0, minutes)
    parts = [_unit(hours, "hour")] if hours else []
    return " ".join([*parts, *([_unit(rest, "minute")] if rest or not hours else [])])


def about(seconds: float) -> str:
    """A span of time that was estimated, in round numbers: 10 sec, 4 min, 2 hr 10 min."""
    if seconds < 60:
        return duration(max(10, round(seconds / 10) * 10))
    minutes = round(seconds / 60)
    return _minutes(minutes if minutes < 90 else round(minutes / 10) * 10)


def capital(text: str) -> str:
    """A text as it is at the beginning of a line."""
    return text[:1].upper() + text[1:]


def because(detail: str) -> str:
    """What more is known, in brackets after a sentence; empty where that is nothing."""
    return f" ({detail.strip(' :')})" if detail.strip(" :") else ""
