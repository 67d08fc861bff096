"""Equipment: what every run needs before it begins. Each thing that lacks is a Failure with its name."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket
from secretsbackup.model.encryption import Encryption, encryption_of
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret, SecretName
from secretsbackup.operations.repository import repair
from secretsbackup.operations.run.runner import Ask, Run
from secretsbackup.store import archives, history
from secretsbackup.store.home import Home
from secretsbackup.tools import duplicity, gnupg, keychain, process, rsync
from secretsbackup.tools.duplicity.gpg_wrapper import stand_in

FindCredential = Callable[[Profile], Awaitable[Credential]]
"""Knows what opens a profile's destination; a Failure where it does not."""


async def programs(home: Home) -> tuple[Path, ...]:
    """Where duplicity, rsync and gpg are; Failure(TOOL_MISSING) or (TOOL_TOO_OLD)."""
    return await _duplicity(home), await _rsync(home), process.find("gpg"), process.find("gpgconf")


async def repository(run: Run) -> duplicity.Repository:
    """duplicity, gpg, an archive folder that is whole, the destination and what opens it: the keychain's,
    unless the run was given another."""
    program = await _duplicity(run.home)
    stand_in.can_stand(run.temporary)
    archive = await asyncio.to_thread(archives.of_place, run.home, run.profile)
    await repair.repair_archive(run, archive)
    if encryption_of(run.profile.key) is not Encryption.NOTHING:
        await gnupg.start_agent()  # duplicity needs it before all else, and waits for it for ever
    return duplicity.Repository(
        program=program,
        gpg=process.find("gpg"),
        destination=run.profile.destination,
        credential=run.opened_by or await credential(run.profile),
        key=run.profile.key,
        archive=archive,
        temporary=run.temporary,
        held=run.held,
    )


async def rsync_program(run: Run) -> Path:
    """An rsync that is new enough."""
    return await _rsync(run.home)


async def _duplicity(home: Home) -> Path:
    program = duplicity.find()
    await _new_enough(home, program, duplicity.version, duplicity.OLDEST)
    return program


async def _rsync(home: Home) -> Path:
    program = process.find("rsync")
    await _new_enough(home, program, rsync.version, rsync.OLDEST)
    return program


async def _new_enough(
    home: Home,
    program: Path,
    ask: Callable[[Path], Awaitable[tuple[int, ...]]],
    oldest: tuple[int, ...],
) -> None:
    """Ask a program for its version, once for each change of its file: duplicity takes 0.3 s to answer."""
    changed = program.stat().st_mtime_ns
    known = history.tool_version(home, str(program), changed)
    version = tuple(map(int, known.split("."))) if known else await ask(program)
    if not known:
        history.know_tool(home, str(program), changed, ".".join(map(str, version)))
    if version < oldest:
        has, needed = (".".join(map(str, one)) for one in (version, oldest))
        raise Failure(causes.ToolTooOld(program.name, has, needed, str(program)))


async def credential(profile: Profile) -> Credential:
    """What opens the bucket: the user's own AWS profile or an access key from the keychain."""
    if profile.aws_profile is not None:
        return AwsProfile(profile.aws_profile)
    if not isinstance(profile.destination, Bucket):
        return None
    key_id = await _secret(profile, SecretName.AWS_ACCESS_KEY_ID)
    return KeyPair(key_id, await _secret(profile, SecretName.AWS_SECRET_ACCESS_KEY))


async def _secret(profile: Profile, name: SecretName) -> Secret:
    found = await keychain.get(profile.name, name)
    if found is None:
        raise Failure(causes.SecretMissing(name, profile.name))
    return found


async def passphrase(run: Run) -> Secret:
    """The key's passphrase: from the keychain, where only one that was tried is kept, or from a person, and
    then tried now. Failure(PASSPHRASE_MISSING) or (PASSPHRASE_WRONG)."""
    return await passphrase_of(run.profile, run.ask)


async def passphrase_of(profile: Profile, ask: Ask) -> Secret:
    """The passphrase of a profile's key, outside a run; empty, and not asked for, if the key has none.

    What keeps the key from opening anything is said first: SECRET_KEY_MISSING, SECRET_SUBKEY_MISSING,
    CARD_MISSING.
    """
    if encryption_of(profile.key) is not Encryption.KEY:
        return await ask() or Secret("")  # tried already: only `elsewhere` knows such a profile
    await gnupg.start_agent()
    parts = await gnupg.opening(profile.key)
    await gnupg.meet_card(profile.key, parts[-1])
    kept, trouble = await kept_passphrase(profile)
    if kept:
        return kept
    if await gnupg.unprotected(parts):
        return Secret("")
    if typed := await ask():
        await gnupg.try_passphrase(profile.key, typed)
        return typed
    raise trouble


async def asks_nobody(profile: Profile) -> bool:
    """Whether a passphrase need not be asked for: it is in the keychain, or the key has none."""
    return (await kept_passphrase(profile))[0] is not None or await unprotected(profile)


async def unprotected(profile: Profile) -> bool:
    """Whether a profile's key has no passphrase at all."""
    if encryption_of(profile.key) is not Encryption.KEY:
        return False
    await gnupg.start_agent()
    return await gnupg.unprotected(await gnupg.opening(profile.key))


async def kept_passphrase(profile: Profile) -> tuple[Secret | None, Failure]:
    """What the keychain has; and why there is none, should nobody be there to ask."""
    trouble = Failure(causes.PassphraseMissing(profile.name))
    try:
        return await keychain.get(profile.name, SecretName.GPG_PASSPHRASE), trouble
    except Failure as failure:
        return None, failure  # without a keychain a person can still be asked
