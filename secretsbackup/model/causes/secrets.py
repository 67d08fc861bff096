"""Secrets: the keyring, AWS settings and passphrases."""

from secretsbackup.model.causes.base import Base


class KeyringMissing(Base, frozen=True, tag="keyring-missing"):
    """No keyring can be used."""

    because: str = ""


class KeyringLocked(Base, frozen=True, tag="keyring-locked"):
    """The keyring is locked or does not answer."""

    because: str = ""


class SecretMissing(Base, frozen=True, tag="secret-missing"):
    """The keyring has no such secret for a profile."""

    name: str
    profile: str = ""


class AwsProfileMissing(Base, frozen=True, tag="aws-profile-missing"):
    """The user's own AWS settings have no such profile with a key."""

    name: str = ""


class AwsSettingsBroken(Base, frozen=True, tag="aws-settings-broken"):
    """The user's own AWS settings give no key."""

    name: str = ""


class PassphraseMissing(Base, frozen=True, tag="passphrase-missing"):
    """A passphrase is needed, and there is no one to ask."""

    profile: str = ""


class PassphraseWrong(Base, frozen=True, tag="passphrase-wrong"):
    """A passphrase does not open the key."""

    key: str = ""


class PassphraseUnwanted(Base, frozen=True, tag="passphrase-unwanted"):
    """A passphrase was given for a key that has none."""

    key: str = ""


class PassphraseTooLong(Base, frozen=True, tag="passphrase-too-long"):
    """A passphrase has more bytes than GnuPG takes."""

    longest: int


class BackupPassphraseWrong(Base, frozen=True, tag="backup-passphrase-wrong"):
    """A passphrase does not open backups that have no key."""


OfSecrets = (
    KeyringMissing
    | KeyringLocked
    | SecretMissing
    | AwsProfileMissing
    | AwsSettingsBroken
    | PassphraseMissing
    | PassphraseWrong
    | PassphraseUnwanted
    | PassphraseTooLong
    | BackupPassphraseWrong
)
