"""Establish: from a plan to a backup that was rehearsed. Key, bucket, trial, profile, recovery kit.

What is made on the way is told as soon as it is begun, so that whoever listens can have it taken away
again; a second try goes on with it.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.created import Created, PartDone
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import KitChoice, SetupLeftovers, Task, TaskTold
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.secret import Credential, KeyPair, Secret, SecretName
from secretsbackup.operations.keys import keys, kit
from secretsbackup.operations.repository import prerequisites, sharing
from secretsbackup.operations.run.runner import visit
from secretsbackup.operations.setup import automatic_start, create_bucket, registry, trial_run
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, duplicity, gnupg, keychain
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.gnupg import KeyKind

TellSetup = Callable[[TaskTold | PartDone | SetupLeftovers], None]

NO_KEY = Fingerprint("")
"""The key of a draft for which one is to be made."""


class SetupRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be set up. With `admin` the credential is an administrator's, used once; `iam` is where it
    makes users. `kind` is that of a key that is to be made. With `adopt` the backups that are there already
    are gone on with. `start` is what is to begin backups by itself from then on; None leaves it as it is."""

    draft: Profile
    phrase: Secret
    keep_phrase: bool = True
    kind: KeyKind = KeyKind.CURVE
    credential: Credential = None
    admin: bool = False
    iam: str | None = None
    adopt: bool = False
    kit: KitChoice = KitChoice()
    start: Starter | None = None
    traces: SetupLeftovers = SetupLeftovers()


class SetupResult(msgspec.Struct, frozen=True):
    """What stands now; `kit` is None where none was asked for, or it could not be saved."""

    profile: Profile
    kit: kit.SavedFiles | None


async def set_up(request: SetupRequest, home: Home, tell: TellSetup) -> SetupResult:
    """The recipe."""
    _check(request.draft, home)
    await _keyring(request)
    work = _Setup(request, home, tell)
    draft = await _with_key(work)
    draft, credential = await _with_bucket(work, draft)
    await trial_run.trial_run(draft, credential, request.phrase, home, tell)
    if request.adopt:
        await _read(work, draft, credential)
    await _write(work, draft, credential)
    saved = await _kit(work, draft)
    await _start(work)
    return SetupResult(draft, saved)


def tasks(request: SetupRequest) -> tuple[Task, ...]:
    """What will be done, in this order."""
    asked = {
        Task.KEY: request.draft.key == NO_KEY,
        Task.BUCKET: request.admin,
        Task.READ: request.adopt,
        Task.KIT: bool(request.kit.folder),
        Task.KIT_CHECK: bool(request.kit.folder),
        Task.START: request.start is not None,
    }
    return tuple(task for task in Task if asked.get(task, True))


def astray(traces: SetupLeftovers, draft: Profile) -> bool:
    """Whether something of what was made is for another plan than this, which would not go on with it."""
    bucket = traces.bucket
    elsewhere = bucket is not None and bucket.anything and not _is_for(bucket, draft)
    return elsewhere or (traces.key is not None and draft.key not in (NO_KEY, traces.key))


def _is_for(made: Created, draft: Profile) -> bool:
    there = draft.destination
    return (
        isinstance(there, Bucket)
        and made.profile == draft.name
        and (made.destination.bucket, made.destination.prefix) == (there.bucket, there.prefix)
        and made.destination.endpoint == there.endpoint
    )


async def undo(
    traces: SetupLeftovers, admin: Credential, home: Home, tell: TellSetup, *, iam: str | None = None
) -> SetupLeftovers:
    """Take away what an unfinished set-up made; what is left. `admin` is needed for what is in a cloud."""
    left = traces
    if left.bucket:
        bucket = await create_bucket.undo(left.bucket, admin, tell, at=iam)
        left = msgspec.structs.replace(left, bucket=bucket if bucket.anything else None)
    if left.key:
        if left.key not in {profile.key for profile in profiles.load(home).values()}:
            await gnupg.remove_key(left.key)
        left = msgspec.structs.replace(left, key=None)
    tell(left)
    return left


class _Setup:
    """A set-up while it goes on: what it made so far, and who hears of it."""

    def __init__(self, request: SetupRequest, home: Home, tell: TellSetup) -> None:
        self.request, self.home, self.tell, self.traces = request, home, tell, request.traces

    def leave(self, **made: object) -> None:
        self.traces = msgspec.structs.replace(self.traces, **made)
        self.tell(self.traces)


def _check(draft: Profile, home: Home) -> None:
    """Failure before anything is made."""
    registry.check_partial(draft)
    if draft.name in profiles.load(home):
        raise Failure(causes.ProfileExists(draft.name))
    sharing.check(home, draft)


async def _keyring(request: SetupRequest) -> None:
    """Failure(KEYRING_MISSING) or (KEYRING_LOCKED), if something is to be kept there."""
    if request.keep_phrase or (request.draft.needs_key_pair and request.credential):
        await keychain.get(request.draft.name, SecretName.GPG_PASSPHRASE)


