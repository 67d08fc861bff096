"""What was encrypted some time ago: whether the key and the passphrase of today still open it."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.secret import Secret
from secretsbackup.tools import gnupg


class Opened(StrEnum):
    """What came of trying. CANNOT_SAY: without the secret key or a passphrase there is nothing to try."""

    YES = "yes"
    OTHER_KEY = "other-key"
    WRONG_PASSPHRASE = "wrong-passphrase"  # noqa: S105 - an answer, no secret
    CANNOT_SAY = "cannot-say"


async def try_to_open(
    sealed: bytes, key: Fingerprint, passphrase: Secret | None, *, home: Path | None = None
) -> Opened:
    """Try it. What gpg-agent has cached is forgotten first: it would take a wrong passphrase for right."""
    if passphrase:
        await gnupg._forget_cached(await gnupg.resolve(key, home=home), home)
    return await gnupg.in_time(lambda: _open(sealed, key, passphrase, home))


async def key_of(sealed: bytes, *, home: Path | None = None) -> Fingerprint:
    """The key of this user that something was encrypted to; Failure(SECRET_KEY_MISSING) names another."""
    return await gnupg.in_time(lambda: _key_of(sealed, home))


def _key_of(sealed: bytes, home: Path | None) -> Fingerprint:
    gpg = gnupg._gpg(home)
    to = _sealed_to(gpg.decrypt(sealed).stderr)
    for one in gpg.list_keys(secret=True):
        if to & _ids([one]):
            return Fingerprint(one["fingerprint"])
    raise Failure(Reason.SECRET_KEY_MISSING, ", ".join(sorted(to)))


def _sealed_to(said: str | None) -> set[str]:
    """The ids of the keys that gpg says something is encrypted to."""
    return {*re.findall(r"\[GNUPG:\] ENC_TO ([0-9A-F]{16})", said or "")} - {"0" * 16}


def _open(sealed: bytes, key: Fingerprint, passphrase: Secret | None, home: Path | None) -> Opened:
    gpg = gnupg._gpg(home)
    said = gpg.decrypt(sealed, passphrase=passphrase.reveal() if passphrase else None)
    text = said.stderr or ""
    to = _sealed_to(text)
    if to and not to & _ids(gpg.list_keys(keys=[key])):
        return Opened.OTHER_KEY
    if said.ok:
        return Opened.YES
    wrong = passphrase is not None and "bad passphrase" in text.lower().replace("_", " ")
    return Opened.WRONG_PASSPHRASE if wrong else Opened.CANNOT_SAY


def _ids(found: Any) -> set[str]:
    """The ids of a key and of its subkeys."""
    return {name for one in found for name in (one["keyid"], *one.get("subkey_info", {}))}
