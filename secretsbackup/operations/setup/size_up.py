"""Appraise: how much there is to protect, what of it need not be, and what is largest. Nothing is changed.

Links are followed, as a backup follows them. What need not be protected is only ever suggested, and only
where it is really there.
"""

import asyncio
import contextlib
import heapq
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model.patterns import literal
from secretsbackup.model.profile import Source, labelled
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.model.size_estimate import LargeItem, Leftover, SizeEstimate, Suggestion, Tally
from secretsbackup.store.home import Home
from secretsbackup.tools import rsync

_NAMES = {
    **dict.fromkeys((".cache", ".thumbnails", "GPUCache", "CacheStorage", "Code Cache"), Leftover.CACHES),
    **dict.fromkeys(("__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"), Leftover.CACHES),
    **dict.fromkeys(("node_modules", ".tox", ".nox"), Leftover.PACKAGES),
}
"""Folders that are the same wherever they lie."""
_MARKS = {"CACHEDIR.TAG": Leftover.CACHES, "pyvenv.cfg": Leftover.PACKAGES}
"""Files that say what the folder is in which they lie (https://bford.info/cachedir/; PEP 405)."""
_ENDINGS = (".iso", ".vdi", ".vmdk", ".qcow2")
_LARGEST = 8
_ALMOST = 0.8
_LEAST = 1 << 20
"""Bytes; what is smaller is not worth a line."""
_PROGRESS_INTERVAL_S = 0.25
"""Seconds between two interim counts."""


async def size_up(
    sources: Sequence[str], exclude: Sequence[str], home: Home, heard: Callable[[SizeEstimate], None]
) -> SizeEstimate:
    """Count; `heard` gets the count so far, in the loop's own thread. To be cancelled at any time."""
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def tell(so_far: SizeEstimate) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(lambda: None if stop.is_set() else heard(so_far))

    try:
        return await asyncio.to_thread(_Count(sources, exclude, home, stop, tell).run)
    finally:
        stop.set()


class _Place(msgspec.Struct, frozen=True):
    """A folder that is to be looked into. `above` are the folders it lies in, `top` what of the source."""

    path: str
    inside: str
    above: frozenset[tuple[int, int]]
    kind: Leftover | None = None
    top: str = ""


