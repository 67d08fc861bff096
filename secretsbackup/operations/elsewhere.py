"""Elsewhere: backups that no profile stands for, of another machine or of before. Nothing of it is kept."""

import hashlib

import msgspec

from secretsbackup.model.destination import Destination, url
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.tools import gnupg, place, sealed
from secretsbackup.tools.duplicity import files


def stranger(destination: Destination, key: Fingerprint) -> Profile:
    """A profile for backups that none stands for. It is not written; its name is always the same."""
    digest = hashlib.sha256(msgspec.json.encode(destination)).hexdigest()[:12]
    return Profile(name=ProfileName(f"elsewhere-{digest}"), sources=(), destination=destination, key=key)


async def open_elsewhere(destination: Destination, credential: Credential, phrase: Secret) -> Profile:
    """The backups at a place, once the passphrase has opened the key that they were made for.

    Failure: NO_SNAPSHOT where there are none, SECRET_KEY_MISSING, PASSPHRASE_WRONG, and all that a
    destination can say.
    """
    contents = await place.contents(destination, credential)
    newest = files.newest_manifest(contents)
    if newest is None:
        raise Failure(Reason.NO_SNAPSHOT, url(destination))
    await gnupg.start_agent()
    key = await sealed.key_of(await place.fetch(destination, credential, newest))
    await gnupg.try_passphrase(key, phrase)
    return stranger(destination, key)
