"""Restore: check, fetch, record. Into a new folder named by the time, never over anything."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.event import Caution, Progressed, Step, Tell, Warned
from secretsbackup.model.outcome import Failure, Reason, Summary
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile
from secretsbackup.model.snapshot import Snapshot
from secretsbackup.operations import equipment, holdings
from secretsbackup.operations.equipment import place_of
from secretsbackup.operations.runner import Recipe, Run
from secretsbackup.store import history
from secretsbackup.tools import duplicity, tree
from secretsbackup.tools.duplicity import log

INCOMPLETE = "-incomplete"
_ARRIVING = ".arriving"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to restore: `paths` of a snapshot (none is all), the newest not younger than `at`, below `to`."""

    to: Path
    paths: tuple[bytes, ...] = ()
    at: datetime | None = None


def recipe(wish: Wish) -> Recipe:
    """The recipe with this wish."""

    async def restore(run: Run) -> Summary:
        with run.step(Step.CHECK):
            vault = await equipment.vault(run)
            held = await holdings.peek(run, vault)
            snapshot = chosen(held.chains, wish.at)
            paths = [within_snapshot(path, run.profile) for path in wish.paths]
            files, size = history.snapshot_sizes(run.home, place_of(vault.destination)).get(
                snapshot.stamp, (0, 0)
            )
            _room(wish.to, size if not paths else 0)
            phrase = await equipment.passphrase(run)
        target = new_folder(wish.to, run.began)
        try:
            chain = snapshots.chain_of(held.chains, snapshot)
            with run.step(Step.FETCH), holdings.judging(run, vault, chain):
                watcher = _Watcher(run.tell, target, (0, 0) if paths else (files, size))
                for path in _outermost(paths) or [b""]:
                    arriving = target / _ARRIVING if path else target
                    watcher.into(arriving)
                    await duplicity.restore(
                        vault, snapshot.time, arriving, path=path, passphrase=phrase, heard=watcher.heard
                    )
                    _settle(arriving, target, path)
        except BaseException:
            _drop_if_empty(target)
            raise
        with run.step(Step.RECORD):
            whole = _finished(target) if not watcher.left_out else target
            files, size = measured(whole)
        return Summary(snapshot=snapshot.stamp, files=files, bytes=size, folder=str(whole))

    return restore


def chosen(chains: tuple[snapshots.Chain, ...], at: datetime | None) -> Snapshot:
    """The snapshot to take, without a time the newest, even if it was made by a clock that was ahead;
    Failure(NO_SNAPSHOT) if none is that old."""
    found = snapshots.at(chains, at)
    if found is None:
        raise no_snapshot(at)
    return found


def no_snapshot(at: datetime | None) -> Failure:
    """That none is of this time or older; of a time to come it is said of now."""
    now = datetime.now(UTC)
    return Failure(Reason.NO_SNAPSHOT, f"{min(at or now, now):%Y-%m-%d %H:%M:%S} UTC")


def within_snapshot(path: bytes, profile: Profile) -> bytes:
    """A path as the snapshot has it: LABEL/…; where the file lay on this machine will do as well."""
    if b".." in path.split(b"/"):
        raise Failure(Reason.PATH_NOT_FOUND, shown(path))
    for source in profile.sources:
        root = os.fsencode(source.path)
        if path == root or path.startswith(root.rstrip(b"/") + b"/"):
            inside = path[len(root) :].strip(b"/")
            return b"/".join(part for part in (os.fsencode(source.label), inside) if part not in (b"", b"."))
    return b"/".join(part for part in path.split(b"/") if part not in (b"", b"."))


def _outermost(paths: list[bytes]) -> list[bytes]:
    """Those that do not lie below another one, each once."""
    return [path for path in dict.fromkeys(paths) if not any(path.startswith(one + b"/") for one in paths)]


