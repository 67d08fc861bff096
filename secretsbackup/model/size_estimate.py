"""Appraisals: how much there is to protect, what of it need not be, and what is largest."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec


class Leftover(StrEnum):
    """Kinds of things that few people miss; what each is called is in `words`."""

    CACHES = "caches"
    PACKAGES = "packages"
    TRASH = "trash"
    IMAGES = "images"

    @property
    def offered(self) -> bool:
        """Whether it is left out unless somebody wants it: what programs make again by themselves."""
        return self is not Leftover.IMAGES


class Tally(msgspec.Struct, frozen=True):
    """A number of files, and their bytes."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.files + other.files, self.bytes + other.bytes)


class Suggestion(msgspec.Struct, frozen=True):
    """What could be left out, by which patterns, and how much of it is in each source."""

    kind: Leftover
    patterns: tuple[str, ...]
    found: dict[str, Tally]

    @property
    def all(self) -> Tally:
        """How much it is."""
        return sum(self.found.values(), Tally())


class LargeItem(msgspec.Struct, frozen=True):
    """Something large: its whole path, the pattern that leaves it out, its bytes."""

    path: str
    pattern: str
    bytes: int
    folder: bool


class SizeEstimate(msgspec.Struct, frozen=True):
    """What was counted; `sources` without anything that is suggested or left out. `done` once all is."""

    sources: dict[str, Tally] = {}
    suggestions: tuple[Suggestion, ...] = ()
    largest: tuple[LargeItem, ...] = ()
    done: bool = False

    def of(self, source: str, exclude: Sequence[str]) -> Tally:
        """How much of a source is saved with these patterns."""
        kept = (one.found.get(source, Tally()) for one in self.suggestions if not chosen(one, exclude))
        return sum(kept, self.sources.get(source, Tally()))

    def total(self, exclude: Sequence[str]) -> Tally:
        """How much is saved with these patterns."""
        return sum((self.of(source, exclude) for source in self.sources), Tally())


def chosen(suggestion: Suggestion, exclude: Sequence[str]) -> bool:
    """Whether it is left out already."""
    return {*suggestion.patterns} <= {*exclude}
