"""The doctor: tries everything that a backup needs, one finding after the other, each with its remedy.

Unlike a check before a run it does not stop at the first thing that is wrong, and looks for what is too
much as well as for what is lacking.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.check import Finding, Sign, Verdict, trouble
from secretsbackup.model.destination import Bucket, Destination, Folder, Host, open_to_view
from secretsbackup.model.outcome import Failure
from secretsbackup.model.patterns import is_path
from secretsbackup.model.policy import Action
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential
from secretsbackup.operations.keys import keys
from secretsbackup.operations.repository import prerequisites
from secretsbackup.operations.repository.prerequisites import FindCredential
from secretsbackup.operations.setup import measure
from secretsbackup.store import lock
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, duplicity, gnupg, iam, process, s3, sandbox
from secretsbackup.tools.s3 import permissions, settings

LITTLE = 1 << 30
"""Bytes: with less room than this a folder will not hold another backup for long."""


async def examine(
    profile: Profile, opens: FindCredential = prerequisites.credential
) -> AsyncIterator[Finding]:
    """Everything about a profile: programs, key, secrets, destination. Nothing is changed."""
    yield await _try("programs", _programs)
    yield Finding(right="sandbox", sign=confinement(sandbox.version(), apart=await _sees_apart()))
    yield (key := await _try("key", lambda: _key(profile)))
    if key.cause is None or key.cause.reason is Reason.KEY_EXPIRED:
        yield await _try("opens", lambda: keys.opens(profile))
    for pattern in await _idle(profile):
        yield Finding(right="exclude", sign=Sign.EXCLUDES_NOTHING, detail=pattern)
    try:
        credential = await opens(profile)
    except Failure as failure:
        yield trouble("keyring", failure)
        return
    yield Finding(right="keyring", sign=Sign.WORKS)
    async for finding in examine_destination(profile.destination, credential, profile):
        yield finding


async def examine_destination(
    destination: Destination, credential: Credential, profile: Profile | None = None
) -> AsyncIterator[Finding]:
    """What is so with a destination; of a profile's also whether it lies on the disk that it saves."""
    match destination:
        case Bucket():
            if host := open_to_view(destination):
                yield Finding(right="transit", sign=Sign.PLAIN_HTTP, detail=host)
            async for finding in _bucket(destination, credential):
                yield finding
        case Folder():
            async for finding in _folder(destination, profile):
                yield finding
        case Host():
            yield await _try("list", lambda: _listed(destination))
            yield await _try("put", lambda: destinations.probe(destination, None))


async def end_uploads(profile: Profile, home: Home, opens: FindCredential = prerequisites.credential) -> int:
    """End the uploads that were begun and never finished; how many. Skip(BUSY) while a run goes on."""
    if not isinstance(profile.destination, Bucket):
        return 0
    async with lock.held(home, profile.name):
        return await settings.end_uploads(profile.destination, await opens(profile))


async def _bucket(bucket: Bucket, credential: Credential) -> AsyncIterator[Finding]:
    """Rights first: whatever keeps every request from an answer ends it there, with one finding."""
    try:
        await s3.reached(bucket, credential)
        yield Finding(right="reach", sign=Sign.WORKS)
        tried = await permissions.tried(bucket, credential)
        for finding in tried:
            yield finding
        for finding in await settings.looked_at(bucket, credential):
            yield finding
        if Sign.ALLOWED in {one.sign for one in tried if one.right == Action.LIST}:
            _, frozen = await destinations.listing(bucket, credential)
            if frozen:
                cause = causes.Frozen(min(frozen), len(frozen) - 1)
                yield Finding(right="objects", sign=Sign.FROZEN, cause=cause)
        if bucket.endpoint and Sign.ALLOWED in {one.sign for one in tried if one.right == Action.PUT}:
            yield await settings.checksums(bucket, credential)
        for finding in await permissions.excess(bucket, credential):
            yield finding
        yield await iam.excess(bucket, credential)
    except Failure as failure:
        yield trouble("reach", failure)


async def _idle(profile: Profile) -> list[str]:
    """The excludes that name a place where nothing lies; those that name a kind of file may wait for one."""
    if not any(map(is_path, profile.exclude)):
        return []
    return [one for one in await measure.idle(profile) if is_path(one)]


async def _folder(folder: Folder, profile: Profile | None) -> AsyncIterator[Finding]:
    listed = await _try("list", lambda: _listed(folder))
    yield listed
    if listed.verdict is Verdict.LACKING:
        return
    yield await _try("put", lambda: destinations.probe(folder, None))
    there = destinations.existing(folder)
    free = shutil.disk_usage(there).free
    yield Finding(right="room", sign=Sign.LITTLE_ROOM if free < LITTLE else Sign.ROOM, size=free)
    sources = [source.path for source in profile.sources] if profile else []
    if beside := destinations.on_same_disk(folder, sources):
        yield Finding(right="off-site", sign=Sign.SAME_DISK, detail=beside)


async def _listed(destination: Folder | Host) -> str:
    held = await destinations.contents(destination, None)
    return str(len(held))


async def _programs() -> str:
    """duplicity, rsync and gpg: where they are. Their versions are looked at before every run."""
    return ", ".join(str(one) for one in (duplicity.find(), process.find("rsync"), process.find("gpg")))


async def _sees_apart() -> bool:
    program, *words = sandbox.trial()
    return (await process.run(Path(program), words)).status == 0


def confinement(landlock: int, *, apart: bool) -> Sign:
    """How well a forged backup is kept in the folder of a restore, by the version of Landlock (0: none)."""
    if not landlock:
        return Sign.NO_LANDLOCK
    return Sign.CONFINED if apart else Sign.NO_NAMESPACES


async def _key(profile: Profile) -> str:
    return gnupg.usable(await gnupg.resolve(profile.key)).fingerprint


async def _try(right: str, attempt: Callable[[], Awaitable[str | None]]) -> Finding:
    """One finding: it works, or why it does not."""
    try:
        return Finding(right=right, sign=Sign.WORKS, detail=await attempt() or "")
    except Failure as failure:
        return trouble(right, failure)
