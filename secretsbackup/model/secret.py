"""Secrets: their names, which a profile may hold, and their values, which print as ***."""

from enum import StrEnum
from typing import Final

import msgspec


class SecretName(StrEnum):
    """What a profile can keep in the keychain."""

    AWS_ACCESS_KEY_ID = "aws-access-key-id"
    AWS_SECRET_ACCESS_KEY = "aws-secret-access-key"  # noqa: S105 - the name of a secret
    GPG_PASSPHRASE = "gpg-passphrase"  # noqa: S105 - the name of a secret


class Secret:
    """A value that never prints itself; `.reveal()` is called inside `tools/` alone."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value: Final = value

    def reveal(self) -> str:
        """Return the value itself, for the tool that hands it on."""
        return self._value

    def begins(self, start: str) -> bool:
        """Whether it begins so: that tells the kind of a key, and nothing of it."""
        return self._value.startswith(start)

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> str:
        raise TypeError("a Secret is never written anywhere")


class KeyPair(msgspec.Struct, frozen=True):
    """An AWS access key; one that is lent for a while has a session token too, and is never kept."""

    key_id: Secret
    secret: Secret
    token: Secret | None = None


class AwsProfile(msgspec.Struct, frozen=True):
    """A named profile of the user's own ~/.aws; its secrets stay there."""

    name: str


Credential = KeyPair | AwsProfile | None
"""How a bucket is opened; None for folders and hosts."""
