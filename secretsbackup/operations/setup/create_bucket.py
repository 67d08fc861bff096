"""Provision: from an administrator's key, used once, to a bucket with a user and a key for one prefix alone.

What is there and ours is taken as it is, so that a set-up which was cut off can simply be done again.
Each part is told when it is begun and when it is done, along with all that was made so far: a listener
has the list of what to take away at any moment, and `undo` bears that some of it was never made.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

import msgspec

from secretsbackup.model import policy
from secretsbackup.model.created import (
    PROTECTIONS,
    Created,
    ManualInstruction,
    ManualStep,
    PartDone,
    PartResult,
    SetupPart,
)
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential, KeyPair, SecretName
from secretsbackup.tools import iam, keychain, s3
from secretsbackup.tools.s3 import creation, protection

_T = TypeVar("_T")

TellPart = Callable[[PartDone], None]

_PATIENCE, _PAUSE = 60.0, 2.0
"""Seconds: a key that Amazon has just made is not known everywhere at once."""


class BucketRequest(msgspec.Struct, frozen=True, kw_only=True):
    """For which profile, what bucket and prefix; `iam` is where users are made, if not at the bucket's own
    server. A bucket without a region is made in Amazon's first."""

    profile: ProfileName
    bucket: Bucket
    iam: str | None = None


async def create_bucket(request: BucketRequest, admin: Credential, tell: TellPart) -> Created:
    """The recipe. Its Failure comes after all that was made has been told."""
    work = _Creation(request, admin, tell)
    await _stored(request.profile)  # before anything is made: is there a keyring to put the key in?
    existed = await _whole(_bucket(work))
    shared = existed and await creation.is_shared(work.bucket, admin)
    for part in PROTECTIONS:
        await _whole(_protection(work, part, spare=shared and part is not SetupPart.LIFECYCLE))
    credential = await _whole(_user_and_key(work))
    await _trial(work, credential)
    return work.made


async def undo(
    made: Created, admin: Credential, tell: TellPart, *, at: str | None = None, backups_too: bool = False
) -> Created:
    """Take away what a set-up made, as far as that can be done; what is left, nothing if all went well.

    A bucket that holds more than our own probes stays, unless `backups_too`, and then only if what else it
    holds is all below the prefix. `at` is `BucketRequest.iam`.
    """
    bucket, user = made.destination, user_name(made.destination)
    if made.stored:
        made = await _away(made, SetupPart.KEYRING, tell, _forget(made.profile), stored=False)
    if made.key_id:
        gone = iam.remove_key(bucket, admin, at, user, made.key_id)
        made = await _away(made, SetupPart.KEY, tell, gone, key_id="")
    if made.user:
        made = await _away(made, SetupPart.USER, tell, iam.remove_user(bucket, admin, at, user), user="")
    if made.bucket:
        gone = _remove_bucket(bucket, admin, backups_too=backups_too)
        made = await _away(made, SetupPart.BUCKET, tell, gone, bucket=False, rule="")
    elif made.rule:
        gone = protection.remove_rule(bucket, admin)
        made = await _away(made, SetupPart.LIFECYCLE, tell, gone, rule="")
    return made


def steps(bucket: Bucket) -> tuple[ManualInstruction, ...]:
    """How to do the same by hand, in the order of doing; `copy` is what to paste there."""
    rule = msgspec.json.format(msgspec.json.encode({"Rules": [protection.rule(bucket)]})).decode()
    return (
        ManualInstruction(ManualStep.BUCKET, bucket.bucket),
        ManualInstruction(ManualStep.PROTECTIONS),
        ManualInstruction(ManualStep.LIFECYCLE, rule),
        ManualInstruction(ManualStep.POLICY, policy.text(policy.for_user(bucket))),
        ManualInstruction(ManualStep.USER, user_name(bucket)),
        ManualInstruction(ManualStep.KEY),
    )


def user_name(bucket: Bucket) -> str:
    """The name of the user that backs up to this prefix, and of no other's; IAM takes 64 letters of a few
    kinds."""
    whole = f"{bucket.bucket}/{bucket.prefix}"
    readable = re.sub(r"[^A-Za-z0-9+=,.@_-]+", "-", f"secretsbackup-{whole}").strip("-")
    return f"{readable[:55]}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


class _Creation:
    """A set-up while it goes on: what was made so far, and who hears of it."""

    def __init__(self, request: BucketRequest, admin: Credential, tell: TellPart) -> None:
        self.request, self.admin, self._tell = request, admin, tell
        self.made = Created(profile=request.profile, destination=request.bucket)

    @property
    def bucket(self) -> Bucket:
        return self.made.destination

    def tell(self, part: SetupPart, how: PartResult, detail: str = "", **made: object) -> None:
        self.made = msgspec.structs.replace(self.made, **made)
        self._tell(PartDone(part=part, how=how, made=self.made, detail=detail))


async def _whole(part: Coroutine[None, None, _T]) -> _T:
    """Await a part to its end even if all is cancelled meanwhile, so that it is known what was made."""
    task = asyncio.create_task(part)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # seen: what is told now is that it was cancelled
        raise


