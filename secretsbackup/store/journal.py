"""Journals: a run's moments as JSON lines, one file a run. What everybody else follows."""

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from secretsbackup.model.event import Moment, Progressed, RunEnded, RunId, RunStarted, decode, encode
from secretsbackup.model.outcome import Interrupted
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import lock
from secretsbackup.store.home import Home, owner_only, unwritable

_PROGRESS_EVERY = timedelta(seconds=1)


class Writer:
    """Writes one run's journal, and holds its lock: a journal without end that nobody holds was cut off."""

    def __init__(self, path: Path) -> None:
        owner_only(path.parent)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unwritable(error, path) from None
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
    """The moments of a journal; what was cut off in the middle of a line is left out."""
    with path.open("rb") as file:
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
        """The next moments, of at most `piece` bytes; nothing where nothing more is written yet."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read(piece)
        self._at += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        moments = list(_decoded(lines))
        self.ended = self.ended or any(isinstance(moment.event, RunEnded) for moment in moments)
        return moments


def newer(home: Home, profile: ProfileName, than: RunId | None) -> list[RunId]:
    """The runs of a profile that began after another one, oldest first. Quick, however many there are."""
    try:
        names = os.listdir(home.journals(profile))  # noqa: PTH208 - ten times as quick as paths
    except FileNotFoundError:
        return []
    return [
        RunId(name[:-6]) for name in sorted(names) if name.endswith(".jsonl") and name[:-6] > (than or "")
    ]


def runs(home: Home, profile: ProfileName) -> list[RunId]:
    """The runs of a profile that have a journal, oldest first."""
    return sorted(RunId(path.stem) for path in home.journals(profile).glob("*.jsonl"))


def end_interrupted(path: Path) -> list[Moment] | None:
    """Write the end of a journal that was cut off, and give it whole; None if its run still goes on."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    try:
        if not lock.taken(descriptor):
            return None
        moments = list(read(path))
        if moments and not isinstance(moments[-1].event, RunEnded):
            moments.append(Moment(moments[-1].at, RunEnded(outcome=Interrupted())))
            os.write(descriptor, b"\n" + encode(moments[-1]) + b"\n")
        return moments
    finally:
        os.close(descriptor)


def started(moments: list[Moment]) -> RunStarted | None:
    """The event with which a journal begins; None if it has none."""
    first = moments[0].event if moments else None
    return first if isinstance(first, RunStarted) else None
