"""The language that we speak: sentences and labels pass through `_`. English until another is chosen."""

import gettext
import locale
import os
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

_spoken = gettext.NullTranslations()


def _(text: str) -> str:
    """The text in the language that is spoken; itself where nobody has translated it yet."""
    return _spoken.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with a count."""
    return _spoken.ngettext(one, many, count)


def set_language(language: str | None = None) -> None:
    """Speak this language ("de", "de_AT", "en"); None is the session's own."""
    global _spoken  # noqa: PLW0603 - one process speaks one language
    wanted = language or _of_the_session()
    _spoken = _loaded(wanted) or _loaded(wanted.partition("_")[0]) or gettext.NullTranslations()


def code() -> str:
    """The language in use, as a code: "en", "de"."""
    return _spoken.info().get("language", "en")


@cache
def _locale(language: str, territory: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    try:
        return Locale(language, territory or None)
    except UnknownLocaleError:
        return Locale(language)


def formats() -> "Locale":
    """How dates, times and numbers are written: as the session has it (LC_TIME), if its language is the one in
    use; English without a country of its own is written as in Britain, with 24 hours."""
    language = code().partition("_")[0]
    session = _of_the_session("LC_TIME").partition("_")
    country = session[2] if session[0] == language else ""
    return _locale(language, country or {"en": "GB"}.get(language, ""))


def units() -> "Locale":
    """How units are written in the language in use, wherever: 3 min, 1.4 MB."""
    return _locale(code().partition("_")[0], "")


def known() -> tuple[str, ...]:
    """The languages that somebody has translated us into, and English."""
    folder = files("secretsbackup.resources") / "translations"
    found = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    return ("en", *sorted(name.removesuffix(".po") for name in found if name.endswith(".po")))


def _of_the_session(category: str = "LC_MESSAGES") -> str:
    for name in ("LC_ALL", category, "LANG"):
        if value := os.environ.get(name):
            return re.split(r"[.@]", value)[0]
    return locale.getlocale()[0] or "en"


def _loaded(language: str) -> gettext.NullTranslations | None:
    import io

    if language in ("", "C", "POSIX", "en"):
        return None
    file = files("secretsbackup.resources") / "translations" / f"{language}.po"
    if not file.is_file():
        return None
    import polib

    return gettext.GNUTranslations(io.BytesIO(polib.pofile(file.read_text(encoding="utf-8")).to_binary()))
