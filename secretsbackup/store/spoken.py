"""Spoken: the language that the user chose in the window, for what says the same without one."""

from secretsbackup.store.home import Home


def chosen(home: Home) -> str | None:
    """Its code; None for the session's own, also where no desktop ever ran or its file is torn."""
    import configparser

    kept = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        kept.read(home.desktop, encoding="utf-8")
    except (configparser.Error, UnicodeError, OSError):
        return None
    return kept.get("General", "language", fallback="") or None