async def _with_key(work: _Setup) -> Profile:
    """The draft with its key, made now if it has none."""
    draft, made = work.request.draft, work.traces.key
    if draft.key != NO_KEY:
        await gnupg.start_agent()
        await gnupg.try_passphrase(draft.key, work.request.phrase)
        return draft
    work.tell(TaskTold(task=Task.KEY, over=False))
    if made is None:
        made = await keys.make(keys.OWNER, work.request.phrase, work.request.kind)
        work.leave(key=made)
    else:
        await gnupg.try_passphrase(made, work.request.phrase)
    work.tell(TaskTold(task=Task.KEY, over=True, detail=made))
    return msgspec.structs.replace(draft, key=made)


async def _with_bucket(work: _Setup, draft: Profile) -> tuple[Profile, Credential]:
    """The draft with its bucket, and what opens it; both are made where an administrator's key is given."""
    if not (work.request.admin and isinstance(draft.destination, Bucket)):
        return draft, work.request.credential

    def hear(did: PartDone) -> None:
        work.leave(bucket=_with_earlier(did.made, work.request.traces.bucket))
        work.tell(did)

    request = create_bucket.BucketRequest(profile=draft.name, bucket=draft.destination, iam=work.request.iam)
    work.tell(TaskTold(task=Task.BUCKET, over=False))
    made = await create_bucket.create_bucket(request, work.request.credential, hear)
    work.tell(TaskTold(task=Task.BUCKET, over=True))
    draft = msgspec.structs.replace(draft, destination=made.destination)
    return draft, await prerequisites.credential(draft)


def _with_earlier(made: Created, earlier: Created | None) -> Created:
    """What a try made, and an earlier one before it, which this one found there."""
    if earlier is None or earlier.destination.bucket != made.destination.bucket:
        return made
    return msgspec.structs.replace(
        made,
        bucket=made.bucket or earlier.bucket,
        rule=made.rule or earlier.rule,
        user=made.user or earlier.user,
        key_id=made.key_id or earlier.key_id,
        stored=made.stored or earlier.stored,
    )


async def _read(work: _Setup, draft: Profile, credential: Credential) -> None:
    """Bring the records of the newest backup that is there: key and passphrase must be the ones it was made
    with."""
    work.tell(TaskTold(task=Task.READ, over=False))
    async with visit(draft, work.home, opened_by=credential) as run:
        repository = await prerequisites.repository(run)
        contents = await destinations.contents(draft.destination, credential)
        newest = snapshots.at(files.chains(contents), None)
        if newest is None:
            raise Failure(causes.NoSnapshot())
        await duplicity.fetch_metadata(repository, newest.time, work.request.phrase)
    work.tell(TaskTold(task=Task.READ, over=True, detail=newest.stamp))


async def _write(work: _Setup, draft: Profile, credential: Credential) -> None:
    """Write the profile; from now on nothing is left to take away."""
    work.tell(TaskTold(task=Task.WRITE, over=False))
    secrets = {SecretName.GPG_PASSPHRASE: work.request.phrase} if work.request.keep_phrase else {}
    if isinstance(credential, KeyPair) and not work.request.admin:
        secrets[SecretName.AWS_ACCESS_KEY_ID] = credential.key_id
        secrets[SecretName.AWS_SECRET_ACCESS_KEY] = credential.secret
    await registry.create(draft, secrets, work.home, attended=True)
    work.traces = SetupLeftovers()
    work.tell(work.traces)
    work.tell(TaskTold(task=Task.WRITE, over=True))


async def _kit(work: _Setup, profile: Profile) -> kit.SavedFiles | None:
    """Save the recovery kit and prove it. One that cannot be saved now can be later."""
    request = work.request.kit
    if not request.folder:
        return None

    async def known() -> Secret | None:
        return work.request.phrase

    task = Task.KIT
    try:
        work.tell(TaskTold(task=task, over=False))
        saved = await kit.save(profile, work.home, Path(request.folder), known, beside=request.beside)
        work.tell(TaskTold(task=task, over=True, detail=str(saved.text.parent)))
        task = Task.KIT_CHECK
        work.tell(TaskTold(task=task, over=False))
        await kit.check(saved.text, work.home, known, profile)
        work.tell(TaskTold(task=task, over=True))
    except Failure as failure:
        work.tell(TaskTold(task=task, over=True, cause=failure.cause))
        return None
    return saved


async def _start(work: _Setup) -> None:
    """Have backups begin by themselves. What stands in the way is told, and the status says it again."""
    if work.request.start is None:
        return
    work.tell(TaskTold(task=Task.START, over=False))
    try:
        lacking = await automatic_start.turn_on(work.request.start)
    except Failure as failure:
        work.tell(TaskTold(task=Task.START, over=True, cause=failure.cause))
        return
    cause = causes.NotStarted(lacking) if lacking else None
    work.tell(TaskTold(task=Task.START, over=True, detail=work.request.start, cause=cause))
