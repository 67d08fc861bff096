"""Back up: check, collect, send, audit, record, tidy."""

import asyncio
import time
from collections.abc import Coroutine
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Caution, SnapshotMade, Step, Warned
from secretsbackup.model.outcome import Failure, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind
from secretsbackup.operations.backup import outbox, safety, staging
from secretsbackup.operations.backup.outbox import Sent
from secretsbackup.operations.keys import keys
from secretsbackup.operations.repository import contents, index, origin, prerequisites, prune, repair, sharing
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run import hooks
from secretsbackup.operations.run.runner import Recipe, Run
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.tools import destinations, duplicity, gnupg, sleep
from secretsbackup.tools.duplicity import Repository, damaged, files, resend
from secretsbackup.tools.rsync import Collected

_NEARLY_DONE = 5.0
"""Seconds."""
_SENDING = "A backup is being sent"
_SLEWED = 10.0
"""Seconds: a clock that is set back by less was set right by the network's time, and is waited for."""


def recipe(options: BackupOptions = BackupOptions()) -> Recipe:  # noqa: B008 - frozen
    """The recipe with these options."""

    async def back_up(run: Run) -> Summary:
        with run.step(Step.CHECK):
            await asyncio.to_thread(sharing.check, run.home, run.profile)
            staging.present(run, allow_empty=options.allow_empty)
            rsync = await prerequisites.rsync_program(run)
            await keys.watch(run, gnupg.usable(await gnupg.resolve(run.profile.key)))
            repository = await prerequisites.repository(run)
            await repair.repair_folder(run, repository)
            trees = await staging.survey(run)
            await staging.repair(run)
            await safety.room_to_collect(run, rsync, trees)
        finished: tuple[Snapshot, ...] = ()
        if begun := files.incomplete_set(repository.archive):
            with run.step(Step.SEND):
                async with sleep.held_off(_SENDING):
                    finished = await _finish(run, repository, begun, options)
        left_over = staging.left_over(run)
        with run.step(Step.COLLECT):
            (held, fits), (collected, unsent) = await _look_and_collect(
                _look(run, repository), staging.collect(run, rsync, trees)
            )
        ours = await origin.ours(run, repository, held, adopt=options.adopt)
        if not unsent and ours and not options.full and held.chains and not held.broken and fits:
            if finished:
                return await _close(run, repository, held, finished, collected)
            return Summary(changed=False, files=collected.files, bytes=collected.bytes)
        await safety.before_sending(run, repository, held, collected, options.allowed, left_over=left_over)
        kind = _kind(run, held, options) if fits else SnapshotKind.FULL
        with run.step(Step.SEND):
            async with sleep.held_off(_SENDING):
                misread = await _send(run, repository, held, kind, collected, adopt=ours or options.adopt)
        with run.step(Step.AUDIT):
            audited = await _audit(run, repository, held)
            made = _made(held, audited)
            _tell_made(run, audited, made)
        return await _close(run, repository, audited, (*finished, *made), collected, misread)

    return hooks.around(back_up)


async def _close(
    run: Run,
    repository: Repository,
    audited: Contents,
    made: tuple[Snapshot, ...],
    collected: Collected,
    misread: AbstractSet[bytes] = frozenset(),
) -> Summary:
    """Hold what was sent against what was collected; record it, and tidy up."""
    with run.step(Step.RECORD):
        sent = await asyncio.to_thread(_held_against, run, repository, made, misread)
        _record(run, made, collected, sent)
        await index.keep_up(run, audited.whole)
    with run.step(Step.TIDY):
        await prune.tidy(run, repository, audited)
    return _summary(made, collected, sent, first=len(audited.whole) == len(made))


async def _look(run: Run, repository: Repository) -> tuple[Contents, bool]:
    """What the destination holds, and whether the newest chain can be gone on with by the profile's key."""
    held = await contents.audit(run, repository)
    contents.tell_frozen(run, held)
    fits = await safety.key_fits(run, repository, held)
    if not fits and held.chains and not held.broken:
        run.tell(Warned(caution=Caution.OTHER_KEY, detail=held.chains[-1].snapshots[0].stamp))
    return held, fits


