"""Verify: audit the destination, then really restore a sample as a new machine would, and compare it.

What this machine keeps to save time is left alone: manifests, signatures and volumes all come from the
destination into an archive folder that was empty, and are decrypted with the passphrase. How long that
takes is measured, and says how long it would take to restore everything.
"""

import asyncio
import contextlib
import filecmp
import math
import os
import stat
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.event import Caution, Progressed, Step, Tell, Warned
from secretsbackup.model.outcome import Failure, Summary
from secretsbackup.model.paths import shown
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Chain, Snapshot
from secretsbackup.operations.backup import outbox, staging
from secretsbackup.operations.repository import contents, origin, prerequisites, repair, unregistered
from secretsbackup.operations.repository.contents import Contents, chosen
from secretsbackup.operations.run import hooks
from secretsbackup.operations.run.runner import Run
from secretsbackup.operations.verify.sampling import SamplePath, places, sample
from secretsbackup.store import boundary, history, stage_state
from secretsbackup.store.history import place_of
from secretsbackup.store.home import owner_only
from secretsbackup.tools import duplicity
from secretsbackup.tools.duplicity import Repository, files, log, signatures, volumes
from secretsbackup.tools.duplicity.volumes import Spans

_A_FILE, _A_BYTE = 0.0002, 4e-9
"""Seconds that it takes to write a file and each of its bytes, which a sample does too little of.

Measured (Ceph's S3, the verification and other work on one machine with 2 cores, so that the load changed
two- and threefold between runs; a full and two incremental sets; seconds as verifications told, and as whole
restores out of cold archive folders took): 640 MB in 8 300 files: 41 to 125, and 45 to 53. Small ones, which
a verification restores as a whole: 310 MB in 150 files: 9 to 12, and 7 to 9; 100 MB in 20 000 files: 25 to
36, and 24 to 26; 370 MB in 6 files: 6 to 7, and 6 to 7.
"""
_ALL = 512 << 20
"""Bytes: a smaller snapshot is restored as a whole, where that fetches no more than its sample would."""


@hooks.telling
async def verify(run: Run) -> Summary:
    """The recipe. Nothing is written to the destination; what a power cut has torn there is taken away."""
    with run.step(Step.CHECK):
        repository = await prerequisites.repository(run)
        await repair.repair_folder(run, repository)
    with run.step(Step.AUDIT):
        held = await contents.audit(run, repository)
        snapshot = chosen(held.chains, None)
        await unregistered.refuse_unkeyed_snapshot(repository, held.contents, snapshot)
        await origin.ours(run, repository, held)
        if held.broken:
            raise Failure(causes.VolumeMissing(held.chains[-1].snapshots[0].stamp))
    chain = held.chain_of(snapshot)
    await contents.can_begin(repository, held, snapshot, whole=True)
    phrase = await prerequisites.passphrase(run)
    with contents.judging(run, repository, held, snapshot):
        return await _drill(run, repository, phrase, snapshot, chain)


