"""Staleness: finds the staged files whose source has changed behind an unchanged size and time.

rsync trusts a file of the right size and whole second. Containers put their times back (VeraCrypt), links
are switched between files of one time (Nix, ostree), and two edits may share a second. All of that shows in
the inode and the change time of what a path leads to, at the price of one stat for a file; only where these
are not those of the last collect are both files read, up to the first byte that differs.
"""

import contextlib
import filecmp
import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model.profile import Source
from secretsbackup.store.home import unwritable
from secretsbackup.store.origins import UNKNOWN, Origin, Origins, collected, packed
from secretsbackup.tools import surroundings, tree

_A_TICK = 1.0
"""Seconds: a file's time may lag behind the clock by a tick of the kernel's, which is far shorter."""
_SECOND = 10**9
_LARGEST = (1 << 64) - 1
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
"""Odd numbers without a pattern: small differences of what they are multiplied with do not add up to none."""


class Known(msgspec.Struct, frozen=True):
    """What a collect begins with: the origins of the last one that came to its end (None if there was none);
    when the one began that was cut off since then (seconds; 0 for none); what must be compared in any case.
    """

    origins: Origins | None
    since: float
    distrusted: frozenset[bytes] = frozenset()


class Look(msgspec.Struct, frozen=True):
    """What was found in a stage: how many files, their bytes (`size`) and origins.

    `stale` are those that rsync would have trusted wrongly, as paths relative to the stage. `arrived` came
    there after the last collect that ended.
    """

    files: int
    size: int
    origins: Origins
    stale: frozenset[bytes] = frozenset()
    arrived: tuple[bytes, ...] = ()


class SteadyClock:
    """Says whether a source has not changed since a moment; if the clock was set back meanwhile, of none."""

    def __init__(self) -> None:
        self.began = time.time()
        self._start = self.began - _uptime()

    def older(self, status: os.stat_result) -> bool:
        """Whether it last changed before that moment."""
        set_back = time.time() - _uptime() < self._start - _A_TICK
        return not set_back and status.st_ctime < self.began - _A_TICK


