"""The language that we speak: sentences and labels pass through `_`. English until another is chosen."""

import gettext
import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

_spoken = gettext.NullTranslations()


def _(text: str) -> str:
    """The text in the language that is spoken; itself where nobody has translated it yet."""
    return _spoken.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with a count."""
    return _spoken.ngettext(one, many, count)


def speak(language: str | None = None) -> None:
    """Speak this language ("de", "de_AT", "en"); None is the session's own."""
    global _spoken  # noqa: PLW0603 - one process speaks one language
    wanted = language or _of_the_session()
    _spoken = _loaded(wanted) or _loaded(wanted.partition("_")[0]) or gettext.NullTranslations()


def code() -> str:
    """The language in use, as a code: "en", "de"."""
    return _spoken.info().get("language", "en")


@contextmanager
def humanised() -> Iterator[None]:
    """Within it, humanize speaks the language too, where it knows it."""
    import humanize

    name = code()
    try:
        if name != "en":
            humanize.activate(f"{name}_{name.upper()}")
    except FileNotFoundError:
        pass
    try:
        yield
    finally:
        humanize.deactivate()


def known() -> tuple[str, ...]:
    """The languages that somebody has translated us into, and English."""
    folder = files("secretsbackup.resources") / "translations"
    found = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    return ("en", *sorted(name.removesuffix(".po") for name in found if name.endswith(".po")))


def _of_the_session() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.partition(".")[0]
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
