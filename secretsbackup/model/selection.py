"""Selection: which paths of a snapshot are chosen, as a tree of check boxes has it. Immutable.

A mark on a folder holds for all below it, up to the next mark; so a choice stays small however large the
tree is, and needs to know nothing of what has not been looked at. b"" is the top.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

Children = Callable[[bytes], Iterable[bytes]]
"""The paths in a folder."""


class Mark(StrEnum):
    """How a check box is ticked."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


class Selection(msgspec.Struct, frozen=True):
    """`marks` are those that differ from the mark of the folder that they are in."""

    marks: Mapping[bytes, bool] = {}

    def mark(self, path: bytes) -> Mark:
        """How the box of a path is ticked."""
        if any(_below(one, path) for one in self.marks):
            return Mark.SOME
        return Mark.ALL if self.holds(path) else Mark.NONE

    def holds(self, path: bytes) -> bool:
        """Whether a path is chosen, by itself or by a folder above it."""
        return next((self.marks[one] for one in _upwards(path) if one in self.marks), False)

    def with_(self, path: bytes, *, chosen: bool) -> "Selection":
        """This selection with a path, and all below it, chosen or not."""
        kept = {one: mark for one, mark in self.marks.items() if one != path and not _below(one, path)}
        if Selection(kept).holds(path) != chosen:
            kept[path] = chosen
        return Selection(kept)

    def chosen(self, children: Children) -> tuple[bytes, ...]:
        """The fewest paths that are all that is chosen; b"" alone stands for everything.

        Only folders of which some is chosen and some is not are looked into.
        """
        return tuple(self._chosen(b"", children))

    def _chosen(self, path: bytes, children: Children) -> Iterator[bytes]:
        match self.mark(path):
            case Mark.ALL:
                yield path
            case Mark.SOME if self.holds(path):
                for child in children(path):
                    yield from self._chosen(child, children)
            case Mark.SOME:
                for child in sorted({_step(one, path) for one in self.marks if _below(one, path)}):
                    yield from self._chosen(child, children)
            case Mark.NONE:
                pass


def _below(path: bytes, folder: bytes) -> bool:
    return path != folder and (folder == b"" or path.startswith(folder + b"/"))


def _upwards(path: bytes) -> Iterator[bytes]:
    """The path itself, then every folder above it."""
    while path:
        yield path
        path = path.rpartition(b"/")[0]
    yield b""


def _step(path: bytes, folder: bytes) -> bytes:
    """The path that lies in a folder, on the way to one below it."""
    start = len(folder) + 1 if folder else 0
    end = path.find(b"/", start)
    return path if end < 0 else path[:end]
