"""How much: bytes, counts and spans of time."""

from secretsbackup.model.outcome import Summary
from secretsbackup.words.language import _, ngettext


def size(count: int) -> str:
    """Bytes for people: 412 MB, 1.4 GB."""
    if count < 1000:
        return number(count, "byte", "bytes")
    amount, units = count / 1000, list(_UNITS)
    while round(amount, 1) >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{_tenths(amount).removesuffix(_tenths(0.0)[1:])} {units[0]}"


_UNITS = ("kB", "MB", "GB", "TB", "PB")


def _tenths(amount: float) -> str:
    """A number to its first decimal, after the mark that the language has for it: 1.4, 1,4."""
    return f"{amount:.1f}".replace(".", _("."))


def number(count: int, one: str, many: str) -> str:
    """A count with its noun, in the language that is spoken: 1 file, 12 480 files."""
    return f"{grouped(count)} {ngettext(one, many, count)}"


def grouped(count: int) -> str:
    """A count with its thousands apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


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
    """A span of time: 0.4 s, 12 s, 3 min, 2 h 10 min."""
    if seconds < 9.95:
        return f"{_tenths(seconds)} s"
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return (
        _("{minutes} min").format(minutes=minutes)
        if minutes < 90
        else _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    )


def about(seconds: float) -> str:
    """A span of time that was estimated, in round numbers: 10 s, 4 min, 2 h 10 min."""
    if seconds < 60:
        return duration(max(10, round(seconds / 10) * 10))
    minutes = round(seconds / 60)
    if minutes < 90:
        return duration(minutes * 60)
    tens = round(minutes / 10) * 10
    return (
        _("{hours} h {minutes} min").format(hours=tens // 60, minutes=tens % 60)
        if tens % 60
        else f"{tens // 60} h"
    )


def capital(text: str) -> str:
    """The same at the beginning of a line."""
    return text[:1].upper() + text[1:]


def because(detail: str) -> str:
    """What more is known, in brackets after a sentence; empty where that is nothing."""
    return f" ({detail.strip(' :')})" if detail.strip(" :") else ""
