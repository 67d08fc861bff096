"""Restore: check, fetch, record. Into a new folder named by the time, never over anything."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.entry import Totals
from secretsbackup.model.event import Caution, Progressed, Step, Tell, Warned
from secretsbackup.model.outcome import Failure, Summary
from secretsbackup.model.paths import legible, shown, within_snapshot
from secretsbackup.model.restore_call import RestoreCall
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Snapshot
from secretsbackup.operations.repository import contents, index, origin, prerequisites, repair, unregistered
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.repository.origin import Author
from secretsbackup.operations.restore import destination_folder, fetch
from secretsbackup.operations.restore.destination_folder import DestinationFolder
from secretsbackup.operations.run.runner import Recipe, Run
from secretsbackup.store import catalogue, history, profiles, unfinished
from secretsbackup.store.history import place_of
from secretsbackup.store.unfinished import Unfinished
from secretsbackup.tools import holes, tree
from secretsbackup.tools.duplicity import Repository, files, log, signatures

_ALL = b""
_PROGRESS_INTERVAL_S = 0.2
"""Seconds between two progress events."""


class RestoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to restore: `paths` of a snapshot (none is all), the newest not younger than `at`, below `to`.

    `named` is the new folder's name, by the time where none is given; it is numbered if it is taken. With
    `keep_setuid` programs keep the right to run as their owner, whoever made the backup.
    """

    to: Path
    paths: tuple[bytes, ...] = ()
    at: datetime | None = None
    named: str | None = None
    keep_setuid: bool = False


def recipe(request: RestoreRequest) -> Recipe:
    """The recipe with this wish."""

    async def restore(run: Run) -> Summary:
        with run.step(Step.CHECK):
            await tree.outside(request.to, run.home.spared(run.profile))
            repository = await prerequisites.repository(run)
            await repair.repair_folder(run, repository)
            held = await contents.listing(run, repository)
            snapshot = contents.chosen(held.chains, request.at)
            await unregistered.refuse_unkeyed_snapshot(repository, held.contents, snapshot)
            if newer := origin.newer_known(run, held, request.at):
                run.tell(Warned(caution=Caution.ROLLED_BACK, cause=causes.RolledBack(files.moment(newer))))
            paths = [within_snapshot(path, run.profile) for path in request.paths] or [_ALL]
            much = _amount(run, snapshot, paths)
            destination_folder.room(request.to, much.bytes)
            await contents.can_begin(repository, held, snapshot, whole=paths == [_ALL])
            phrase = await prerequisites.passphrase(run)
        folder = destination_folder.new_folder(
            request.to, request.named or destination_folder.name_at(run.began)
        )
        begun = Unfinished(str(folder), snapshot.stamp, tuple(paths), run.began)
        try:
            unfinished.begin(run.home, run.profile.name, begun)
        except Failure:
            folder.rmdir()
            raise
        landed = DestinationFolder(folder)
        return await _fetch(
            run, repository, held, snapshot, paths, phrase, landed, much, keep_setuid=request.keep_setuid
        )

    return restore


def go_on(begun: Unfinished, *, keep_setuid: bool = False) -> Recipe:
    """The recipe that goes on with a restore that was cut off, into the same folder.

    What is there as the snapshot has it is kept: duplicity dresses a file in its time last of all.
    """

    async def restore(run: Run) -> Summary:
        target = DestinationFolder(Path(begun.folder))
        with run.step(Step.CHECK):
            repository = await prerequisites.repository(run)
            await repair.repair_folder(run, repository)
            held = await contents.listing(run, repository)
            snapshot = _same(held, begun.snapshot)
            await contents.can_begin(repository, held, snapshot)
            phrase = await prerequisites.passphrase(run)
            await index.bring_up(run, repository, held, snapshot, phrase)
        with run.step(Step.COMPARE):
            lacking = await asyncio.to_thread(_lacking, run, snapshot, begun, target)
            much = _amount(run, snapshot, lacking)
            destination_folder.room(target.folder, much.bytes)
        return await _fetch(
            run, repository, held, snapshot, lacking, phrase, target, much, keep_setuid=keep_setuid
        )

    return restore


async def _fetch(
    run: Run,
    repository: Repository,
    held: Contents,
    snapshot: Snapshot,
    paths: Sequence[bytes],
    phrase: Secret,
    target: DestinationFolder,
    much: Totals,
    *,
    keep_setuid: bool,
) -> Summary:
    """Bring these paths into a folder; it is whole then."""
    warning = asyncio.create_task(_warn_if_saved(run, target.finally_at))
    watcher = _RestoreProgress(run.tell, target.folder, much)

    def into(restore_call: RestoreCall) -> Path:
        place = target.into(restore_call)
        watcher.into(place)
        return place

    watch = asyncio.create_task(watcher.watch())
    try:
        with run.step(Step.FETCH), contents.judging(run, repository, held, snapshot):
            fetched = await fetch.fetch(
                run,
                repository,
                held,
                snapshot,
                paths,
                phrase=phrase,
                free=shutil.disk_usage(target.folder).free,
                heard=watcher.heard,
                into=into,
                arrived=target.arrived,
            )
        await asyncio.wait((warning,), timeout=_SOURCES_ANSWER_S)
    except BaseException:
        _leave(run, target)
        raise
    finally:
        watch.cancel()
        warning.cancel()
    with run.step(Step.RECORD):
        await asyncio.to_thread(_disarm, run, target, keep_setuid or _made_here(run, held, snapshot))
        await asyncio.to_thread(holes.dig_below, target.folder)
        await asyncio.to_thread(target.dress, signatures.archives(repository.archive, snapshot.stamp))
        whole = target.finished() if not watcher.left_out else target.folder
        unfinished.end(run.home, run.profile.name, str(target.folder))
        files, size = await asyncio.to_thread(destination_folder.measured, whole)
        made = await origin.of(run, repository, snapshot)
        if made.foreign and not made.lone:
            run.tell(Warned(caution=Caution.ANOTHER_MACHINE, detail=made.host))
    return Summary(
        snapshot=snapshot.stamp,
        files=files,
        bytes=size,
        stored=fetched.stored,
        seconds=round(fetched.seconds, 1),
        folder=str(whole),
        host="" if made.by is Author.US else made.host,
    )


