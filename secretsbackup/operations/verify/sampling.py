"""Sampling: which files a verification restores: some places at random, each with the files around it.

A file's neighbours lie in the same volume, so they cost nothing more than to be compared.
"""

import os
import random
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from secretsbackup.tools import tree

T = TypeVar("T")

SAMPLE = 5
"""Places: each costs a volume, or two where it lies on the edge of one, of each set of the chain."""
_BY_SIZE = 2
"""Of these, so many about a file that is drawn by its size."""
_AROUND = 12
"""Entries that the largest folder has which is restored as a whole."""
_LARGEST = 256 << 20
"""Bytes: a larger file would make a verification last as long as a restore."""
_TOGETHER = 32 << 20
"""Bytes that the files of such a folder have together: less than a volume."""


class SamplePath(msgspec.Struct, frozen=True):
    """A path of a snapshot to be restored (b"": all of it), and the files at or below it to be compared.
    As bytes, relative to the snapshot."""

    path: bytes = b""
    files: tuple[bytes, ...] = ()


def places(stage: Path, before: float) -> list[SamplePath]:
    """Some places of the stage whose files have not been touched since `before` (seconds since 1970).

    Most are about a file that is as likely as any other, the rest about one that is the likelier the larger
    it is: with the former alone, a tree of many letters and some films would never prove the films, nor tell
    how fast these come. A million files are walked once, and never held.
    """
    found = {
        place.path: place
        for path in drawn(_comparable(stage, before))
        for place in [_around(stage, path, before)]
    }
    return [one for path, one in sorted(found.items()) if not _within(path, found)]


def drawn(files: Iterable[tuple[bytes, int]]) -> set[bytes]:
    """Some of these files with their sizes, at random."""
    even: list[bytes] = []
    by_size: list[bytes] = []
    total = 0
    for number, (path, size) in enumerate(files):
        place = number if number < SAMPLE - _BY_SIZE else random.randrange(number + 1)  # noqa: S311 - no secret
        if place < SAMPLE - _BY_SIZE:
            even[place : place + 1] = [path]
        total += size
        for slot in range(_BY_SIZE):
            if slot >= len(by_size) or random.random() * total < size:  # noqa: S311 - no secret
                by_size[slot : slot + 1] = [path]
    return {*even, *by_size}


def sample(items: Iterable[T]) -> list[T]:
    """Some of them, at random, each as likely as the others; a million of them are never held at once."""
    chosen: list[T] = []
    for number, item in enumerate(items):
        place = number if number < SAMPLE else random.randrange(number + 1)  # noqa: S311 - no secret
        if place < SAMPLE:
            chosen[place : place + 1] = [item]
    return chosen


def _comparable(stage: Path, before: float) -> Iterator[tuple[bytes, int]]:
    for path, status in tree.files_below(stage):
        if _as_sent(path, status, before):
            yield path[len(bytes(stage)) + 1 :], status.st_size


def _as_sent(path: bytes, status: os.stat_result, before: float) -> bool:
    """Whether a staged file is as the snapshot must have it. What nobody can read was not sent either."""
    regular = stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST
    return regular and status.st_ctime < before and os.access(path, os.R_OK)


def _around(stage: Path, path: bytes, before: float) -> SamplePath:
    """The largest folder about a file that is still small, or the file alone."""
    place = SamplePath(path, (path,))
    folder = path.rpartition(b"/")[0]
    while folder:
        wider = _small(stage, folder, before)
        if wider is None:
            break
        place, folder = wider, folder.rpartition(b"/")[0]
    return place


def _small(stage: Path, folder: bytes, before: float) -> SamplePath | None:
    root = bytes(stage)
    files: list[bytes] = []
    size = 0
    for number, (path, status) in enumerate(tree.files_below(Path(os.fsdecode(root + b"/" + folder)))):
        size += status.st_size
        if number >= _AROUND or size > _TOGETHER:
            return None
        if _as_sent(path, status, before):
            files.append(path[len(root) + 1 :])
    return SamplePath(folder, tuple(files))


def _within(path: bytes, found: Iterable[bytes]) -> bool:
    return any(path.startswith(other + b"/") for other in found)
