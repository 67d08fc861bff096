"""Journals: a run's moments as JSON lines, one file a run. What everybody else follows."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from secretsbackup.model import causes
from secretsbackup.model.event import Moment, Progressed, RunEnded, RunId, RunStarted, decode, encode
from secretsbackup.model.outcome import Failure, Interrupted
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import lock
from secretsbackup.store.boundary import bounded, open_file
from secretsbackup.store.home import Home, owner_only

_PROGRESS_EVERY = timedelta(seconds=1)
_NEWEST = 20
"""Journals: a run that goes on is among so many, for one profile has one at a time."""


class Writer:
    """Writes one run's journal, and holds its lock: a journal without end that nobody holds was cut off."""

    def __init__(self, path: Path) -> None:
        owner_only(path.parent)
        with bounded(path, causes.NotWritable):
            descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        self._file = os.fdopen(descriptor, "wb", 0)
        self._path = path
        self._progress: Moment | None = None
        lock.taken(descriptor)

    def write(self, moment: Moment) -> None:
        """Append a moment; of passing ones, one a second. A full disk stops the journal, not the run."""
        if isinstance(moment.event, Progressed):
            if self._progress and moment.at - self._progress.at < _PROGRESS_EVERY:
                return
            self._progress = moment
        try:
            self._file.write(encode(moment) + b"\n")
            if isinstance(moment.event, RunStarted | RunEnded):  # what a power cut must not undo
                os.fsync(self._file.fileno())
        except OSError:
            return

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Moment]:
    """The moments of a journal; what was cut off in the middle of a line is left out. Failure if it cannot be
    read."""
    with bounded(path), os.fdopen(open_file(path, os.O_RDONLY), "rb") as file:
        yield from _decoded(file)


def _decoded(lines: Iterable[bytes]) -> Iterator[Moment]:
    for line in lines:
        try:
            yield decode(line)
        except ValueError:
            continue


class Reader:
    """Reads a journal while it is being written: what is there so far, a piece at a time."""

    def __init__(self, path: Path) -> None:
        self._path, self._at, self._rest = path, 0, b""
        self.ended = False

    def more(self, piece: int = 1 << 14) -> list[Moment]:
        """The next moments, of at most `piece` bytes; none where no more is written yet, or can be read."""
        try:
            with os.fdopen(open_file(self._path, os.O_RDONLY), "rb") as file:
                file.seek(self._at)
                new = file.read(piece)
        except OSError:
            return []
        self._at += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        moments = list(_decoded(lines))
        self.ended = self.ended or any(isinstance(moment.event, RunEnded) for moment in moments)
        return moments


def newer(home: Home, profile: ProfileName, than: RunId | None) -> list[RunId]:
    """The runs of a profile that began after another one, oldest first. Quick, however many there are."""
    folder = home.journals(profile)
    try:
        with bounded(folder):
            names = os.listdir(folder)  # noqa: PTH208 - ten times as quick as paths
    except Failure:
        if not os.path.lexists(folder):
            return []
        raise
    return [
        RunId(name[:-6]) for name in sorted(names) if name.endswith(".jsonl") and name[:-6] > (than or "")
    ]


def runs(home: Home, profile: ProfileName) -> list[RunId]:
    """The runs of a profile that have a journal, oldest first."""
    return newer(home, profile, None)


def going_on(home: Home, profile: ProfileName) -> list[RunId]:
    """The runs of a profile that go on, as far as can be seen: those whose journal somebody holds. Nothing is
    written, and only the newest are looked at."""
    with contextlib.suppress(Failure):
        return [run for run in runs(home, profile)[-_NEWEST:] if _is_held(home.journal(profile, run))]
    return []


def _is_held(path: Path) -> bool:
    try:
        descriptor = open_file(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not lock.taken(descriptor)
    finally:
        os.close(descriptor)


def end_interrupted(path: Path) -> list[Moment] | None:
    """Write the end of a journal that was cut off, and give it whole; None if its run still goes on. Failure
    if that cannot be done."""
    with bounded(path, causes.NotWritable):
        descriptor = open_file(path, os.O_RDWR | os.O_APPEND)
    try:
        if not lock.taken(descriptor):
            return None
        moments = list(read(path))
        if moments and not isinstance(moments[-1].event, RunEnded):
            moments.append(Moment(moments[-1].at, RunEnded(outcome=Interrupted())))
            with bounded(path, causes.NotWritable):
                os.write(descriptor, b"\n" + encode(moments[-1]) + b"\n")
        return moments
    finally:
        os.close(descriptor)


def started(moments: list[Moment]) -> RunStarted | None:
    """The event with which a journal begins; None if it has none."""
    first = moments[0].event if moments else None
    return first if isinstance(first, RunStarted) else None
