"""Elsewhere: backups that no profile stands for, of another machine or of before. Nothing of it is kept."""

import hashlib
from collections.abc import Iterable

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Destination, url
from secretsbackup.model.encryption import BY_PASSPHRASE, UNSEALED, Encryption, encryption_of
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.model.snapshot import Snapshot
from secretsbackup.operations.run.runner import Ask
from secretsbackup.tools import destinations, encrypted, gnupg
from secretsbackup.tools.duplicity import Repository, files, signatures


def profile_for(destination: Destination, key: Fingerprint) -> Profile:
    """A profile for backups that none stands for. It is not written; its name is always the same."""
    digest = hashlib.sha256(msgspec.json.encode(destination)).hexdigest()[:12]
    return Profile(name=ProfileName(f"elsewhere-{digest}"), sources=(), destination=destination, key=key)


class UnregisteredBackup(msgspec.Struct, frozen=True):
    """A profile for what is there, and the passphrase that opens it (empty where none is needed)."""

    profile: Profile
    phrase: Secret


async def open_unregistered(destination: Destination, credential: Credential, ask: Ask) -> UnregisteredBackup:
    """The backups at a place, once they can be opened: by a key of this user and its passphrase, by a
    passphrase alone (Déjà Dup's), or as they are. It is asked for only where it is needed.

    Failure: NO_SNAPSHOT where there are none, SECRET_KEY_MISSING, PASSPHRASE_WRONG, BACKUP_PASSPHRASE_WRONG,
    PASSPHRASE_MISSING, and all that a destination can say.
    """
    contents = await destinations.contents(destination, credential)
    newest = files.newest_manifest(contents)
    if newest is None:
        raise Failure(causes.NoSnapshot(address=url(destination)))
    if not files.is_sealed(newest):
        return UnregisteredBackup(profile_for(destination, UNSEALED), Secret(""))
    await gnupg.start_agent()
    content = await destinations.fetch(destination, credential, newest)
    key = await encrypted.key_of(content)
    if key is None or key == BY_PASSPHRASE:
        phrase = await _asked(ask)
        return UnregisteredBackup(
            profile_for(destination, await encrypted.opened_by(content, phrase)), phrase
        )
    return UnregisteredBackup(profile_for(destination, key), await _of_key(key, ask))


async def refuse_unkeyed(destination: Destination, credential: Credential, manifest: str) -> None:
    """Failure(SEALED_BY_PASSPHRASE) or (NOT_SEALED) if what is there is for no key at all: no profile can go
    on with it, nor restore it by its own key."""
    if not files.is_sealed(manifest):
        raise Failure(causes.NotSealed(url(destination)))
    await gnupg.start_agent()
    content = await destinations.fetch(destination, credential, manifest)
    try:
        key = await encrypted.key_of(content)
    except Failure:
        return  # whoever opens it says what is wrong
    if key == BY_PASSPHRASE:
        raise Failure(causes.SealedByPassphrase(url(destination)))


async def refuse_unkeyed_snapshot(
    repository: Repository, contents: Iterable[str], snapshot: Snapshot
) -> None:
    """Failure as of `refuse_unkeyed` for a snapshot that a profile's key is to restore, unless it was read
    here before."""
    if encryption_of(repository.key) is Encryption.KEY and not signatures.archives(
        repository.archive, snapshot.stamp
    ):
        manifest = files.manifest_of(contents, snapshot.stamp)
        await refuse_unkeyed(repository.destination, repository.credential, manifest)


async def _of_key(key: Fingerprint, ask: Ask) -> Secret:
    parts = await gnupg.opening(key)
    if await gnupg.unprotected(parts):
        return Secret("")
    phrase = await _asked(ask)
    await gnupg.try_passphrase(key, phrase)
    return phrase


async def _asked(ask: Ask) -> Secret:
    if phrase := await ask():
        return phrase
    raise Failure(causes.PassphraseMissing())
