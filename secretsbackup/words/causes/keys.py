"""What to say of a key."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message


def keys(cause: causes.OfKeys) -> Message:
    """What to say of a key."""
    match cause:
        case causes.KeyMissing():
            return _key_missing(cause)
        case causes.KeyAmbiguous():
            return _key_ambiguous(cause)
        case causes.KeyExpired():
            return _key_expired(cause)
        case causes.KeyRevoked():
            return _key_revoked(cause)
        case causes.KeyCannotEncrypt():
            return _key_cannot_encrypt(cause)
        case causes.KeyUnprotected():
            return _key_unprotected(cause)
        case causes.KeyOnCard():
            return _key_on_card(cause)
        case causes.CardMissing():
            return _card_missing(cause)
        case causes.SecretKeyMissing():
            return _secret_key_missing(cause)
        case causes.SecretSubkeyMissing():
            return _secret_subkey_missing(cause)
        case _:
            assert_never(cause)


def _key_missing(cause: causes.KeyMissing) -> Message:
    return Message(
        _("There is no GnuPG key “{about}” here.").format(about=cause.key)
        if cause.key
        else _("The GnuPG key is not on this computer."),
        _("See `gpg --list-keys`, or import it: gpg --import FILE."),
    )


def _key_ambiguous(cause: causes.KeyAmbiguous) -> Message:
    return Message(
        _("More than one key matches: {about}.").format(about=", ".join(cause.keys)),
        _("Use the full fingerprint."),
    )


def _key_expired(cause: causes.KeyExpired) -> Message:
    return Message(
        _("The key {about} has expired, so nothing can be encrypted with it.").format(about=_name(cause.key)),
        _("Extend the key. Existing backups can still be restored."),
        "secretsbackup key extend",
    )


def _key_revoked(cause: causes.KeyRevoked) -> Message:
    return Message(
        _("The key {about} is revoked.").format(about=_name(cause.key)),
        _("Choose another key for the profile. Existing backups can still be restored."),
    )


def _key_cannot_encrypt(cause: causes.KeyCannotEncrypt) -> Message:
    return Message(
        _("The key {about} can only sign.").format(about=_name(cause.key)),
        _("Add a subkey that encrypts: gpg --quick-add-key {about} cv25519 encr never").format(
            about=cause.key or "FINGERPRINT"
        ),
    )


def _key_unprotected(cause: causes.KeyUnprotected) -> Message:
    return Message(
        _("The secret key {about} has no passphrase.").format(about=_name(cause.key)),
        _(
            "Anyone who finds a copy of it can read your backups. Give it one: gpg --change-passphrase {about}"
        ).format(about=cause.key or "FINGERPRINT"),
    )


def _key_on_card(cause: causes.KeyOnCard) -> Message:
    return Message(
        _("The secret key {about} is on a smart card, which lets no copy out.").format(
            about=_name(cause.key)
        ),
        _("A recovery kit needs a copy. Keep one of your own, or make another key for your backups."),
        "secretsbackup key new",
    )


def _card_missing(cause: causes.CardMissing) -> Message:
    return Message(
        _("The key {about} is on a smart card that cannot be used now.").format(about=_name(cause.key)),
        _("Insert the card, check that `gpg --card-status` shows it, and try again."),
    )


def _secret_key_missing(cause: causes.SecretKeyMissing) -> Message:
    return Message(
        _("The secret key {about} is not on this computer.").format(about=_name(cause.key)),
        _("Import it from your safe copy: gpg --import FILE."),
    )


def _secret_subkey_missing(cause: causes.SecretSubkeyMissing) -> Message:
    return Message(
        _("The secret subkey {about} is not on this computer.").format(about=_name(cause.key)),
        _(
            "Import it from your safe copy: gpg --import FILE. If it is on a smart card, insert the card and run gpg --card-status."
        ),
    )


_SHORT = 16
"""Letters of a fingerprint that tell two keys of a person apart; commands get all 40."""


def _name(key: str) -> str:
    return ", ".join(one[-_SHORT:] for one in key.split(", ")) if key else _("of this backup")
