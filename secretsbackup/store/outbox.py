"""Outbox: what came to a stage, changed there or left it and is not known to be sent, by name.

It is written before a backup's collect counts as done, and emptied once what was sent is held against it: so
a run that is cut off between leaves it to the next.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from secretsbackup.model.profile import ProfileName
from secretsbackup.store.boundary import open_file
from secretsbackup.store.home import Home, owner_only, unwritable

_PIECE = 1 << 20
"""Bytes."""


class Item(msgspec.Struct, frozen=True, gc=False):
    """A path, relative to the stage. `hidden` says that duplicity may take the file for unchanged although it
    is not, since it looks like what was sent before; `whole`, that what was sent of it is not what duplicity
    takes it to be, so that no difference from it may be sent."""

    path: bytes
    hidden: bool = False
    whole: bool = False


def read(home: Home, profile: ProfileName) -> Iterator[Item]:
    """Every item, one path perhaps several times; none if there is no such file."""
    return read_from(home.outbox(profile))


def spool(home: Home, profile: ProfileName) -> Path:
    """Where a collect that goes on takes down items; what one leaves there that was cut off means nothing."""
    path = home.outbox(profile)
    owner_only(path.parent)
    return path.with_name(f".{path.name}.collecting")


def read_from(path: Path) -> Iterator[Item]:
    """The items of a file that `write` wrote them to."""
    with contextlib.suppress(FileNotFoundError), os.fdopen(open_file(path, os.O_RDONLY), "rb") as file:
        rest = b""
        while piece := file.read(_PIECE):
            *whole, rest = (rest + piece).split(b"\0")
            for item in filter(None, whole):  # a power cut may leave zeros
                yield Item(item[1:], hidden=item[:1] in b"?!", whole=item[:1] == b"!")


def write(file: BinaryIO, item: Item) -> None:
    """Put an item into a file, behind what that has."""
    file.write((b"!" if item.whole else b"?" if item.hidden else b"=") + item.path + b"\0")


def hidden(home: Home, profile: ProfileName) -> set[bytes]:
    """The paths that duplicity may take for unchanged, or for something else than what they are."""
    return {item.path for item in read(home, profile) if item.hidden}


def whole(home: Home, profile: ProfileName) -> set[bytes]:
    """The paths of which the whole is to be sent."""
    return {item.path for item in read(home, profile) if item.whole}


def add(home: Home, profile: ProfileName, item: Item) -> None:
    """Put an item behind the others, durably."""
    path = home.outbox(profile)
    owner_only(path.parent)
    try:
        with os.fdopen(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), "ab") as file:
            write(file, item)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(error, path) from None


def replace(home: Home, profile: ProfileName, items: Iterable[Item]) -> None:
    """Have the outbox hold these, durably; a power cut leaves the old ones or the new ones."""
    path = home.outbox(profile)
    owner_only(path.parent)
    new = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for item in items:
                write(file, item)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise unwritable(error, path) from None


def empty(home: Home, profile: ProfileName) -> None:
    """Forget them: all is sent."""
    home.outbox(profile).unlink(missing_ok=True)
