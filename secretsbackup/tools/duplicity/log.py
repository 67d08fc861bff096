"""duplicity's machine-readable log, as `--log-fd` writes it (duplicity's README-LOG.md).

A stanza is a line `KEYWORD CODE EXTRAS`, then lines of data, then lines of text that begin with ". ",
then an empty line. What is not known is left alone.
"""

import errno
import re
from collections.abc import Callable

import msgspec


class Stanza(msgspec.Struct, frozen=True):
    """One message. `extras` are the words after the code, `data` and `text` the lines below."""

    keyword: str
    code: int
    extras: str = ""
    data: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def is_info(self) -> bool:
        """Whether it is an INFO stanza, whose codes tell what is going on."""
        return self.keyword == "INFO"


NEW, CHANGED, DELETED, RESTORING, LISTED, VOLUMES = 4, 5, 6, 7, 10, 2
"""Codes of INFO stanzas."""

_LEFT_OUT = {8, 9, 10, 12, 13}
"""Codes of WARNING stanzas: what cannot be listed, looked at, read, processed. duplicity then ends well."""

_HEAD = re.compile(r"([A-Z]+) (\d{1,9})(?: (.*))?")


class Parser:
    """Makes stanzas of lines; anything that is no stanza is passed over."""

    def __init__(self, heard: Callable[[Stanza], None]) -> None:
        self._heard = heard
        self._lines: list[str] = []

    def line(self, line: bytes) -> None:
        """Take the next line, without its end."""
        if line:
            self._lines.append(line.decode("utf-8", "surrogateescape"))
            return
        self._finish()

    def _finish(self) -> None:
        lines, self._lines = self._lines, []
        head = _HEAD.fullmatch(lines[0]) if lines else None
        if not head:
            return
        text = tuple(line[2:] for line in lines[1:] if line.startswith(". "))
        data = tuple(line for line in lines[1:] if not line.startswith(". ") and line != ".")
        self._heard(Stanza(head[1], int(head[2]), head[3] or "", data, text))


def left_out(stanza: Stanza) -> tuple[bytes, str] | None:
    """The path that a warning says was left out, and why; None if it is no such warning."""
    if stanza.keyword != "WARNING" or stanza.code not in _LEFT_OUT:
        return None
    cause = re.search(r"\[Errno \d+\] ([^:']+)", " ".join(stanza.text))
    return path(stanza.extras), cause[1] if cause else ""


def refused(stanza: Stanza) -> int | None:
    """What the system answered (errno) where a warning says that something was left out; None if that was not
    the reason. Of a folder that could not be made duplicity tells no number (path.py, `mkdir`, 3.2)."""
    said = " ".join(stanza.text) if left_out(stanza) else ""
    number = re.search(r"\[Errno (\d{1,3})\]", said)
    if number:
        return int(number[1])
    return errno.EACCES if "Error creating directory" in said else None


def misread(stanza: Stanza) -> bytes | None:
    """The file that a warning says could not be read to its end, as a whole path or one below the stage; None
    if it is no such warning.

    duplicity sends what it has of such a file as if that were all, and signs what it can read of it a second
    time: by its signature nobody sees that it is cut short (diffdir.py, `FileWithReadCounter`, 3.2).
    """
    found = _MISREAD.fullmatch("\n".join(stanza.text)) if stanza.keyword == "WARNING" else None
    return found[1].encode("utf-8", "surrogateescape") if found else None


_MISREAD = re.compile(r"Error .*? getting delta for (.+)", re.DOTALL)


def path(extras: str) -> bytes:
    """The path that a stanza names, quoted and with unicode escapes; b"" where none can be read."""
    quoted = re.search(r"'((?:[^'\\]|\\.)*)'", extras)
    if not quoted:
        return extras.split(" ", maxsplit=1)[0].encode("utf-8", "surrogateescape")
    text = _ESCAPE.sub(_unescaped, quoted[1])
    return text.encode("utf-8", "surrogateescape")


_ESCAPE = re.compile(
    r"\\(x[0-9a-f]{2}"
    r"|u(?!d[89abdef]|dc[0-7])[0-9a-f]{4}"  # of the surrogates only those that stand for a byte
    r"|U00(?:0[1-9a-f]|10)[0-9a-f]{4}"
    r"|[nrt\\'])"
)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'"}


def _unescaped(found: re.Match[str]) -> str:
    """What Python's unicode-escape codec wrote; what it cannot have written stays as it is."""
    code = found[1]
    return _PLAIN[code] if code in _PLAIN else chr(int(code[1:], 16))