def new_folder(parent: Path, now: datetime) -> Path:
    """Make the folder that a restore writes to; its name says -incomplete until it is whole."""
    if not parent.is_dir():
        raise Failure(Reason.NOT_WRITABLE, str(parent))
    name = f"restored-{now.astimezone():%Y-%m-%d_%H-%M-%S}"
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    free = next(one for one in names if not _taken(parent, one))
    folder = parent / f"{free}{INCOMPLETE}"
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Failure(Reason.NOT_WRITABLE, str(parent), (str(error),)) from None
    return folder


def _taken(parent: Path, name: str) -> bool:
    return any(os.path.lexists(parent / one) for one in (name, f"{name}{INCOMPLETE}"))


def _finished(folder: Path) -> Path:
    whole = folder.with_name(folder.name.removesuffix(INCOMPLETE))
    folder.rename(whole)
    return whole


def _drop_if_empty(folder: Path) -> None:
    if not any(path.is_file() or path.is_symlink() for path in folder.rglob("*")):
        shutil.rmtree(folder, ignore_errors=True)


def _room(parent: Path, size: int) -> None:
    """Failure(NO_ROOM) if what is known to come does not fit."""
    if not parent.is_dir():
        raise Failure(Reason.NOT_WRITABLE, str(parent))
    free = shutil.disk_usage(parent).free
    if size > free:
        raise Failure(Reason.NO_ROOM, f"{parent} {size} {free}")


def _settle(arriving: Path, target: Path, path: bytes) -> None:
    """Move a chosen path to where it was in the snapshot. duplicity takes no target that is not UTF-8."""
    if path:
        place = Path(os.fsdecode(os.path.join(bytes(target), path)))  # noqa: PTH118 - bytes
        inside(target, place)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving.rename(place)


def inside(folder: Path, path: Path) -> None:
    """Failure(SNAPSHOT_UNSAFE) if a restored link would lead what is written at a path out of its folder."""
    really = Path(os.path.realpath(path.parent))
    if not really.is_relative_to(Path(os.path.realpath(folder.parent)) / folder.name):
        raise Failure(Reason.SNAPSHOT_UNSAFE, shown(bytes(path)))


def measured(folder: Path) -> tuple[int, int]:
    """How many files a tree has, and their bytes."""
    files = size = 0
    for _, status in tree.files_below(folder):
        files, size = files + 1, size + status.st_size
    return files, size


class _Watcher:
    """Makes progress of what duplicity restores: bytes where the snapshot's size is known, else files."""

    def __init__(self, tell: Tell, target: Path, total: tuple[int, int]) -> None:
        self._tell = tell
        self._files_total, self._total = total
        self._target = target
        self._root = bytes(target)
        self._folder = b""
        self.left_out = 0
        self._last = b""
        self._files = 0
        self._done = 0

    def into(self, place: Path) -> None:
        """What comes next goes to this place."""
        self._root = bytes(place)

    def heard(self, stanza: log.Stanza) -> None:
        """Take what duplicity tells: each path as it begins to write it, and what it could not write."""
        if left_out := log.left_out(stanza):
            self.left_out += 1
            self._tell(Warned(caution=Caution.NOT_RESTORED, path=shown(left_out[0]), detail=left_out[1]))
        if not stanza.is_info or stanza.code != log.RESTORING:
            return
        self._done += _size(self._last) if self._total else 0
        path = log.path(stanza.extras)
        self._last = os.path.join(self._root, path) if path not in (b"", b".") else self._root  # noqa: PTH118
        self._files += 1
        self._stay_inside()
        known = self._total > 0
        self._tell(
            Progressed(
                step=Step.FETCH,
                done=self._done if known else self._files,
                total=self._total,
                unit="bytes" if known else "files",
                detail=shown(path),
                files=self._files,
                files_total=self._files_total,
            )
        )

    def _stay_inside(self) -> None:
        """Once a folder: what comes into it must not follow a link that came before it."""
        folder = os.path.dirname(self._last)  # noqa: PTH120 - bytes
        if folder != self._folder and self._last != self._root:
            inside(self._target, Path(os.fsdecode(self._last)))
        self._folder = folder


def _size(path: bytes) -> int:
    try:
        return os.lstat(path).st_size if path else 0
    except OSError:
        return 0
