"""What to say of the keyring, AWS settings and passphrases."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because


def secrets(cause: causes.OfSecrets) -> Message:
    """What to say of the keyring, AWS settings and passphrases."""
    match cause:
        case causes.KeyringMissing():
            return _keyring_missing(cause)
        case causes.KeyringLocked():
            return _keyring_locked(cause)
        case causes.SecretMissing():
            return _secret_missing(cause)
        case causes.AwsProfileMissing():
            return _aws_profile_missing(cause)
        case causes.AwsSettingsBroken():
            return _aws_settings_broken(cause)
        case causes.PassphraseMissing():
            return _passphrase_missing(cause)
        case causes.PassphraseWrong():
            return _passphrase_wrong(cause)
        case causes.PassphraseUnwanted():
            return _passphrase_unwanted(cause)
        case causes.PassphraseTooLong():
            return _passphrase_too_long(cause)
        case causes.BackupPassphraseWrong():
            return _backup_passphrase_wrong(cause)
        case _:
            assert_never(cause)


def _keyring_missing(cause: causes.KeyringMissing) -> Message:
    return Message(
        _("No usable keyring was found{because}.").format(because=because(cause.because)),
        _(
            "Install and start one (gnome-keyring, KWallet), or use your own ~/.aws with --aws-profile. Secrets are never stored as plain text."
        ),
    )


def _keyring_locked(cause: causes.KeyringLocked) -> Message:
    return Message(
        _("The keyring is locked."),
        _("Unlock it (log in to the desktop, or open its manager) and try again."),
    )


def _secret_missing(cause: causes.SecretMissing) -> Message:
    return Message(
        _("The keyring has no {name} for this profile.").format(name=cause.name),
        _("Store it."),
        f"secretsbackup secret set {cause.profile or 'PROFILE'} {cause.name}",
    )


def _aws_profile_missing(cause: causes.AwsProfileMissing) -> Message:
    return Message(
        _("Your own AWS settings have no profile “{about}” with a key.").format(about=cause.name)
        if cause.name
        else _("Your own AWS settings have no profile with a key."),
        _("Create it with `aws configure --profile NAME`, or check ~/.aws/credentials."),
    )


def _aws_settings_broken(cause: causes.AwsSettingsBroken) -> Message:
    return Message(
        _("Your own AWS settings (~/.aws) give no key{about}.").format(
            about=_(" for profile “{name}”").format(name=cause.name) if cause.name else ""
        ),
        _("Run `aws sts get-caller-identity` to see why: a sign-in may have expired (aws sso login)."),
    )


def _passphrase_missing(cause: causes.PassphraseMissing) -> Message:
    return Message(
        _("The key’s passphrase is needed, but there is no one to ask."),
        _("Start the backup yourself, or store the passphrase in the keyring."),
        f"secretsbackup secret set {cause.profile or 'PROFILE'} gpg-passphrase",
    )


def _passphrase_wrong(cause: causes.PassphraseWrong) -> Message:
    return Message(
        _("That passphrase does not open your key."),
        _("Try again. Check capitals and the keyboard layout."),
    )


def _passphrase_unwanted(cause: causes.PassphraseUnwanted) -> Message:
    return Message(
        _("A passphrase was given, but the key {about} has none.").format(about=cause.key),
        _(
            "Run it again without one. Anyone with a copy of this key can read your backups; to protect it: gpg --change-passphrase {about}"
        ).format(about=cause.key or "FINGERPRINT"),
    )


def _passphrase_too_long(cause: causes.PassphraseTooLong) -> Message:
    return Message(
        _("The passphrase is too long: GnuPG takes no more than {about} bytes.").format(about=cause.longest),
        _("Use a shorter one. Letters like “ä” count as two bytes."),
    )


def _backup_passphrase_wrong(cause: causes.BackupPassphraseWrong) -> Message:
    return Message(
        _("That passphrase does not open these backups."),
        _("Try again. Check capitals and the keyboard layout."),
    )