async def _bucket(work: _Creation) -> bool:
    """Find or make the bucket; whether it was there before."""
    region = await creation.find(work.bucket, work.admin)
    if region is None:
        work.tell(SetupPart.BUCKET, PartResult.BEGUN, bucket=True)
        await creation.make(work.bucket, work.admin)
        region = await creation.find(work.bucket, work.admin)
        work.tell(SetupPart.BUCKET, PartResult.MADE, work.bucket.bucket, destination=_in(work.bucket, region))
        return False
    work.tell(SetupPart.BUCKET, PartResult.FOUND, work.bucket.bucket, destination=_in(work.bucket, region))
    return True


def _in(bucket: Bucket, region: str | None) -> Bucket:
    """The bucket with the region that it is really in, where the server names one."""
    return msgspec.structs.replace(bucket, region=region or bucket.region)


async def _protection(work: _Creation, part: SetupPart, *, spare: bool) -> None:
    work.tell(part, PartResult.BEGUN)
    how, detail = await protection.protect(work.bucket, work.admin, part, spare=spare)
    ours = part is SetupPart.LIFECYCLE and how is PartResult.MADE
    work.tell(part, how, detail, **({"rule": protection.rule_name(work.bucket)} if ours else {}))


async def _user_and_key(work: _Creation) -> Credential:
    """The credential that the profile will use: the user's own, or the given one where no users are made."""
    user, place = user_name(work.bucket), (work.bucket, work.admin, work.request.iam)
    found = await iam.find_user(*place, user)
    if found is None:
        work.tell(SetupPart.USER, PartResult.UNKNOWN_THERE)
        return await _given(work)
    if not found:
        work.tell(SetupPart.USER, PartResult.BEGUN, user=user)
        await iam.make_user(*place, user)
    work.tell(SetupPart.USER, PartResult.FOUND if found else PartResult.MADE, user)
    await iam.permit(*place, user, policy.text(policy.for_user(work.bucket)))
    work.tell(SetupPart.POLICY, PartResult.MADE, iam.POLICY)
    kept = await _stored(work.request.profile)
    if kept and await iam.has_key(*place, user, kept):
        work.tell(SetupPart.KEY, PartResult.FOUND)
        return kept
    key_id, pair = await iam.make_key(*place, user)
    work.tell(SetupPart.KEY, PartResult.MADE, key_id, key_id=key_id)
    return await _keep(work, pair)


async def _given(work: _Creation) -> Credential:
    """Keep the given key: it is the only one there is. One of the user's own ~/.aws stays there."""
    if not isinstance(work.admin, KeyPair):
        return work.admin
    return await _keep(work, KeyPair(work.admin.key_id, work.admin.secret))


async def _keep(work: _Creation, pair: KeyPair) -> KeyPair:
    profile = work.request.profile
    work.tell(SetupPart.KEYRING, PartResult.BEGUN, stored=True)
    await keychain.keep(profile, SecretName.AWS_ACCESS_KEY_ID, pair.key_id)
    await keychain.keep(profile, SecretName.AWS_SECRET_ACCESS_KEY, pair.secret)
    work.tell(SetupPart.KEYRING, PartResult.MADE, profile)
    return pair


async def _forget(profile: ProfileName) -> None:
    await keychain.forget(profile, SecretName.AWS_ACCESS_KEY_ID)
    await keychain.forget(profile, SecretName.AWS_SECRET_ACCESS_KEY)


async def _stored(profile: ProfileName) -> KeyPair | None:
    """The key that the keychain holds for the profile already."""
    key_id = await keychain.get(profile, SecretName.AWS_ACCESS_KEY_ID)
    secret = await keychain.get(profile, SecretName.AWS_SECRET_ACCESS_KEY)
    return KeyPair(key_id, secret) if key_id and secret else None


async def _trial(work: _Creation, credential: Credential) -> None:
    """Put, read and delete with the new key, waiting until it is known everywhere."""
    work.tell(SetupPart.TRIAL, PartResult.BEGUN)
    for left in reversed(range(round(_PATIENCE / _PAUSE))):
        try:
            await s3.probe(work.bucket, credential)
            break
        except Failure as failure:
            fresh = failure.reason in (Reason.CREDENTIAL_REFUSED, Reason.DESTINATION_DENIED)
            if not (fresh and left and work.made.key_id):
                raise
            await asyncio.sleep(_PAUSE)
    work.tell(SetupPart.TRIAL, PartResult.MADE)


async def _remove_bucket(bucket: Bucket, admin: Credential, *, backups_too: bool) -> None:
    if backups_too:
        await creation.empty(bucket, admin)
    await creation.remove(bucket, admin)


async def _away(
    made: Created, part: SetupPart, tell: TellPart, removal: Awaitable[None], **left: object
) -> Created:
    """Do one removal; one that fails does not keep the others from being done."""
    try:
        await removal
    except Failure as failure:
        tell(PartDone(part=part, how=PartResult.KEPT, made=made, cause=failure.cause))
        return made
    made = msgspec.structs.replace(made, **left)
    tell(PartDone(part=part, how=PartResult.REMOVED, made=made))
    return made
