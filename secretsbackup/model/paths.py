"""Names of files as text: a file system allows any bytes, JSON and screens do not."""

import os
from urllib.parse import quote, unquote_to_bytes

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile


def shown(path: bytes) -> str:
    """Text for a path: UTF-8 as it is; other bytes and control characters as \\xNN."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def said(line: bytes, most: int) -> str:
    """Text for a line that a program said, `most` letters of it: none moves a cursor or colours anything."""
    text = shown(line[:most].replace(b"\t", b" "))
    return text if len(text) <= most and len(line) <= most else text[:most] + "…"


def is_text(path: str) -> bool:
    """Whether a path is UTF-8: a file can have any bytes for its name, and not all can be written down."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def legible(text: str) -> str:
    """A text that may name a path, for a screen or JSON: with \\xNN for what in it is not UTF-8."""
    return text if is_text(text) else shown(os.fsencode(text))


def written(path: str) -> str:
    """An absolute path for a file that is UTF-8: as it is if it is text, else as a file:// URL, which no
    absolute path looks like. `read` makes the path of it again."""
    return path if is_text(path) else _URL + quote(os.fsencode(path))


def read(text: str) -> str:
    """The path that `written` wrote."""
    return os.fsdecode(unquote_to_bytes(text.removeprefix(_URL))) if text.startswith(_URL) else text


def within_snapshot(path: bytes, profile: Profile) -> bytes:
    """Translate a path to what a snapshot has it as: LABEL/…; it may be given as that, or as where the file
    lies on this machine. Failure(PATH_NOT_FOUND) if it leads out."""
    if b".." in path.split(b"/"):
        raise Failure(causes.PathNotFound(shown(path)))
    for source in profile.sources:
        root = os.fsencode(source.path)
        if path == root or path.startswith(root.rstrip(b"/") + b"/"):
            inside = path[len(root) :].strip(b"/")
            return b"/".join(part for part in (os.fsencode(source.label), inside) if part not in (b"", b"."))
    return b"/".join(part for part in path.split(b"/") if part not in (b"", b"."))


_URL = "file://"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
