"""What was encrypted some time ago: for whom, and whether the key and passphrase of today still open it."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any

from secretsbackup.model import causes
from secretsbackup.model.encryption import BY_PASSPHRASE
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.secret import Secret
from secretsbackup.tools import gnupg
from secretsbackup.tools.gnupg import answers

_NOT_TOLD = "0" * 16
"""The id of a key that is not told (man gpg, `--throw-keyids`)."""


class OpenResult(StrEnum):
    """What came of trying. CANNOT_SAY: without the secret key or a passphrase there is nothing to try."""

    YES = "yes"
    OTHER_KEY = "other-key"
    BY_PASSPHRASE = "by-passphrase"  # noqa: S105 - an answer, no secret
    WRONG_PASSPHRASE = "wrong-passphrase"  # noqa: S105 - an answer, no secret
    CANNOT_SAY = "cannot-say"


async def try_to_open(
    sealed: bytes, key: Fingerprint, passphrase: Secret | None, *, home: Path | None = None
) -> OpenResult:
    """Try it. What gpg-agent has cached is forgotten first: it would take a wrong passphrase for right."""
    if passphrase:
        try:
            await meet_card(sealed, key, home=home)
        except Failure:
            return OpenResult.CANNOT_SAY
        await gnupg._forget_cached((await gnupg.resolve(key, home=home)).keygrips, home)
    return await gnupg.in_time(lambda: _open(sealed, key, passphrase, home))


async def meet_card(sealed: bytes, key: Fingerprint, *, home: Path | None = None) -> None:
    """Failure(CARD_MISSING) if the part of a key that something was encrypted to is on a card that is not in
    a reader. That need not be the newest part; gpg would ask for the card as long as it is let."""
    parts = await gnupg.secret_parts(key, home=home)
    if not any(part.where is gnupg.SecretKeyAt.CARD for part in parts):
        return
    to = await gnupg.in_time(lambda: _encrypted_to(sealed, home))
    fitting = [part for part in parts if part.fingerprint[-16:] in to]
    if not any(part.where is gnupg.SecretKeyAt.HERE for part in fitting):
        for part in fitting:
            await gnupg.meet_card(key, part, home=home)


def _encrypted_to(sealed: bytes, home: Path | None) -> tuple[str, ...]:
    """The ids of the keys that something was encrypted to; nothing is opened for that."""
    said = gnupg.driver(home, silent=True).decrypt(sealed, extra_args=["--list-only"])
    return answers.read(said.stderr or "").sealed_to


async def key_of(sealed: bytes, *, home: Path | None = None) -> Fingerprint | None:
    """The key of this user that something was encrypted to; BY_PASSPHRASE if a passphrase alone opens it,
    None if it does not tell.

    Failure: SECRET_KEY_MISSING names the key of somebody else, VOLUME_CORRUPT means that it is no message.
    """
    return await gnupg.in_time(lambda: _key_of(sealed, home))


async def opened_by(sealed: bytes, passphrase: Secret, *, home: Path | None = None) -> Fingerprint:
    """The key of this user that opens something with this passphrase, or BY_PASSPHRASE.

    Failure(BACKUP_PASSPHRASE_WRONG) if none does.
    """
    await gnupg._forget_cached((), home)
    key = await key_of(sealed, home=home)
    if key and key != BY_PASSPHRASE:
        await meet_card(sealed, key, home=home)
    return await gnupg.in_time(lambda: _opened_by(sealed, passphrase, home))


def _key_of(sealed: bytes, home: Path | None) -> Fingerprint | None:
    gpg = gnupg.driver(home, silent=True)
    said = gpg.decrypt(sealed).stderr or ""
    told = answers.read(said)
    to = {*told.sealed_to}
    for one in gpg.list_keys(secret=True) if to else ():
        if to & _ids([one]):
            return Fingerprint(one["fingerprint"])
    if told.by_passphrase:
        return BY_PASSPHRASE
    if _NOT_TOLD in to:
        return None
    if refused := answers.refused(said):
        raise refused
    if not to:
        raise Failure(causes.VolumeCorrupt(), tuple(said.splitlines()[-5:]))
    raise Failure(causes.SecretKeyMissing(", ".join(sorted(to))))


def _opened_by(sealed: bytes, passphrase: Secret, home: Path | None) -> Fingerprint:
    said = gnupg.driver(home).decrypt(sealed, passphrase=passphrase.reveal())
    told = answers.read(said.stderr or "")
    if said.ok:
        return Fingerprint(told.opened_by) if told.opened_by else BY_PASSPHRASE
    if told.by_passphrase or told.wrong_passphrase or told.lacking:
        raise Failure(causes.BackupPassphraseWrong())
    raise answers.failure(said.stderr or "")


def _open(sealed: bytes, key: Fingerprint, passphrase: Secret | None, home: Path | None) -> OpenResult:
    gpg = gnupg.driver(home, silent=passphrase is None)
    said = gpg.decrypt(sealed, passphrase=passphrase.reveal() if passphrase else None)
    told = answers.read(said.stderr or "")
    to = {*told.sealed_to} - {_NOT_TOLD}
    if to and not to & _ids(gpg.list_keys(keys=[key])):
        return OpenResult.OTHER_KEY
    if told.by_passphrase and not told.sealed_to:
        return OpenResult.BY_PASSPHRASE
    if said.ok:
        return OpenResult.YES
    return OpenResult.WRONG_PASSPHRASE if passphrase and told.wrong_passphrase else OpenResult.CANNOT_SAY


def _ids(found: Iterable[Any]) -> set[str]:
    """The ids of a key and of its subkeys."""
    return {name for one in found for name in (one["keyid"], *one.get("subkey_info", {}))}