_SOURCES_ANSWER_S = 10.0
"""Seconds for which a restore that is whole waits until all sources are walked through; most are by then."""


async def _warn_if_saved(run: Run, folder: Path) -> None:
    """Tell that a profile will save what comes to this folder."""
    known = [run.profile]
    with contextlib.suppress(Failure):  # a restore goes on without settings
        known += profiles.load(run.home).values()
    source = ""
    with contextlib.suppress(OSError):  # a disk that fails is told by what needs it
        source = await asyncio.to_thread(destination_folder.saved_with, folder, known)
    if source:
        run.tell(Warned(caution=Caution.SAVED_AGAIN, path=shown(os.fsencode(folder)), detail=legible(source)))


def _disarm(run: Run, target: DestinationFolder, keep_setuid: bool) -> None:
    for path, caution in target.disarmed(keep_setuid=keep_setuid):
        run.tell(Warned(caution=caution, path=shown(path)))


def _made_here(run: Run, held: Contents, snapshot: Snapshot) -> bool:
    """Whether a snapshot and all that it builds on were made from here: duplicity holds their volumes against
    the sums that are kept here. What others made, anyone can have made who knows the public key."""
    made = history.snapshot_sizes(run.home, place_of(run.profile.destination))
    chain = held.chain_of(snapshot).snapshots
    return all(one.stamp in made for one in chain if one.time <= snapshot.time)


def _leave(run: Run, target: DestinationFolder) -> None:
    """A folder in which nothing is goes; any other can be gone on with."""
    if target.empty:
        shutil.rmtree(target.folder, ignore_errors=True)
        unfinished.end(run.home, run.profile.name, str(target.folder))


def _amount(run: Run, snapshot: Snapshot, paths: Sequence[bytes]) -> Totals:
    """How much these paths hold, as far as it is known here."""
    found = fetch.amount(run.home, run.profile, snapshot.time, paths)
    if found.files or paths != [_ALL]:
        return found
    sizes = history.snapshot_sizes(run.home, place_of(run.profile.destination))
    return Totals(*sizes.get(snapshot.stamp, (0, 0)))


def _same(held: Contents, stamp: str) -> Snapshot:
    """The snapshot that a restore was begun from; Failure(NO_SNAPSHOT) if it was removed since."""
    found = next((one for one in held.whole if one.stamp == stamp), None)
    if found is None:
        raise Failure(causes.NoSnapshot(stamp=stamp))
    return found


def _lacking(run: Run, snapshot: Snapshot, begun: Unfinished, target: DestinationFolder) -> list[bytes]:
    """What is not there yet as the snapshot has it."""
    file = run.home.catalogue(run.profile)
    listed = (catalogue.below(file, snapshot.time, path) for path in begun.paths or (_ALL,))
    return [*target.lacking(chain.from_iterable(listed))]


class _RestoreProgress:
    """Makes progress of what duplicity restores: bytes where the snapshot's size is known, else files."""

    def __init__(self, tell: Tell, target: Path, much: Totals) -> None:
        self._tell = tell
        self._files_total, self._total = much.files, much.bytes
        self._target = target
        self._root = bytes(target)
        self._folder = b""
        self.left_out = 0
        self._path = self._last = b""
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
        if (size := tree.file_size(self._last)) is not None:
            self._files, self._done = self._files + 1, self._done + size
        self._path = log.path(stanza.extras)
        whole = self._path in (b"", b".")
        self._last = self._root if whole else os.path.join(self._root, self._path)  # noqa: PTH118 - bytes
        self._stay_inside()

    async def watch(self) -> None:
        """Tell some times a second how far it is, a large file's part that is written included."""
        while True:
            await asyncio.sleep(_PROGRESS_INTERVAL_S)
            if self._last:
                self._show()

    def _show(self) -> None:
        """What has come may be moved to its place by now; the runner lets nothing run backwards."""
        done = self._done + (tree.file_size(self._last) or 0)
        known = self._total > 0
        self._tell(
            Progressed(
                step=Step.FETCH,
                done=done if known else self._files,
                total=self._total,
                unit="bytes" if known else "files",
                detail=shown(self._path),
                files=self._files,
                files_total=self._files_total,
            )
        )

    def _stay_inside(self) -> None:
        """Once a folder: what comes into it must not follow a link that came before it."""
        folder = os.path.dirname(self._last)  # noqa: PTH120 - bytes
        if folder != self._folder and self._last != self._root:
            destination_folder.inside(self._target, Path(os.fsdecode(self._last)))
        self._folder = folder
