"""Secret keys on their way: out of a keyring under their passphrase, into another, tried in an empty one."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import process
from secretsbackup.tools.gnupg import (
    SecretKeyAt,
    _forget_cached,
    _unguarded,
    answers,
    driver,
    end_agent,
    in_time,
    secret_parts,
)

_SHORT = 60
"""Letters; a socket's path has no more than some hundred (unix(7)), and gpg-agent puts one there."""


async def export_secret(key: Fingerprint, passphrase: Secret, *, home: Path | None = None) -> bytes:
    """The secret key with its subkeys, as OpenPGP has it, under its passphrase.

    Failure: SECRET_KEY_MISSING, PASSPHRASE_WRONG; KEY_UNPROTECTED, since a copy of such a key is everyone's;
    KEY_ON_CARD, which lets no copy out.
    """
    here = [part for part in await secret_parts(key, home=home) if part.where is not SecretKeyAt.ABSENT]
    grips = [part.keygrip for part in here]
    if any(part.where is SecretKeyAt.CARD for part in here):
        raise Failure(causes.KeyOnCard(key))
    if await _unguarded(grips, home):
        raise Failure(causes.KeyUnprotected(key))
    await _forget_cached(grips, home)
    return await in_time(lambda: _export(key, passphrase, home))


async def take_in(key: bytes, *, home: Path | None = None) -> Fingerprint:
    """Import a secret key and trust it as one's own; whose it is. Failure(KIT_BROKEN) if it is none."""
    fingerprint = await in_time(lambda: _import(key, home))
    own = ["--homedir", str(home)] if home else []
    await process.run(
        process.find("gpg"), [*own, "--batch", "--import-ownertrust"], given=f"{fingerprint}:6:\n".encode()
    )
    return fingerprint


async def opened(sealed: bytes, passphrase: Secret, *, home: Path | None = None) -> bytes:
    """What an encrypted file holds.

    Failure: VOLUME_CORRUPT, or SECRET_SUBKEY_MISSING where it is encrypted to another key than those there.
    """
    return await in_time(lambda: _open(sealed, passphrase, home))


@asynccontextmanager
async def empty_home() -> AsyncIterator[Path]:
    """A GnuPG home without any key, which goes again together with its agent."""
    short = len(tempfile.gettempdir()) <= _SHORT
    folder = Path(tempfile.mkdtemp(prefix="keys-", dir=None if short else "/tmp"))  # noqa: S108
    try:
        yield folder
    finally:
        await asyncio.shield(end_agent(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _export(key: Fingerprint, passphrase: Secret, home: Path | None) -> bytes:
    exported = driver(home).export_keys(
        key, secret=True, armor=False, minimal=True, passphrase=passphrase.reveal()
    )
    if not exported:
        raise Failure(causes.PassphraseWrong(key))
    return bytes(exported)


def _import(key: bytes, home: Path | None) -> Fingerprint:
    imported = driver(home).import_keys(key)
    if not imported.fingerprints or not imported.sec_read:
        lines = tuple(imported.stderr.splitlines()[-5:])
        raise Failure(causes.KitBroken("it holds no secret key that GnuPG takes"), lines)
    return Fingerprint(imported.fingerprints[0])


def _open(sealed: bytes, passphrase: Secret, home: Path | None) -> bytes:
    result = driver(home).decrypt(sealed, passphrase=passphrase.reveal())
    if not result.ok:
        cause = answers.failure(result.stderr or "")
        known = cause.reason is not Reason.GPG_FAILED
        raise cause if known else Failure(causes.VolumeCorrupt(), cause.last_lines)
    return bytes(result.data)
