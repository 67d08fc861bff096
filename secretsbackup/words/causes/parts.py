"""Parts of sentences that several causes share."""

from secretsbackup.words.language import _
from secretsbackup.words.quantities import duration, size


def room(place: str, needed: int, free: int) -> str:
    """Where there is no room, and how much is needed and free where that is known."""
    at = _(" at {about}").format(about=place) if place else ""
    if not needed and not free:
        return at
    return _("{at} ({needed} are needed, {free} are free)").format(
        at=at, needed=size(needed), free=size(free)
    )


def named(file: str, more: int) -> str:
    """A file's name, and how many more there are."""
    return _("{name} and {count} more").format(name=file, count=more) if more else file


def skew(ahead: int) -> str:
    """How far a clock is off, from seconds that it is ahead; "" where that is not known."""
    if not ahead:
        return ""
    return f" ({duration(abs(ahead))} {_('fast') if ahead > 0 else _('slow')})"