class _Count:
    """One count, in a thread of its own."""

    def __init__(
        self,
        sources: Sequence[str],
        exclude: Sequence[str],
        home: Home,
        stop: threading.Event,
        tell: Callable[[SizeEstimate], None],
    ) -> None:
        self._sources, self._stop, self._tell = sources, stop, tell
        self._exclude, self._patterns = exclude, Patterns(())
        self._ours = {_identity(str(one)) for one in (home.cache, home.state) if one.is_dir()}
        self._base: dict[str, list[int]] = {}
        self._kinds: dict[Leftover, dict[str, list[int]]] = {}
        self._found: dict[Leftover, dict[str, None]] = {kind: {} for kind in Leftover}
        self._tops: dict[tuple[str, str, bool], int] = {}
        self._files: list[tuple[int, str, str]] = []
        self._told = time.monotonic()

    def run(self) -> SizeEstimate:
        for source in dict.fromkeys(self._sources):
            self._base[source] = [0, 0]
            self._source(source)
        return self._appraisal(done=True)

    def _source(self, source: str) -> None:
        if not Path(source).is_dir():
            with contextlib.suppress(OSError):
                self._take(source, None, Path(source).stat().st_size)
            return
        label = next((one.label for one in labelled([*self._sources]) if one.path == source), "")
        self._patterns = Patterns(rsync.excludes(self._exclude, Source(label, source)))
        waiting = [_Place(source, "", frozenset())]
        while waiting and not self._stop.is_set():
            waiting += self._look(source, waiting.pop())
            if time.monotonic() - self._told > _PROGRESS_INTERVAL_S:
                self._tell(self._appraisal(done=False))
                self._told = time.monotonic()

    def _look(self, source: str, place: _Place) -> Iterator[_Place]:
        """Count the files of a folder; the folders in it are to be looked into next."""
        try:
            here = _identity(place.path)
            if here in self._ours or here in place.above:
                return
            with os.scandir(place.path) as listed:
                entries = list(listed)
        except OSError:
            return
        place = self._marked(place, entries)
        above = place.above | {here}
        for entry in entries:
            inside = f"{place.inside}/{entry.name}" if place.inside else entry.name
            with contextlib.suppress(OSError):
                if entry.is_dir():
                    yield from self._folder(entry, inside, place, above)
                elif entry.is_file():
                    self._file(source, entry, inside, place)

    def _marked(self, place: _Place, entries: Sequence["os.DirEntry[str]"]) -> _Place:
        kinds = (_MARKS[entry.name] for entry in entries if entry.name in _MARKS)
        kind = next(kinds, None) if place.inside and not place.kind else None
        if kind is None or not self._suggest(kind, literal(place.inside) + "/"):
            return place
        return msgspec.structs.replace(place, kind=kind)

    def _folder(
        self, entry: "os.DirEntry[str]", inside: str, place: _Place, above: frozenset[tuple[int, int]]
    ) -> Iterator[_Place]:
        kind = place.kind or self._leftover(entry.name, inside)
        if kind is None and self._patterns.match(os.fsencode(inside), folder=True):
            return
        yield _Place(entry.path, inside, above, kind, place.top or entry.name)

    def _leftover(self, name: str, inside: str) -> Leftover | None:
        kind = _NAMES.get(name)
        if kind and self._suggest(kind, f"{name}/"):
            return kind
        trash = name.startswith(".Trash") or inside.endswith(".local/share/Trash")
        return Leftover.TRASH if trash and self._suggest(Leftover.TRASH, literal(inside) + "/") else None

    def _file(self, source: str, entry: "os.DirEntry[str]", inside: str, place: _Place) -> None:
        ending = os.path.splitext(entry.name)[1]  # noqa: PTH122 - half a million times
        kind = place.kind
        if kind is None and ending.lower() in _ENDINGS and self._suggest(Leftover.IMAGES, f"*{ending}"):
            kind = Leftover.IMAGES
        if kind is None and self._patterns.match(os.fsencode(inside), folder=False):
            return
        size = entry.stat().st_size
        self._take(source, kind, size)
        if kind is None:
            top = (source, place.top or entry.name, bool(place.top))
            self._tops[top] = self._tops.get(top, 0) + size
            if place.top and size >= _LEAST:
                (heapq.heappush if len(self._files) < _LARGEST else heapq.heappushpop)(
                    self._files, (size, source, inside)
                )

    def _suggest(self, kind: Leftover, pattern: str) -> bool:
        """Note a pattern; False where it cannot be written down: a name that is no text."""
        try:
            pattern.encode()
        except UnicodeEncodeError:
            return False
        self._found[kind][pattern] = None
        return "\n" not in pattern

    def _take(self, source: str, kind: Leftover | None, size: int) -> None:
        counts = self._base if kind is None else self._kinds.setdefault(kind, {})
        count = counts.setdefault(source, [0, 0])
        count[0] += 1
        count[1] += size

    def _appraisal(self, *, done: bool) -> SizeEstimate:
        suggestions = [
            Suggestion(kind, tuple(self._found[kind]), {source: Tally(*n) for source, n in found.items()})
            for kind, found in self._kinds.items()
        ]
        return SizeEstimate(
            {source: Tally(*count) for source, count in self._base.items()},
            tuple(sorted(suggestions, key=lambda one: -one.all.bytes)),
            tuple(self._largest()),
            done,
        )

    def _largest(self) -> Iterator[LargeItem]:
        """Files, and what lies at the top of a source; not a folder that is but one of those files."""
        least = max(_LEAST, sum(size for _, size in self._base.values()) // 100)
        tops = [(size, source, name, folder) for (source, name, folder), size in self._tops.items()]
        deep = [(size, source, inside, False) for size, source, inside in self._files]
        main = {(source, inside.partition("/")[0]): size for size, source, inside in sorted(self._files)}
        folders = (one for one in tops if main.get(one[1:3], 0) < _ALMOST * one[0])
        for size, source, inside, folder in heapq.nlargest(_LARGEST, [*folders, *deep]):
            if size >= least and self._writable(inside):
                ending = "/" if folder else ""
                yield LargeItem(os.path.join(source, inside), literal(inside) + ending, size, folder)  # noqa: PTH118

    def _writable(self, inside: str) -> bool:
        return "\n" not in inside and not any("\udc80" <= char <= "\udcff" for char in inside)


def _identity(folder: str) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116 - half a million times
    return status.st_dev, status.st_ino