def _uptime() -> float:
    """Seconds since some moment, sleep included where the system counts that."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def before(stage: Path, sources: Sequence[Source], known: Known) -> Look:
    """Look at a stage before rsync does, and give each stale file another time there: so rsync copies it."""
    reader = StageFiles(stage, sources)
    records: list[bytes] = []
    stale: set[bytes] = set()
    arrived: list[bytes] = []
    size = 0
    for path, inside, status in reader.files():
        size += status.st_size
        now = reader.source_of(inside)
        was = known.origins.of(inside) if known.origins else None
        copy = reader.number(status)
        if _arrived(known, was, copy, status):
            arrived.append(inside)
        source = reader.number(now) if now else UNKNOWN
        if now and _alike(now, status) and not _trusted(reader, known, inside, status, now):
            same = _is_same(reader.path_of(inside), path)
            source = source if same else UNKNOWN
            if same is False:
                stale.add(inside)
                copy = _give_another_time(path, status)
        records.append(packed(inside, Origin(copy, source)))
    return Look(len(records), size, collected(records), frozenset(stale), tuple(arrived))


def after(
    stage: Path, sources: Sequence[Source], look: Look, clock: SteadyClock
) -> tuple[Look, tuple[bytes, ...]]:
    """Look at a stage after rsync was there, for the next collect; and which of the files that came duplicity
    cannot tell from others by their time: it takes all before 1970 for one second.

    What came was copied at some moment since `clock` began: only a source that is older is known.
    """
    reader = StageFiles(stage, sources)
    records: list[bytes] = []
    timeless: list[bytes] = []
    size = 0
    for _, inside, status in reader.files():
        size += status.st_size
        copy = reader.number(status)
        origin = look.origins.of(inside)
        if origin is None or origin.copy != copy:
            now = reader.source_of(inside)
            sure = now is not None and _alike(now, status) and clock.older(now)
            origin = Origin(copy, reader.number(now) if now and sure else UNKNOWN)
            timeless += [inside] if status.st_mtime < 1 else []
        records.append(packed(inside, origin))
    return Look(len(records), size, collected(records)), tuple(timeless)


class StageFiles:
    """Finds the files of a stage, and what they were copied from."""

    def __init__(self, stage: Path, sources: Sequence[Source]) -> None:
        self._stage = stage
        self._sources = dict(_origin(source) for source in sources)
        self._numberless = surroundings.devices_without_inodes()

    def files(self) -> Iterator[tuple[bytes, bytes, os.stat_result]]:
        """Every file: its path, the same relative to the stage, and its status."""
        start = len(bytes(self._stage)) + 1
        for path, status in tree.files_below(self._stage):
            if stat.S_ISREG(status.st_mode):
                yield path, path[start:], status

    def path_of(self, inside: bytes) -> bytes | None:
        """Where a staged path comes from; None if no source has it any more."""
        if (whole := self._sources.get(b".")) is not None:
            return whole + b"/" + inside
        label, slash, rest = inside.partition(b"/")
        source = self._sources.get(label)
        return None if source is None else source + slash + rest

    def source_of(self, inside: bytes) -> os.stat_result | None:
        """The status of what it leads to, links followed; None if that is no file, or cannot be reached."""
        path = self.path_of(inside)
        try:
            status = os.stat(path) if path is not None else None  # noqa: PTH116 - bytes: names need not be text
        except (OSError, ValueError):
            return None
        return status if status and stat.S_ISREG(status.st_mode) else None

    def is_another(self, known: Known, inside: bytes) -> bool:
        """Whether a source is not what it was when it was last collected; False if it never was."""
        was = known.origins.of(inside) if known.origins else None
        now = self.source_of(inside)
        return was is not None and (now is None or self.number(now) != was.source)

    def number(self, status: os.stat_result) -> int:
        """One number for a file's inode and change time.

        A device's number may be another after each start, so it counts only where change times are too coarse
        to be of one file alone. Inodes do not count where a file gets another whenever it is looked up.
        """
        changed, device = status.st_ctime_ns, status.st_dev
        mixed = changed * _ODD[0]
        if device not in self._numberless:
            mixed += status.st_ino * _ODD[1]
            if changed % _SECOND == 0:
                mixed += device * _ODD[2]
        return mixed & _LARGEST or 1


def _origin(source: Source) -> tuple[bytes, bytes]:
    """Under which name of the stage a source lies, and where that comes from: a file without a label of its
    own lies under its own name."""
    path = os.fsencode(source.path)
    a_file = source.label == "." and not os.path.isdir(path)  # noqa: PTH112 - bytes: names need not be text
    return os.path.basename(path) if a_file else os.fsencode(source.label), path  # noqa: PTH119 - bytes


def _arrived(known: Known, was: Origin | None, copy: int, status: os.stat_result) -> bool:
    """Whether a staged file came after the last collect that ended, as one that was cut off leaves it."""
    if known.origins is not None:
        return was is None or was.copy != copy
    return known.since > 0 and status.st_ctime >= known.since - _A_TICK


def _alike(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether rsync would take them for the same (its quick check)."""
    return one.st_size == other.st_size and one.st_mtime_ns // _SECOND == other.st_mtime_ns // _SECOND


def _trusted(
    reader: StageFiles, known: Known, inside: bytes, status: os.stat_result, now: os.stat_result
) -> bool:
    """Whether a staged file surely has its source's content, by what is known of both.

    Of one that nothing is known of, as after a first collect that was cut off, the change time must do.
    """
    was = known.origins.of(inside) if known.origins else None
    if inside in known.distrusted:
        return False
    if was is None:
        return now.st_ctime < (known.since or status.st_ctime) - _A_TICK
    return was == Origin(reader.number(status), reader.number(now))


def _is_same(source: bytes | None, staged: bytes) -> bool | None:
    """Whether their contents are the same; None while one cannot be read, which is for rsync to tell."""
    filecmp.clear_cache()
    with contextlib.suppress(OSError):
        return source is None or filecmp.cmp(source, staged, shallow=False)
    return None


def _give_another_time(path: bytes, status: os.stat_result) -> int:
    """Have rsync copy a staged file anew; its number is unknown until then."""
    other = status.st_mtime_ns + (_SECOND if status.st_mtime < 2**31 - 2 else -_SECOND)
    try:
        os.utime(path, ns=(status.st_atime_ns, other))
    except OSError as error:
        raise unwritable(error, Path(os.fsdecode(path))) from None
    return UNKNOWN