async def _look_and_collect(
    look: Coroutine[None, None, tuple[Contents, bool]],
    collect_all: Coroutine[None, None, tuple[Collected, bool]],
) -> tuple[tuple[Contents, bool], tuple[Collected, bool]]:
    """Look at the destination while rsync collects; what is wrong with one ends the other.

    A collect that is about to end anyway may do so first: one that is cut off counts as a change.
    """
    looking, collect = asyncio.create_task(look), asyncio.create_task(collect_all)
    try:
        await asyncio.wait((looking, collect), return_when=asyncio.FIRST_EXCEPTION)
        if not collect.done():
            await asyncio.wait((collect,), timeout=_NEARLY_DONE)
        for task in (looking, collect):
            if task.done():
                task.result()
        return await looking, await collect
    finally:
        for task in (looking, collect):
            task.cancel()
        await asyncio.wait((looking, collect))


def _kind(run: Run, held: Contents, options: BackupOptions) -> SnapshotKind:
    """Full or incremental; a full one that nobody expects is explained."""
    if held.broken:
        run.tell(Warned(caution=Caution.NEW_FULL, detail=held.chains[-1].snapshots[0].stamp))
        return SnapshotKind.FULL
    newest = held.chains[-1] if held.chains else None
    if options.full or newest is None or _old(newest, run.profile, run.began):
        return SnapshotKind.FULL
    return SnapshotKind.INCREMENTAL


def _old(chain: Chain, profile: Profile, now: datetime) -> bool:
    return now - chain.start >= timedelta(days=profile.full_every)


async def _finish(
    run: Run, repository: Repository, begun: datetime, options: BackupOptions
) -> tuple[Snapshot, ...]:
    """Finish the set that an earlier run left half sent, before the stage changes; what came of it.

    duplicity would go on with it later as well, but signs the stage as it is then: what had changed in the
    part that was sent already would go into no volume and, being signed, into no later snapshot (3.2). So if
    the stage has changed since the set was begun, it is given up; and if the power was cut before what was
    sent to a folder was safely on its disk, or what it builds on is damaged.
    """
    held = await contents.audit(run, repository)
    if any(one.time == begun for one in held.whole) and not held.broken:
        return await _call_final(run, repository, begun)
    phrase = await _phrase(run, repository, held)
    since = begun.timestamp() + 1  # what is named after a second may have begun at its end
    stage = run.home.stage(run.profile)
    # Begun later than now: the clock was set, and no time of a file says whether it changed since.
    changed = begun > run.began or await asyncio.to_thread(staging.changed_since, stage, since)
    if held.broken or changed or await asyncio.to_thread(_torn, repository):
        await _forsake(run, repository, phrase)
        return ()
    kind = SnapshotKind.INCREMENTAL if held.chains else SnapshotKind.FULL
    adopt = await origin.ours(run, repository, held, adopt=options.adopt) or options.adopt
    with _judging(run, repository, held, kind):
        await _duplicity(run, repository, held, kind, (0, 0), phrase, adopt=adopt)
    audited = await _audit(run, repository, held)
    return await _finished(run, repository, audited, audited.since(held))


async def _call_final(run: Run, repository: Repository, begun: datetime) -> tuple[Snapshot, ...]:
    """Take a set for finished that lacks only its name here: duplicity would remove it from the destination.

    By its manifest it is known as well whether a power cut has torn any of it.
    """
    await asyncio.to_thread(files.call_final, repository.archive, begun)
    await repair.repair_folder(run, repository)
    audited = await contents.audit(run, repository)
    its = [
        name
        for name in audited.contents
        if (one := files.parse(name)) and files.moment(one.belongs.time) == begun
    ]
    await destinations.settle(repository.destination, its)
    await repair.settle(run, repository.archive)
    made = tuple(one for one in audited.whole if one.time == begun)
    return await _finished(run, repository, audited, made)


