"""Keys that backups are encrypted to."""

from secretsbackup.model.causes.base import Base


class KeyMissing(Base, frozen=True, tag="key-missing"):
    """GnuPG has no such key."""

    key: str = ""


class KeyAmbiguous(Base, frozen=True, tag="key-ambiguous"):
    """Several keys match."""

    keys: tuple[str, ...]


class KeyExpired(Base, frozen=True, tag="key-expired"):
    """A key has expired."""

    key: str = ""


class KeyRevoked(Base, frozen=True, tag="key-revoked"):
    """A key is revoked."""

    key: str = ""


class KeyCannotEncrypt(Base, frozen=True, tag="key-cannot-encrypt"):
    """A key can only sign."""

    key: str = ""


class KeyUnprotected(Base, frozen=True, tag="key-unprotected"):
    """A secret key has no passphrase."""

    key: str = ""


class KeyOnCard(Base, frozen=True, tag="key-on-card"):
    """A secret key is on a smart card, which lets no copy out."""

    key: str = ""


class CardMissing(Base, frozen=True, tag="card-missing"):
    """A key is on a smart card that cannot be used now."""

    key: str = ""


class SecretKeyMissing(Base, frozen=True, tag="secret-key-missing"):
    """The secret half of a key is not here."""

    key: str = ""


class SecretSubkeyMissing(Base, frozen=True, tag="secret-subkey-missing"):
    """The secret part of a key that opens backups is not here."""

    key: str = ""


OfKeys = (
    KeyMissing
    | KeyAmbiguous
    | KeyExpired
    | KeyRevoked
    | KeyCannotEncrypt
    | KeyUnprotected
    | KeyOnCard
    | CardMissing
    | SecretKeyMissing
    | SecretSubkeyMissing
)
