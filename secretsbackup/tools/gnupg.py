"""GnuPG, through python-gnupg: keys by their full fingerprint, and whether a passphrase is right."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.secret import Secret
from secretsbackup.tools import process
from secretsbackup.tools.waiting import in_thread

if TYPE_CHECKING:
    import gnupg

_TIMEOUT = 60.0
"""Seconds; gpg answers at once, but waits for a lock that another gpg holds."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public key. `expires` is seconds since 1970, 0 for never; `keygrips` name its secret parts."""

    fingerprint: Fingerprint
    owner: str
    expires: int
    can_encrypt: bool
    revoked: bool
    expired: bool
    keygrips: tuple[str, ...] = ()


async def keys(*, home: Path | None = None) -> tuple[Key, ...]:
    """All public keys of this user."""
    found = await in_thread(lambda: list(_gpg(home).list_keys()), _TIMEOUT)
    return tuple(_key(one) for one in found)


async def resolve(name: str, *, home: Path | None = None) -> Key:
    """The one key of which `name` is the fingerprint, a short id or part of its owner.

    Failure: KEY_MISSING, or KEY_AMBIGUOUS where several would do. Short ids can be forged: what is
    kept is the fingerprint.
    """
    wanted = re.sub(r"^0x|\s", "", name)
    found = [key for key in await keys(home=home) if _names(key, wanted, name)]
    if not found:
        raise Failure(Reason.KEY_MISSING, name)
    if len(found) > 1:
        raise Failure(Reason.KEY_AMBIGUOUS, ", ".join(key.fingerprint for key in found))
    return found[0]


def usable(key: Key) -> Key:
    """The key itself, if one can encrypt to it now; else a Failure that says why not."""
    if key.revoked:
        raise Failure(Reason.KEY_REVOKED, key.fingerprint)
    if key.expired:
        raise Failure(Reason.KEY_EXPIRED, key.fingerprint)
    if not key.can_encrypt:
        raise Failure(Reason.KEY_CANNOT_ENCRYPT, key.fingerprint)
    return key


async def try_passphrase(key: Fingerprint, passphrase: Secret, *, home: Path | None = None) -> None:
    """Try a passphrase on a short message; Failure(PASSPHRASE_WRONG) or (SECRET_KEY_MISSING).

    gpg-agent forgets what it has cached for this key first: it would take a wrong one for right.
    """
    found = await in_thread(lambda: list(_gpg(home).list_keys(secret=True, keys=[key])), _TIMEOUT)
    if not found:
        raise Failure(Reason.SECRET_KEY_MISSING, key)
    await _forget_cached(_key(found[0]), home)
    await in_thread(lambda: _try(key, passphrase, home), _TIMEOUT)


async def make_key(owner: str, passphrase: Secret, *, home: Path | None = None) -> Fingerprint:
    """Make a key that signs (ed25519) with a subkey that encrypts (cv25519); it does not expire."""
    return await in_thread(lambda: _make(owner, passphrase, home), _TIMEOUT)


async def end_agent(home: Path) -> None:
    """End the gpg-agent of a GnuPG home that is about to go."""
    await process.run(process.find("gpgconf"), ["--homedir", str(home), "--kill", "all"])


async def start_agent() -> None:
    """Have gpg-agent run before a child with secrets in its environment would start it: it outlives both."""
    await process.run(process.find("gpgconf"), ["--launch", "gpg-agent"])


def _gpg(home: Path | None) -> "gnupg.GPG":
    import gnupg

    gpg = gnupg.GPG(
        gpgbinary=str(process.find("gpg")),
        gnupghome=str(home) if home else None,
        options=["--pinentry-mode", "loopback", "--trust-model", "always"],
        env=process.environment(),
    )
    gpg.encoding = "utf-8"
    return gpg


def _key(found: dict[str, Any]) -> Key:
    own_expiry = int(found["expires"] or 0)
    parts = _parts(found)
    able = any(_encrypts(part) for part in parts)
    lapsed = not able and any("e" in (part.get("cap") or "") for part in parts)
    return Key(
        fingerprint=Fingerprint(found["fingerprint"]),
        owner=next(iter(found["uids"]), ""),
        expires=own_expiry,
        can_encrypt=able,
        revoked=found["trust"] == "r",
        expired=found["trust"] == "e" or lapsed,
        keygrips=tuple(part["keygrip"] for part in parts if part.get("keygrip")),
    )


def _parts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A key itself and its subkeys; python-gnupg leaves the latter out where there are none."""
    return [found, *found.get("subkey_info", {}).values()]


def _encrypts(part: dict[str, Any]) -> bool:
    """Whether this part of a key can encrypt now ("e" among its capabilities; gpg's doc/DETAILS)."""
    expires = int(part.get("expires") or 0)
    alive = not expires or expires > time.time()
    return "e" in (part.get("cap") or "") and alive and part.get("trust") not in ("e", "r", "i", "d", "n")


def _names(key: Key, wanted: str, name: str) -> bool:
    if re.fullmatch(r"[0-9A-Fa-f]{8,40}", wanted):
        return key.fingerprint.endswith(wanted.upper())
    return bool(wanted) and name.lower() in key.owner.lower()


async def _forget_cached(key: Key, home: Path | None) -> None:
    words = [f"CLEAR_PASSPHRASE --mode=normal {grip}" for grip in key.keygrips]
    own = ["--homedir", str(home)] if home else []
    await process.run(process.find("gpg-connect-agent"), [*own, *words, "/bye"])


def _try(fingerprint: Fingerprint, passphrase: Secret, home: Path | None) -> None:
    gpg = _gpg(home)
    sealed = gpg.encrypt(b"a trial", fingerprint, armor=False)
    if not sealed.ok:
        # An expired key still decrypts, but nothing can be sealed to try it on: duplicity will tell.
        return
    opened = gpg.decrypt(sealed.data, passphrase=passphrase.reveal())
    if not opened.ok:
        raise Failure(Reason.PASSPHRASE_WRONG, fingerprint, tuple(opened.stderr.splitlines()[-5:]))


def _make(owner: str, passphrase: Secret, home: Path | None) -> Fingerprint:
    gpg = _gpg(home)
    made = gpg.gen_key(
        gpg.gen_key_input(
            key_type="EDDSA",
            key_curve="ed25519",
            subkey_type="ECDH",
            subkey_curve="cv25519",
            name_real=owner,
            name_email="",
            expire_date=0,
            passphrase=passphrase.reveal(),
        )
    )
    if not made.fingerprint:
        raise Failure(Reason.GPG_FAILED, "", tuple(made.stderr.splitlines()[-5:]))
    return Fingerprint(made.fingerprint)
