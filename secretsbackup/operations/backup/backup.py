"""Back up: check, gather, send, prove, record, tidy."""

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
from secretsbackup.model.snapshot import Chain, Kind, Snapshot
from secretsbackup.operations.backup import outbox, safety, staging
from secretsbackup.operations.backup.outbox import Sent
from secretsbackup.operations.keys import keys
from secretsbackup.operations.repository import contents, index, origin, prerequisites, prune, repair, sharing
from secretsbackup.operations.repository.contents import Holdings
from secretsbackup.operations.run import hooks
from secretsbackup.operations.run.runner import Recipe, Run
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.tools import destinations, duplicity, gnupg, sleep
from secretsbackup.tools.duplicity import Vault, damaged, files, resend
from secretsbackup.tools.rsync import Gathered

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
            vault = await prerequisites.vault(run)
            await repair.mend_folder(run, vault)
            trees = await staging.survey(run)
            await staging.mend(run)
            await safety.room_to_gather(run, rsync, trees)
        finished: tuple[Snapshot, ...] = ()
        if begun := files.half_sent(vault.archive):
            with run.step(Step.SEND):
                async with sleep.held_off(_SENDING):
                    finished = await _finish(run, vault, begun, options)
        left_over = staging.left_over(run)
        with run.step(Step.GATHER):
            (held, fits), (gathered, unsent) = await _look_and_gather(
                _look(run, vault), staging.gather(run, rsync, trees)
            )
        ours = await origin.ours(run, vault, held, adopt=options.adopt)
        if not unsent and ours and not options.full and held.chains and not held.broken and fits:
            if finished:
                return await _close(run, vault, held, finished, gathered)
            return Summary(changed=False, files=gathered.files, bytes=gathered.bytes)
        await safety.before_sending(run, vault, held, gathered, options.allowed, left_over=left_over)
        kind = _kind(run, held, options) if fits else Kind.FULL
        with run.step(Step.SEND):
            async with sleep.held_off(_SENDING):
                misread = await _send(run, vault, held, kind, gathered, adopt=ours or options.adopt)
        with run.step(Step.PROVE):
            proven = await _prove(run, vault, held)
            made = _made(held, proven)
            _tell_made(run, proven, made)
        return await _close(run, vault, proven, (*finished, *made), gathered, misread)

    return hooks.around(back_up)


async def _close(
    run: Run,
    vault: Vault,
    proven: Holdings,
    made: tuple[Snapshot, ...],
    gathered: Gathered,
    misread: AbstractSet[bytes] = frozenset(),
) -> Summary:
    """Hold what was sent against what was collected; record it, and tidy up."""
    with run.step(Step.RECORD):
        sent = await asyncio.to_thread(_held_against, run, vault, made, misread)
        _record(run, made, gathered, sent)
        await index.keep_up(run, proven.whole)
    with run.step(Step.TIDY):
        await prune.tidy(run, vault, proven)
    return _summary(made, gathered, sent, first=len(proven.whole) == len(made))


async def _look(run: Run, vault: Vault) -> tuple[Holdings, bool]:
    """What the destination holds, and whether the newest chain can be gone on with by the profile's key."""
    held = await contents.look(run, vault)
    contents.tell_frozen(run, held)
    fits = await safety.key_fits(run, vault, held)
    if not fits and held.chains and not held.broken:
        run.tell(Warned(caution=Caution.OTHER_KEY, detail=held.chains[-1].snapshots[0].stamp))
    return held, fits


async def _look_and_gather(
    look: Coroutine[None, None, tuple[Holdings, bool]],
    gather_all: Coroutine[None, None, tuple[Gathered, bool]],
) -> tuple[tuple[Holdings, bool], tuple[Gathered, bool]]:
    """Look at the destination while rsync gathers; what is wrong with one ends the other.

    A gather that is about to end anyway may do so first: one that is cut off counts as a change.
    """
    looking, gather = asyncio.create_task(look), asyncio.create_task(gather_all)
    try:
        await asyncio.wait((looking, gather), return_when=asyncio.FIRST_EXCEPTION)
        if not gather.done():
            await asyncio.wait((gather,), timeout=_NEARLY_DONE)
        for task in (looking, gather):
            if task.done():
                task.result()
        return await looking, await gather
    finally:
        for task in (looking, gather):
            task.cancel()
        await asyncio.wait((looking, gather))


