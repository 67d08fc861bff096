"""Measure: how much some sources hold, while somebody is still choosing them. It can be stopped."""

import asyncio
import heapq
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile, Source
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.tools import rsync, tree

_LARGEST = 5
_PROGRESS_INTERVAL_S = 0.25
"""Seconds."""
_LIMIT_S = 10.0
"""Seconds that somebody waits at a terminal."""


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """`largest` are (path, bytes), the largest first. `counting` while it is not all of it yet. `idle` are
    the patterns that left nothing out."""

    files: int = 0
    bytes: int = 0
    left_out: int = 0
    largest: tuple[tuple[str, int], ...] = ()
    counting: bool = False
    idle: tuple[str, ...] = ()


async def measure(
    sources: Sequence[Source],
    exclude: Sequence[str],
    own: Sequence[Path] = (),
    told: Callable[[Amount], None] = lambda _: None,
) -> Amount:
    """Count in a thread, telling how far it is; cancel it to stop. What cannot be read is not counted."""
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def tell(amount: Amount) -> None:
        if not stop.is_set():
            loop.call_soon_threadsafe(told, amount)

    try:
        return await asyncio.to_thread(_count, sources, exclude, own, tell, stop)
    finally:
        stop.set()


async def idle(profile: Profile, own: Sequence[Path] = ()) -> tuple[str, ...]:
    """The patterns of a profile that leave nothing out; none where that takes too long to say."""
    try:
        async with asyncio.timeout(_LIMIT_S):
            return (await measure(profile.sources, profile.exclude, own)).idle
    except TimeoutError:
        return ()


def _count(
    sources: Sequence[Source],
    exclude: Sequence[str],
    own: Sequence[Path],
    tell: Callable[[Amount], None],
    stop: threading.Event,
) -> Amount:
    excluded = _Excluded(exclude)
    files = size = skipped = 0
    largest: list[tuple[int, str]] = []
    said = time.monotonic()
    for source in sources:
        for path, bytes_ in tree.measured(Path(source.path), excluded.of(source), own):
            if bytes_ is None:
                skipped += 1
                continue
            files, size = files + 1, size + bytes_
            if len(largest) < _LARGEST or bytes_ > largest[0][0]:
                heapq.heappush(largest, (bytes_, shown(os.path.join(os.fsencode(source.label), path))))  # noqa: PTH118 - bytes
                if len(largest) > _LARGEST:
                    heapq.heappop(largest)
            if stop.is_set():
                return Amount(counting=True)
            if time.monotonic() - said > _PROGRESS_INTERVAL_S:
                said = time.monotonic()
                tell(
                    Amount(files=files, bytes=size, left_out=skipped, largest=_sorted(largest), counting=True)
                )
    return Amount(
        files=files, bytes=size, left_out=skipped, largest=_sorted(largest), idle=tuple(excluded.idle)
    )


class _Excluded:
    """What is left out, and which patterns have left out nothing so far."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns
        self.idle = list(patterns)

    def of(self, source: Source) -> Callable[[bytes], bool]:
        """Says whether a path of a source is left out; a folder's ends in a slash."""
        every = Patterns(rsync.excludes(self._patterns, source))
        each = {one: Patterns(rsync.excludes([one], source)) for one in self.idle}

        def left_out(path: bytes) -> bool:
            if not every.exclude(path):
                return False
            self.idle = [one for one in self.idle if not each[one].exclude(path)]
            return True

        return left_out


def _sorted(largest: list[tuple[int, str]]) -> tuple[tuple[str, int], ...]:
    return tuple((path, size) for size, path in sorted(largest, reverse=True))