async def _drill(
    run: Run, repository: Repository, phrase: Secret, snapshot: Snapshot, chain: Chain
) -> Summary:
    """Restore a sample of a snapshot out of nothing, and compare it."""
    cold = msgspec.structs.replace(repository, archive=owner_only(run.temporary / "cold" / "archive"))
    with run.step(Step.FETCH):
        metadata = await _seconds(duplicity.fetch_metadata(cold, snapshot.time, phrase))
        held = await contents.audit(run, cold)
        start = await _seconds(duplicity.measure_startup(cold, phrase))
        stored = _stored(volumes.spans(cold.archive, chain, snapshot), held)
        wanted, known = await asyncio.to_thread(_sample, run, cold, snapshot)
        unsent: list[bytes] = []
        count, size = _holds(run, repository, snapshot)
        whole = 0 < size <= _ALL and stored(b"") <= sum(stored(place.path) for place in wanted)
        if whole:
            wanted = [SamplePath(b"", tuple(path for place in wanted for path in place.files))]
        if known:
            run.tell(Warned(caution=Caution.NOT_COMPARED))
        else:
            wanted, unsent = await asyncio.to_thread(_parted, run, cold, snapshot, wanted)
        volume = max(chain.size // max(sum(one.volumes for one in chain.snapshots), 1), 1)
        watcher = _VerifyProgress(run.tell, [stored(place.path) for place in wanted], volume)
        owner_only(run.temporary / "samples")  # what is restored is written below it, and nowhere else
        fetching = 0.0
        for number, place in enumerate(wanted):
            watcher.next(place)
            target = _restored(run, number)
            with watcher.blaming(target):
                fetching += await _seconds(_restore(cold, snapshot, place, target, phrase, watcher.heard))
    with run.step(Step.COMPARE), watcher.blaming(run.temporary / "samples"):
        try:
            sizes, others = await asyncio.to_thread(_compared, run, cold, snapshot, wanted, known)
        except Failure:
            staging.compare_by_content(run)
            raise
        if unsent or others:
            staging.compare_by_content(run)
            outbox.not_sent(run, [*unsent, *others])
    fetched = sum(stored(place.path) for place in wanted)
    rate = max(fetching - len(wanted) * start, 0.0) / fetched if fetched else 0.0
    all_of_it = fetching if whole else start + rate * stored(b"") + _A_FILE * count + _A_BYTE * size
    return Summary(
        changed=False,
        snapshot=snapshot.stamp,
        files=len(sizes),
        bytes=sum(sizes),
        stored=fetched + files.stored_about(files.sets(chain, snapshot), held.contents),
        seconds=round(metadata + fetching, 1),
        whole_seconds=round(metadata + all_of_it, 1),
    )


def _stored(spans: Spans | None, held: Contents) -> Callable[[bytes], int]:
    """Tells how many bytes of volumes must be fetched for a path."""
    return lambda path: sum(held.size_of(name) for name in spans.of(path)) if spans else 0


def _holds(run: Run, repository: Repository, snapshot: Snapshot) -> tuple[int, int]:
    """How many files and bytes a snapshot has; (0, 0) if it was not made from here."""
    return history.snapshot_sizes(run.home, place_of(repository.destination)).get(snapshot.stamp, (0, 0))


async def _seconds(work: Awaitable[None]) -> float:
    """How long something takes."""
    began = time.monotonic()
    await work
    return time.monotonic() - began


async def _restore(
    cold: Repository,
    snapshot: Snapshot,
    place: SamplePath,
    target: Path,
    phrase: Secret,
    heard: Callable[[log.Stanza], None],
) -> None:
    try:
        await duplicity.restore(
            cold, snapshot.time, target, path=place.path or None, passphrase=phrase, heard=heard
        )
    except Failure as failure:
        if failure.reason is Reason.PATH_NOT_FOUND:  # it was sent, and is not there
            raise Failure(causes.SampleDiffers(failure.cause.names), failure.last_lines) from None
        raise


def _restored(run: Run, number: int, path: bytes = b"", place: SamplePath | None = None) -> Path:
    """Where a place of the sample is restored to, or a file of that place."""
    folder = run.temporary / "samples" / str(number)
    inside = path.removeprefix(place.path).lstrip(b"/") if place else b""
    return Path(os.fsdecode(bytes(folder) + b"/" + inside)) if inside else folder


def _sample(
    run: Run, cold: Repository, snapshot: Snapshot
) -> tuple[list[SamplePath], dict[bytes, SeenEntry]]:
    """The places to be restored; and what is known of their files where nothing is staged here."""
    known = stage_state.read(run.home, run.profile)
    before = math.inf if known and not known.unsent else snapshot.time.timestamp()
    if found := places(run.home.stage(run.profile), before):
        return found, {}
    seen = sample(_listed(cold, snapshot))
    return [SamplePath(one.path, (one.path,)) for one in seen], {one.path: one for one in seen}


def _listed(cold: Repository, snapshot: Snapshot) -> Iterator[SeenEntry]:
    """The files of a snapshot by its signatures, which tell their sizes to some hundred bytes."""
    archives = signatures.archives(cold.archive, snapshot.stamp) or []
    return (seen for seen in signatures.state(archives) if seen.what is EntryKind.FILE)


def _parted(
    run: Run, cold: Repository, snapshot: Snapshot, wanted: Sequence[SamplePath]
) -> tuple[list[SamplePath], list[bytes]]:
    """The places without the files that were never sent, as the snapshot's signatures say, or are known to be
    sent only in part; and these."""
    sampled = {path for place in wanted for path in place.files}
    sent = {seen.path for seen in _listed(cold, snapshot) if seen.path in sampled} - outbox.whole(run)
    left = [SamplePath(place.path, tuple(path for path in place.files if path in sent)) for place in wanted]
    return [place for place in left if place.files], sorted(sampled - sent)


def _compared(
    run: Run,
    cold: Repository,
    snapshot: Snapshot,
    wanted: Sequence[SamplePath],
    known: Mapping[bytes, SeenEntry],
) -> tuple[list[int], list[bytes]]:
    """The sizes of the restored files, each being as it was staged, or as large as its signature says; and
    those that came back as they were sent, but are another way in the stage."""
    archives = signatures.archives(cold.archive, snapshot.stamp) or []
    stage = bytes(run.home.stage(run.profile)) + b"/"
    sizes: list[int] = []
    others: list[bytes] = []
    for number, place in enumerate(wanted):
        for path in place.files:
            restored = _restored(run, number, path, place)
            if path in known:
                _measure(known[path], restored)
            elif _is_other(Path(os.fsdecode(stage + path)), restored, archives, path):
                others.append(path)
                continue
            sizes.append(restored.lstat().st_size)
    return sizes, others


def _measure(seen: SeenEntry, restored: Path) -> None:
    size = _size(restored)
    if not seen.least <= size <= seen.most:
        raise Failure(causes.SampleDiffers(shown(seen.path)))


def _is_other(expected: Path, restored: Path, archives: list[Path], path: bytes) -> bool:
    """Whether a restored file is another than the staged one though it is the one that was sent, by its
    signature; Failure(SAMPLE_DIFFERS) if it is not that."""
    try:
        compare(expected, restored)
    except Failure:
        sent_so = _size(restored) >= 0 and signatures.is_of(archives, path, restored)
        if sent_so and signatures.is_of(archives, path, expected) is False:
            return True
        raise
    return False


def compare(expected: Path, restored: Path) -> None:
    """Failure(SAMPLE_DIFFERS) unless a restored file is as it was staged, byte by byte."""
    if _size(restored) < 0 or not filecmp.cmp(expected, restored, shallow=False):
        raise Failure(causes.SampleDiffers(shown(bytes(expected))))


def _size(restored: Path) -> int:
    """Of a plain file its bytes; -1 where there is none. OSError where the disk does not say: that is no
    answer about what was restored, and `Path.is_file` takes it for one (Python 3.14)."""
    try:
        status = restored.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


class _VerifyProgress:
    """Makes progress of the volumes that duplicity is done with; each counts as one of mean size."""

    def __init__(self, tell: Tell, sizes: Sequence[int], volume: int) -> None:
        self._tell, self._sizes, self._volume = tell, sizes, volume
        self._place, self._volumes = -1, 0
        self._path = b""
        self._refused: int | None = None

    @contextlib.contextmanager
    def blaming(self, folder: Path) -> Iterator[None]:
        """Where the system refused what was to be written here, the destination is not to blame."""
        try:
            yield
        except Failure as failure:
            if failure.reason is not Reason.SAMPLE_DIFFERS or self._refused is None:
                raise
            error = OSError(self._refused, os.strerror(self._refused), str(folder))
            raise boundary.failure(error, folder) or failure from None

    def next(self, place: SamplePath) -> None:
        """The next place is begun."""
        self._place, self._volumes, self._path = self._place + 1, 0, place.path
        self._show()

    def heard(self, stanza: log.Stanza) -> None:
        """Take what duplicity tells."""
        self._refused = self._refused or log.refused(stanza)
        if stanza.is_info and stanza.code == log.VOLUMES:
            self._volumes += 1
            self._show()
        elif stanza.is_info and stanza.code == log.RESTORING:
            self._path = log.path(stanza.extras)
            self._show()

    def _show(self) -> None:
        of_this = min(self._volumes * self._volume, self._sizes[self._place])
        done = sum(self._sizes[: self._place]) + of_this
        detail = shown(self._path)
        self._tell(
            Progressed(step=Step.FETCH, done=done, total=sum(self._sizes), unit="bytes", detail=detail)
        )
