"""How backups are encrypted: to a key, as this program does, or otherwise, as others do.

A profile always has a key. What is restored from elsewhere may have none: its key then says so.
"""

from enum import StrEnum

from secretsbackup.model.profile import Fingerprint


class Encryption(StrEnum):
    """What opens a backup."""

    KEY = "key"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word, no secret
    NOTHING = "nothing"


BY_PASSPHRASE = Fingerprint("passphrase")
"""In the place of a key: a passphrase alone opens it, as with Déjà Dup."""
UNSEALED = Fingerprint("nothing")
"""In the place of a key: it is not encrypted."""


def encryption_of(key: Fingerprint) -> Encryption:
    """What opens backups that are for this key, or for what stands in its place."""
    return {BY_PASSPHRASE: Encryption.PASSPHRASE, UNSEALED: Encryption.NOTHING}.get(key, Encryption.KEY)