async def _finished(
    run: Run, repository: Repository, audited: Contents, made: tuple[Snapshot, ...]
) -> tuple[Snapshot, ...]:
    """Tell what came of a set that an earlier run began, and hold it against what that collected."""
    _tell_made(run, audited, made)
    if made:
        sent = await asyncio.to_thread(_held_against, run, repository, made, outbox.whole(run))
        if outbox.keep_missing(run, sent.missing) and not sent.missing:
            staging.sent(run)
    return made


def _judging(
    run: Run, repository: Repository, held: Contents, kind: SnapshotKind
) -> AbstractContextManager[None]:
    """A chain that cannot be built on, since what is to be read of it is damaged, is remembered as that."""
    if kind is SnapshotKind.FULL or not held.chains:
        return nullcontext()
    return contents.judging(run, repository, held, held.chains[-1].snapshots[0])


def _torn(repository: Repository) -> bool:
    """Whether a volume of what is half sent is torn; servers take one as a whole or not at all."""
    to = repository.destination
    return isinstance(to, Folder) and any(damaged.damaged_volumes(repository.archive, Path(to.path)))


async def _phrase(run: Run, repository: Repository, held: Contents) -> Secret | None:
    """What duplicity needs to go on with a chain of which the archive folder is cold."""
    if held.warm or not held.chains:
        return None
    if held.whole:
        await contents.can_begin(repository, held, held.whole[-1])
    return await prerequisites.passphrase(run)


async def _send(
    run: Run, repository: Repository, held: Contents, kind: SnapshotKind, collected: Collected, *, adopt: bool
) -> set[bytes]:
    """Have duplicity send what is new; the files of which less was sent than there is."""
    if not held.contents:
        await destinations.prepare(repository.destination)
    phrase = await _phrase(run, repository, held)
    total = await _total(run, held, kind, collected)
    safety.room_to_send(run, repository, held, total[1])
    at = await _second_of_its_own(run, held)
    with _judging(run, repository, held, kind):
        return await _duplicity(run, repository, held, kind, total, phrase, at, adopt=adopt)


async def _second_of_its_own(run: Run, held: Contents) -> datetime | None:
    """Wait until the newest snapshot's second is over: a snapshot is known by that alone, a full one too.

    If that lies ahead, a clock was wrong or is, and what is named by the clock of now would stand before what
    it builds on: duplicity makes it all the same, and nothing restores it (3.2). So it gets a later time,
    which is returned: the second after the newest.
    """
    if not held.whole:
        return None
    newest = held.whole[-1]
    passed = time.time() - newest.time.timestamp()
    if passed < -_SLEWED:
        run.tell(Warned(caution=Caution.CLOCK_BEHIND, when=newest.time))
        return newest.time + timedelta(seconds=1)
    if passed < 1:
        await asyncio.sleep(1 - passed)
    return None


async def _forsake(run: Run, repository: Repository, phrase: Secret | None) -> None:
    """Give up a half-sent set. What of it cannot be removed from the destination is only in the way there."""
    try:
        await duplicity.discard_incomplete(repository, phrase)
    except Failure as failure:
        run.tell(Warned(caution=Caution.NOT_TIDIED, detail=failure.cause.about or failure.reason))


async def _duplicity(
    run: Run,
    repository: Repository,
    held: Contents,
    kind: SnapshotKind,
    total: tuple[int, int],
    phrase: Secret | None,
    at: datetime | None = None,
    *,
    adopt: bool,
) -> set[bytes]:
    """Have duplicity send what the stage holds, and what it cannot see to be changed as well; the files of
    which it sent less than there is."""
    misread: set[bytes] = set()

    def take_down(path: bytes) -> None:
        misread.add(path)
        outbox.misread(run, path)

    await _show_hidden(run, repository, held, kind, phrase)
    try:
        await duplicity.back_up(
            repository,
            kind,
            run.home.stage(run.profile),
            compression=run.profile.compression,
            passphrase=phrase,
            total=total,
            adopt=adopt,
            at=at,
            misread=take_down,
            tell=run.tell,
        )
    finally:
        await asyncio.to_thread(resend.undo, repository.archive)
    return misread


