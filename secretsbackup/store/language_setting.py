"""Spoken: the language that the user chose in the window, for what says the same without one."""

from secretsbackup.model.outcome import Failure
from secretsbackup.store import boundary
from secretsbackup.store.home import Home


def chosen(home: Home) -> str | None:
    """The code of the chosen language. None for the session's own, also where no desktop ever ran or its file
    is torn."""
    import configparser

    kept = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        kept.read_string(boundary.content(home.desktop).decode())
    except (configparser.Error, UnicodeError, OSError, Failure):
        return None
    return kept.get("General", "language", fallback="") or None
