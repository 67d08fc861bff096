"""Prune: remove what is too old by whole chains, and what broken-off runs left at the destination.

A chain goes once `keep` newer ones are sound and, with `keep_days`, once its newest snapshot is older. The
newest must be proven: audited against its manifests. Else nothing goes, and it is said why.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Bucket
from secretsbackup.model.due import believed
from secretsbackup.model.event import Caution, Step, Verb, Warned
from secretsbackup.model.outcome import Completed, Failure, Skipped, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations.repository import contents, index, prerequisites, repair
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run, visit
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, duplicity
from secretsbackup.tools.duplicity import Repository, files
from secretsbackup.tools.duplicity.files import Set
from secretsbackup.tools.s3 import settings


class PrunePlan(msgspec.Struct, frozen=True, kw_only=True):
    """`old` are the chains that go, `kept` those that stay, `debris` the names of files that are part of
    neither; `held_back` is why nothing goes although something would."""

    old: tuple[Chain, ...] = ()
    kept: tuple[Chain, ...] = ()
    debris: tuple[str, ...] = ()
    freed: int = 0
    uploads: int = 0
    held_back: Cause | None = None


async def prune(run: Run) -> Summary:
    """The recipe."""
    with run.step(Step.CHECK):
        repository = await prerequisites.repository(run)
        await repair.repair_folder(run, repository)
    with run.step(Step.AUDIT):
        held = await contents.audit(run, repository)
    with run.step(Step.TIDY):
        done = await tidy(run, repository, held, wait=waiting(run.home, run.profile))
    gone = sum(snapshot.volumes for chain in done.old for snapshot in chain.snapshots) + len(done.debris)
    return Summary(changed=gone + done.uploads > 0, files=gone, bytes=done.freed)


async def preview(profile: Profile, home: Home, opened_by: Credential = None) -> PrunePlan:
    """What `prune` would do now; nothing is removed."""
    async with visit(profile, home, opened_by=opened_by) as run:
        repository = await prerequisites.repository(run)
        held = await contents.audit(run, repository)
        found = plan(profile, held, repository.archive, run.began, waiting(home, profile))
        if isinstance(profile.destination, Bucket):
            count = await settings.end_uploads(
                profile.destination, repository.credential, run.began, only_count=True
            )
            return msgspec.structs.replace(found, uploads=count)
        return found


def waiting(home: Home, profile: Profile) -> Cause | None:
    """Why old backups are kept for now: so much was gone or changed that a run waits for a yes.

    It waits until there is a good backup again, whatever became of the tries since.
    """
    here = place_of(profile.destination)
    for past in believed(history.runs(home, profile.name, verb=Verb.BACKUP, place=here), datetime.now(UTC)):
        match past.outcome:
            case Completed():
                return None
            case Skipped(causes=found):
                if wanted := next((one for one in found if isinstance(one, causes.Upheaval)), None):
                    return wanted
            case _:
                pass
    return None


def plan(
    profile: Profile, held: Contents, archive: Path, now: datetime, wait: Cause | None = None
) -> PrunePlan:
    """What goes and what stays; `wait` is why nothing may go."""
    enough = held.sound[-profile.keep :]
    if not enough or held.broken or files.incomplete_set(archive):
        return PrunePlan(kept=held.chains)
    young = timedelta(days=profile.keep_days or 0)
    old = tuple(c for c in held.chains if c.end < enough[0].start and c.end < now - young)
    old = old if len(enough) == profile.keep else ()
    kept = tuple(chain for chain in held.chains if chain not in old)
    debris = tuple(sorted(_debris(held, archive)))
    if not old and not debris:
        return PrunePlan(kept=kept)
    if wait := wait or _unproven(enough[-1], archive):
        return PrunePlan(kept=held.chains, held_back=wait)
    freed = sum(chain.size for chain in old) + sum(held.contents[name] for name in debris)
    return PrunePlan(old=old, kept=kept, debris=debris, freed=freed)


def _unproven(newest: Chain, archive: Path) -> Cause | None:
    """The first of its snapshots that was never audited here: its manifest is not in the archive folder."""
    audited = {one.time for one in files.manifests(archive)}
    lacking = [one.stamp for one in newest.snapshots if one.whole and one.stamp not in audited]
    return causes.Unproven(lacking[0]) if lacking else None


def _debris(held: Contents, archive: Path) -> Iterator[str]:
    """Files of sets that were never finished, or whose chain is gone, while a newer snapshot is whole.

    A set of which this machine has the manifest is no debris: what of it is missing may come back.
    """
    known = {one for chain in held.chains for one in _sets(chain)} | files.manifests(archive).keys()
    newest = held.whole[-1].stamp
    for name in held.contents:
        parsed = files.parse(name)
        if parsed and parsed.belongs not in known and parsed.belongs.time < newest:
            yield name


def _sets(chain: Chain) -> Iterator[Set]:
    """The sets of a chain, up to its last whole snapshot."""
    whole = [number for number, one in enumerate(chain.snapshots) if one.whole]
    before: str | None = None
    for snapshot in chain.snapshots[: whole[-1] + 1]:
        yield Set(snapshot.stamp, before)
        before = snapshot.stamp


async def tidy(run: Run, repository: Repository, held: Contents, *, wait: Cause | None = None) -> PrunePlan:
    """Do what the plan says, and say what could not be done; how much was."""
    found = plan(run.profile, held, repository.archive, run.began, wait)
    if found.held_back:
        run.tell(Warned(caution=Caution.NOT_PRUNED, cause=found.held_back))
    try:
        if found.old:
            starts = [chain.snapshots[0].stamp for chain in found.old]
            contents.lose(run, repository, starts, "removed")
            await duplicity.remove_older(repository, min(chain.start for chain in found.kept))
            await _really_gone(run, repository, found.old)
            sets = {one for chain in found.old for one in _sets(chain)}
            _forget_sizes(run, repository, files.of_sets(held.contents, sets))
            gone = {snapshot for chain in found.old for snapshot in chain.snapshots}
            await index.keep_up(run, [snapshot for snapshot in held.whole if snapshot not in gone])
        if found.debris:
            await destinations.remove(repository.destination, repository.credential, found.debris)
            _forget(repository.archive, found.debris)
            _forget_sizes(run, repository, found.debris)
        return msgspec.structs.replace(found, uploads=await _end_uploads(run, repository))
    except Failure as failure:
        run.tell(Warned(caution=Caution.NOT_TIDIED, detail=failure.cause.about or failure.reason))
        return PrunePlan(kept=held.chains)


async def _really_gone(run: Run, repository: Repository, old: Sequence[Chain]) -> None:
    """Failure if they are still there: duplicity ends well also where every removal was refused."""
    there = {chain.start for chain in (await contents.listing(run, repository)).chains}
    if there & {chain.start for chain in old}:
        raise Failure(causes.DestinationDenied())


def _forget_sizes(run: Run, repository: Repository, names: Iterable[str]) -> None:
    history.forget_sizes(run.home, place_of(repository.destination), names)


async def _end_uploads(run: Run, repository: Repository) -> int:
    """End what earlier runs left half uploaded. Without that right, which the doctor tells of, it stays."""
    if not isinstance(repository.destination, Bucket):
        return 0
    try:
        return await settings.end_uploads(repository.destination, repository.credential, run.began)
    except Failure as failure:
        if failure.reason is Reason.DESTINATION_DENIED:
            return 0
        raise


def _forget(archive: Path, debris: tuple[str, ...]) -> None:
    """Remove what the archive folder has of these sets."""
    gone = {parsed.belongs for name in debris if (parsed := files.parse(name))}
    for name in files.of_sets((path.name for path in archive.glob("duplicity-*")), gone):
        (archive / name).unlink(missing_ok=True)