def _kind(run: Run, held: Holdings, options: BackupOptions) -> Kind:
    """Full or incremental; a full one that nobody expects is explained."""
    if held.broken:
        run.tell(Warned(caution=Caution.NEW_FULL, detail=held.chains[-1].snapshots[0].stamp))
        return Kind.FULL
    newest = held.chains[-1] if held.chains else None
    if options.full or newest is None or _old(newest, run.profile, run.began):
        return Kind.FULL
    return Kind.INCREMENTAL


def _old(chain: Chain, profile: Profile, now: datetime) -> bool:
    return now - chain.start >= timedelta(days=profile.full_every)


async def _finish(run: Run, vault: Vault, begun: datetime, options: BackupOptions) -> tuple[Snapshot, ...]:
    """Finish the set that an earlier run left half sent, before the stage changes; what came of it.

    duplicity would go on with it later as well, but signs the stage as it is then: what had changed in the
    part that was sent already would go into no volume and, being signed, into no later snapshot (3.2). So if
    the stage has changed since the set was begun, it is given up; and if the power was cut before what was
    sent to a folder was safely on its disk, or what it builds on is damaged.
    """
    held = await contents.look(run, vault)
    if any(one.time == begun for one in held.whole) and not held.broken:
        return await _call_final(run, vault, begun)
    phrase = await _phrase(run, vault, held)
    since = begun.timestamp() + 1  # what is named after a second may have begun at its end
    stage = run.home.stage(run.profile)
    # Begun later than now: the clock was set, and no time of a file says whether it changed since.
    changed = begun > run.began or await asyncio.to_thread(staging.changed_since, stage, since)
    if held.broken or changed or await asyncio.to_thread(_torn, vault):
        await _forsake(run, vault, phrase)
        return ()
    kind = Kind.INCREMENTAL if held.chains else Kind.FULL
    adopt = await origin.ours(run, vault, held, adopt=options.adopt) or options.adopt
    with _judging(run, vault, held, kind):
        await _duplicity(run, vault, held, kind, (0, 0), phrase, adopt=adopt)
    proven = await _prove(run, vault, held)
    return await _finished(run, vault, proven, proven.since(held))


async def _call_final(run: Run, vault: Vault, begun: datetime) -> tuple[Snapshot, ...]:
    """Take a set for finished that lacks only its name here: duplicity would remove it from the destination.

    By its manifest it is known as well whether a power cut has torn any of it.
    """
    await asyncio.to_thread(files.call_final, vault.archive, begun)
    await repair.mend_folder(run, vault)
    proven = await contents.look(run, vault)
    its = [
        name
        for name in proven.contents
        if (one := files.parse(name)) and files.moment(one.belongs.time) == begun
    ]
    await destinations.settle(vault.destination, its)
    await repair.settle(run, vault.archive)
    made = tuple(one for one in proven.whole if one.time == begun)
    return await _finished(run, vault, proven, made)


async def _finished(
    run: Run, vault: Vault, proven: Holdings, made: tuple[Snapshot, ...]
) -> tuple[Snapshot, ...]:
    """Tell what came of a set that an earlier run began, and hold it against what that collected."""
    _tell_made(run, proven, made)
    if made:
        sent = await asyncio.to_thread(_held_against, run, vault, made, outbox.whole(run))
        if outbox.keep_missing(run, sent.missing) and not sent.missing:
            staging.sent(run)
    return made


def _judging(run: Run, vault: Vault, held: Holdings, kind: Kind) -> AbstractContextManager[None]:
    """A chain that cannot be built on, since what is to be read of it is damaged, is remembered as that."""
    if kind is Kind.FULL or not held.chains:
        return nullcontext()
    return contents.judging(run, vault, held, held.chains[-1].snapshots[0])


def _torn(vault: Vault) -> bool:
    """Whether a volume of what is half sent is torn; servers take one as a whole or not at all."""
    to = vault.destination
    return isinstance(to, Folder) and any(damaged.torn_volumes(vault.archive, Path(to.path)))


async def _phrase(run: Run, vault: Vault, held: Holdings) -> Secret | None:
    """What duplicity needs to go on with a chain of which the archive folder is cold."""
    if held.warm or not held.chains:
        return None
    if held.whole:
        await contents.can_begin(vault, held, held.whole[-1])
    return await prerequisites.passphrase(run)