async def _show_hidden(
    run: Run, repository: Repository, held: Contents, kind: SnapshotKind, phrase: Secret | None
) -> None:
    """Prepare the signatures that duplicity compares with, which must be here for it."""
    if kind is SnapshotKind.FULL:
        return
    newest = [snapshot for snapshot in held.chains[-1].snapshots if snapshot.whole][-1]
    elsewhere = await asyncio.to_thread(staging.sent_elsewhere, run, newest.time.timestamp())
    hidden = outbox.hidden(run) | elsewhere
    if not hidden:
        return
    if not held.warm and phrase is not None:
        await duplicity.fetch_metadata(repository, newest.time, phrase)
    await asyncio.to_thread(resend.prepare, repository.archive, newest.stamp, hidden, outbox.whole(run))


def _held_against(
    run: Run, repository: Repository, made: tuple[Snapshot, ...], misread: AbstractSet[bytes]
) -> Sent:
    """What these snapshots hold of what was collected. While the archive folder cannot be read nothing more
    is missing: what is wrong with that is found by whoever builds on it."""
    unknown = Sent(missing=tuple(sorted(misread)))
    try:
        return outbox.held_against(run, repository.archive, made, misread) or unknown
    except Failure:
        return unknown


async def _total(run: Run, held: Contents, kind: SnapshotKind, collected: Collected) -> tuple[int, int]:
    """Files and bytes that duplicity will read: all, or what came to the stage since the last snapshot."""
    if kind is SnapshotKind.FULL or not held.chains:
        return collected.files, collected.bytes
    since = held.chains[-1].end.timestamp() + 1  # it is named after a second, and may have begun at its end
    return await asyncio.to_thread(staging.unsent_since, run.home.stage(run.profile), since)


async def _audit(run: Run, repository: Repository, before: Contents) -> Contents:
    """What the destination holds now; what came is safely on the disks, there and here."""
    audited = await contents.audit(run, repository)
    await destinations.settle(repository.destination, audited.contents.keys() - before.contents.keys())
    await repair.settle(run, repository.archive)
    return audited


def _made(before: Contents, after: Contents) -> tuple[Snapshot, ...]:
    """The snapshots that are there now and were not; Failure if there is none, whatever duplicity said."""
    found = after.since(before)
    if not found:
        raise Failure(causes.NothingSent())
    return found


def _summary(made: tuple[Snapshot, ...], collected: Collected, sent: Sent, *, first: bool) -> Summary:
    full = any(snapshot.kind is SnapshotKind.FULL for snapshot in made)
    return Summary(
        snapshot=made[-1].stamp,
        files=collected.files - len(sent.missing) if full else sent.files,
        bytes=collected.bytes if full else sent.size,
        stored=sum(snapshot.size for snapshot in made),
        first=first,
    )


def _record(run: Run, made: tuple[Snapshot, ...], collected: Collected, sent: Sent) -> None:
    here = place_of(run.profile.destination)
    history.know_snapshot(run.home, here, made[-1].stamp, collected.files, collected.bytes)
    outbox.settle(run, sent.missing)
    staging.keep(run, unsent=bool(sent.missing))


def _tell_made(run: Run, audited: Contents, made: tuple[Snapshot, ...]) -> None:
    here = place_of(run.profile.destination)
    history.know_sizes(run.home, here, files.sizes(audited.contents))
    history.know_made(run.home, here, [snapshot.stamp for snapshot in made])
    for snapshot in made:
        run.tell(
            SnapshotMade(
                snapshot=snapshot.stamp,
                kind=snapshot.kind,
                volumes=snapshot.volumes,
                stored=snapshot.size,
            )
        )
