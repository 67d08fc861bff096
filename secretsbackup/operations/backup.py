"""Back up: check, gather, send, prove, record, tidy."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta

import msgspec

from secretsbackup.model.event import Caution, SnapshotMade, Step, Warned
from secretsbackup.model.outcome import Failure, Reason, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Chain, Kind, Snapshot
from secretsbackup.operations import equipment, gathering, holdings
from secretsbackup.operations.equipment import place_of
from secretsbackup.operations.holdings import Holdings
from secretsbackup.operations.runner import Recipe, Run
from secretsbackup.store import history
from secretsbackup.tools import duplicity, gnupg, place
from secretsbackup.tools.duplicity import Vault, files
from secretsbackup.tools.rsync import Gathered

_NEARLY_DONE = 5.0
"""Seconds."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever starts a backup can ask for.

    `full` starts a new chain. `even_if_empty` believes an empty source. `adopt` goes on with a chain
    that another machine or folder began.
    """

    full: bool = False
    even_if_empty: bool = False
    adopt: bool = False


def recipe(wish: Wish = Wish()) -> Recipe:  # noqa: B008 - frozen
    """The recipe with this wish."""

    async def back_up(run: Run) -> Summary:
        with run.step(Step.CHECK):
            gathering.present(run, even_if_empty=wish.even_if_empty)
            rsync = await equipment.rsync_program(run)
            gnupg.usable(await gnupg.resolve(run.profile.key))
            vault = await equipment.vault(run)
            trees = await gathering.survey(run)
        with run.step(Step.GATHER):
            held, (gathered, unsent) = await _look_and_gather(
                holdings.look(run, vault), gathering.gather(run, rsync, trees)
            )
        if not unsent and not wish.full and held.chains and not held.broken:
            return Summary(changed=False, files=gathered.files, bytes=gathered.bytes)
        kind = _kind(run, held, wish)
        with run.step(Step.SEND):
            await _send(run, vault, held, kind, gathered, wish)
        with run.step(Step.PROVE):
            proven = await holdings.look(run, vault)
            made = _made(held, proven)
        with run.step(Step.RECORD):
            _record(run, proven, made, gathered)
        with run.step(Step.TIDY):
            await _tidy(run, vault, proven)
        return _summary(kind, made, gathered)

    return back_up


async def _look_and_gather(
    look: Coroutine[None, None, Holdings], gather_all: Coroutine[None, None, tuple[Gathered, bool]]
) -> tuple[Holdings, tuple[Gathered, bool]]:
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


def _kind(run: Run, held: Holdings, wish: Wish) -> Kind:
    """Full or incremental; a full one that nobody expects is explained."""
    if held.broken:
        run.tell(Warned(caution=Caution.NEW_FULL, detail=held.chains[-1].snapshots[0].stamp))
        return Kind.FULL
    newest = held.chains[-1] if held.chains else None
    return (
        Kind.FULL if wish.full or newest is None or _old(newest, run.profile, run.began) else Kind.INCREMENTAL
    )


def _old(chain: Chain, profile: Profile, now: datetime) -> bool:
    return now - chain.start >= timedelta(days=profile.full_every)


async def _send(run: Run, vault: Vault, held: Holdings, kind: Kind, gathered: Gathered, wish: Wish) -> None:
    """Have duplicity send what is new.

    A set that an earlier run left half sent is finished first, whatever is asked for, and then misses
    what has changed since: so once more, for what was asked.
    """
    if not held.contents:
        await place.prepare(vault.destination)
    phrase = None if held.warm or not held.chains else await equipment.passphrase(run)
    if files.half_sent(vault.archive):
        await _duplicity(run, vault, kind, (0, 0), wish, phrase)
        if await holdings.finished(run, vault, held) is Kind.FULL:
            kind = Kind.INCREMENTAL
    total = await _total(run, held, kind, gathered)
    await _duplicity(run, vault, kind, total, wish, phrase)


async def _duplicity(
    run: Run, vault: Vault, kind: Kind, total: tuple[int, int], wish: Wish, phrase: Secret | None
) -> None:
    await duplicity.back_up(
        vault,
        kind,
        run.home.stage(run.profile),
        compression=run.profile.compression,
        passphrase=phrase,
        total=total,
        adopt=wish.adopt,
        tell=run.tell,
    )


async def _total(run: Run, held: Holdings, kind: Kind, gathered: Gathered) -> tuple[int, int]:
    """Files and bytes that duplicity will read: all, or what came to the stage since the last snapshot."""
    if kind is Kind.FULL or not held.chains:
        return gathered.files, gathered.bytes
    since = held.chains[-1].end.timestamp()
    return await asyncio.to_thread(gathering.unsent_since, run.home.stage(run.profile), since)


def _made(before: Holdings, after: Holdings) -> tuple[Snapshot, ...]:
    """The snapshots that are there now and were not; Failure if there is none, whatever duplicity said."""
    found = after.since(before)
    if not found:
        raise Failure(Reason.VOLUME_MISSING, "no new snapshot is at the destination")
    return found


def _summary(kind: Kind, made: tuple[Snapshot, ...], gathered: Gathered) -> Summary:
    full = kind is Kind.FULL
    return Summary(
        snapshot=made[-1].stamp,
        files=gathered.files if full else gathered.changed_files,
        bytes=gathered.bytes if full else gathered.changed_bytes,
        stored=sum(snapshot.size for snapshot in made),
    )


def _record(run: Run, proven: Holdings, made: tuple[Snapshot, ...], gathered: Gathered) -> None:
    here = place_of(run.profile.destination)
    history.know_sizes(run.home, here, files.sizes(proven.contents))
    history.know_snapshot(run.home, here, made[-1].stamp, gathered.files, gathered.bytes)
    gathering.keep(run, unsent=False)
    for snapshot in made:
        run.tell(
            SnapshotMade(
                snapshot=snapshot.stamp,
                kind=snapshot.kind,
                volumes=snapshot.volumes,
                stored=snapshot.size,
            )
        )


async def _tidy(run: Run, vault: Vault, proven: Holdings) -> None:
    """Remove what is older than the `keep` newest sound chains, once there are that many. It can wait: no
    failure."""
    kept = proven.sound[-run.profile.keep :]
    enough = len(kept) == run.profile.keep and not proven.broken
    old = [chain for chain in proven.chains if enough and chain.end < kept[0].start]
    if not old:
        return
    here = place_of(vault.destination)
    history.lose_chains(run.home, here, [chain.snapshots[0].stamp for chain in old], "removed")
    try:
        await duplicity.remove_older(vault, kept[0].start)
        # duplicity ends well also where every removal was refused.
        there = {chain.start for chain in (await holdings.peek(run, vault)).chains}
    except Failure as failure:
        run.tell(Warned(caution=Caution.NOT_TIDIED, detail=failure.detail or failure.reason))
    else:
        if there & {chain.start for chain in old}:
            run.tell(Warned(caution=Caution.NOT_TIDIED, detail="refused: see `secretsbackup doctor`"))