async def _send(
    run: Run, vault: Vault, held: Holdings, kind: Kind, gathered: Gathered, *, adopt: bool
) -> set[bytes]:
    """Have duplicity send what is new; the files of which less was sent than there is."""
    if not held.contents:
        await destinations.prepare(vault.destination)
    phrase = await _phrase(run, vault, held)
    total = await _total(run, held, kind, gathered)
    safety.room_to_send(run, vault, held, total[1])
    at = await _second_of_its_own(run, held)
    with _judging(run, vault, held, kind):
        return await _duplicity(run, vault, held, kind, total, phrase, at, adopt=adopt)


async def _second_of_its_own(run: Run, held: Holdings) -> datetime | None:
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


async def _forsake(run: Run, vault: Vault, phrase: Secret | None) -> None:
    """Give up a half-sent set. What of it cannot be removed from the destination is only in the way there."""
    try:
        await duplicity.forsake(vault, phrase)
    except Failure as failure:
        run.tell(Warned(caution=Caution.NOT_TIDIED, detail=failure.cause.about or failure.reason))


async def _duplicity(
    run: Run,
    vault: Vault,
    held: Holdings,
    kind: Kind,
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

    await _show_hidden(run, vault, held, kind, phrase)
    try:
        await duplicity.back_up(
            vault,
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
        await asyncio.to_thread(resend.undo, vault.archive)
    return misread


async def _show_hidden(run: Run, vault: Vault, held: Holdings, kind: Kind, phrase: Secret | None) -> None:
    """Prepare the signatures that duplicity compares with, which must be here for it."""
    if kind is Kind.FULL:
        return
    newest = [snapshot for snapshot in held.chains[-1].snapshots if snapshot.whole][-1]
    elsewhere = await asyncio.to_thread(staging.sent_elsewhere, run, newest.time.timestamp())
    hidden = outbox.hidden(run) | elsewhere
    if not hidden:
        return
    if not held.warm and phrase is not None:
        await duplicity.fetch_metadata(vault, newest.time, phrase)
    await asyncio.to_thread(resend.prepare, vault.archive, newest.stamp, hidden, outbox.whole(run))


def _held_against(run: Run, vault: Vault, made: tuple[Snapshot, ...], misread: AbstractSet[bytes]) -> Sent:
    """What these snapshots hold of what was collected. While the archive folder cannot be read nothing more
    is missing: what is wrong with that is found by whoever builds on it."""
    unknown = Sent(missing=tuple(sorted(misread)))
    try:
        return outbox.held_against(run, vault.archive, made, misread) or unknown
    except Failure:
        return unknown


async def _total(run: Run, held: Holdings, kind: Kind, gathered: Gathered) -> tuple[int, int]:
    """Files and bytes that duplicity will read: all, or what came to the stage since the last snapshot."""
    if kind is Kind.FULL or not held.chains:
        return gathered.files, gathered.bytes
    since = held.chains[-1].end.timestamp() + 1  # it is named after a second, and may have begun at its end
    return await asyncio.to_thread(staging.unsent_since, run.home.stage(run.profile), since)


async def _prove(run: Run, vault: Vault, before: Holdings) -> Holdings:
    """What the destination holds now; what came is safely on the disks, there and here."""
    proven = await contents.look(run, vault)
    await destinations.settle(vault.destination, proven.contents.keys() - before.contents.keys())
    await repair.settle(run, vault.archive)
    return proven


def _made(before: Holdings, after: Holdings) -> tuple[Snapshot, ...]:
    """The snapshots that are there now and were not; Failure if there is none, whatever duplicity said."""
    found = after.since(before)
    if not found:
        raise Failure(causes.NothingSent())
    return found


def _summary(made: tuple[Snapshot, ...], gathered: Gathered, sent: Sent, *, first: bool) -> Summary:
    full = any(snapshot.kind is Kind.FULL for snapshot in made)
    return Summary(
        snapshot=made[-1].stamp,
        files=gathered.files - len(sent.missing) if full else sent.files,
        bytes=gathered.bytes if full else sent.size,
        stored=sum(snapshot.size for snapshot in made),
        first=first,
    )


def _record(run: Run, made: tuple[Snapshot, ...], gathered: Gathered, sent: Sent) -> None:
    here = place_of(run.profile.destination)
    history.know_snapshot(run.home, here, made[-1].stamp, gathered.files, gathered.bytes)
    outbox.settle(run, sent.missing)
    staging.keep(run, unsent=bool(sent.missing))


def _tell_made(run: Run, proven: Holdings, made: tuple[Snapshot, ...]) -> None:
    here = place_of(run.profile.destination)
    history.know_sizes(run.home, here, files.sizes(proven.contents))
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
