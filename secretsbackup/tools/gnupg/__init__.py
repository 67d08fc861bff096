"""GnuPG: keys by their full fingerprint, whether a passphrase is right, making and extending a key.

Through python-gnupg; what that has no words for, through gpg itself.
"""

import asyncio
import re
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.secret import Secret
from secretsbackup.tools import process
from secretsbackup.tools.waiting import in_thread

if TYPE_CHECKING:
    import gnupg

_T = TypeVar("_T")
_TIMEOUT = 60.0
"""Seconds; gpg answers at once, but waits for a lock that another gpg holds."""


_TIMEOUT_MAKING = 240.0
"""Seconds; RSA takes its time on a slow machine."""


class Kind(StrEnum):
    """What a new key is made of: elliptic curves, or RSA for who must; always with a subkey that encrypts."""

    CURVE = "ed25519"
    RSA = "rsa4096"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public key.

    `made` is when it was made and `expires` when it ends to be of use for encrypting, in seconds since 1970,
    0 for never; `keygrips` name its secret parts, `encrypting` its subkeys that encrypt, by fingerprint.
    """

    fingerprint: Fingerprint
    owner: str
    expires: int
    can_encrypt: bool
    revoked: bool
    expired: bool
    keygrips: tuple[str, ...] = ()
    encrypting: tuple[str, ...] = ()
    made: int = 0


async def in_time(call: Callable[[], _T], seconds: float = _TIMEOUT) -> _T:
    """Have gpg do something. Failure(GPG_FAILED) if that takes too long: it waits for an agent that hangs."""
    try:
        return await in_thread(call, seconds)
    except TimeoutError:
        raise Failure(Reason.GPG_FAILED, f"no answer for {seconds:.0f} s") from None


async def keys(*, home: Path | None = None) -> tuple[Key, ...]:
    """All public keys of this user."""
    found = await in_time(lambda: list(_gpg(home).list_keys()))
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
    if key.made > time.time():  # gpg does not use such a key, and calls it one that cannot encrypt
        raise Failure(Reason.CLOCK_WRONG)
    if not key.can_encrypt:
        raise Failure(Reason.KEY_CANNOT_ENCRYPT, key.fingerprint)
    return key


async def try_passphrase(key: Fingerprint, passphrase: Secret, *, home: Path | None = None) -> None:
    """Try a passphrase on a short message; Failure(PASSPHRASE_WRONG) or (SECRET_KEY_MISSING).

    gpg-agent forgets what it has cached first: it would take a wrong one for right.
    """
    found = await in_time(lambda: list(_gpg(home).list_keys(secret=True, keys=[key])))
    if not found:
        raise Failure(Reason.SECRET_KEY_MISSING, key)
    await _forget_cached(_key(found[0]), home)
    await in_time(lambda: _try(key, passphrase, home))


async def make_key(
    owner: str, passphrase: Secret, *, kind: Kind = Kind.CURVE, home: Path | None = None
) -> Fingerprint:
    """Make a key that signs, with a subkey that encrypts; it does not expire.

    The two are made one by one: `--quick-gen-key` alone makes an RSA key that can only sign.
    """
    first = ["--quick-gen-key", " ".join(owner.split()), kind, "cert,sign", "never"]
    said = await _change(first, passphrase, home)
    made = next(line.split()[3] for line in said if line.startswith("[GNUPG:] KEY_CREATED"))
    subkey = {Kind.CURVE: "cv25519", Kind.RSA: "rsa4096"}[kind]
    await _change(["--quick-add-key", made, subkey, "encr", "never"], passphrase, home)
    return Fingerprint(made)


async def extend(key: Key, span: str, passphrase: Secret, *, home: Path | None = None) -> None:
    """Let a key and its subkeys that encrypt expire after `span` from now: "90d", "2y" or "never".

    Each subkey is named: gpg's “*” leaves those out that have expired.
    """
    await _change(["--quick-set-expire", key.fingerprint, span], passphrase, home)
    if key.encrypting:
        await _change(["--quick-set-expire", key.fingerprint, span, *key.encrypting], passphrase, home)


async def remove_key(key: Fingerprint, *, home: Path | None = None) -> None:
    """Remove a key for good, its secret half too: only ever one that nothing was encrypted to."""
    own = ["--homedir", str(home)] if home else []
    words = [*own, "--batch", "--yes", "--delete-secret-and-public-key", key]
    ended = await process.run(process.find("gpg"), words)
    if ended.status != 0:
        raise Failure(Reason.GPG_FAILED, f"removing {key}", ended.last_lines[-5:])


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
    parts = _parts(found)
    able = any(_encrypts(part) for part in parts)
    lapsed = not able and any(_meant_to_encrypt(part) for part in parts)
    return Key(
        fingerprint=Fingerprint(found["fingerprint"]),
        owner=next(iter(found["uids"]), ""),
        expires=_ends(parts),
        can_encrypt=able,
        revoked=found["trust"] == "r",
        expired=found["trust"] == "e" or lapsed,
        keygrips=tuple(part["keygrip"] for part in parts if part.get("keygrip")),
        encrypting=tuple(part["fingerprint"] for part in parts[1:] if _meant_to_encrypt(part)),
        made=int(found.get("date") or 0),
    )


def _ends(parts: list[dict[str, Any]]) -> int:
    """The key's own expiry, or that of the last of its parts that encrypt, whichever comes first."""
    encrypting = [_expiry(part) for part in parts if _meant_to_encrypt(part)]
    last = 0 if 0 in encrypting else max(encrypting, default=0)
    return min((time for time in (_expiry(parts[0]), last) if time), default=0)


def _expiry(part: dict[str, Any]) -> int:
    return int(part.get("expires") or 0)


def _meant_to_encrypt(part: dict[str, Any]) -> bool:
    """Whether this part of a key encrypts, if it has not expired ("e" among its own capabilities)."""
    return "e" in (part.get("cap") or "") and part.get("trust") not in ("r", "i", "d", "n")


def _parts(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A key itself and its subkeys; python-gnupg leaves the latter out where there are none."""
    return [found, *found.get("subkey_info", {}).values()]


def _encrypts(part: dict[str, Any]) -> bool:
    """Whether this part of a key can encrypt now ("e" among its capabilities; gpg's doc/DETAILS)."""
    alive = not _expiry(part) or _expiry(part) > time.time()
    return _meant_to_encrypt(part) and alive and part.get("trust") != "e"


def _names(key: Key, wanted: str, name: str) -> bool:
    if re.fullmatch(r"[0-9A-Fa-f]{8,40}", wanted):
        return key.fingerprint.endswith(wanted.upper())
    return bool(wanted) and name.lower() in key.owner.lower()


async def _forget_cached(key: Key, home: Path | None) -> None:
    """Have gpg-agent forget the key's passphrase, and every other: it tries the one used last on any key."""
    own = ["--homedir", str(home)] if home else []
    said: list[bytes] = []
    agent = process.find("gpg-connect-agent")
    await process.run(agent, [*own, "KEYINFO --list", "/bye"], on_line=said.append)
    cached = [fields[2].decode() for line in said if (fields := line.split())[6:7] == [b"1"]]
    words = [f"CLEAR_PASSPHRASE --mode=normal {grip}" for grip in (*key.keygrips, *cached)]
    await process.run(agent, [*own, *words, "/bye"])


def _try(fingerprint: Fingerprint, passphrase: Secret, home: Path | None) -> None:
    gpg = _gpg(home)
    sealed = gpg.encrypt(b"a trial", fingerprint, armor=False)
    if sealed.ok:
        opened = gpg.decrypt(sealed.data, passphrase=passphrase.reveal())
        if not opened.ok:
            raise Failure(Reason.PASSPHRASE_WRONG, fingerprint, tuple(opened.stderr.splitlines()[-5:]))
        return
    # Nothing can be sealed to an expired key; but it can still be exported, which takes the passphrase too.
    if not gpg.export_keys(fingerprint, secret=True, armor=False, passphrase=passphrase.reveal()):
        raise Failure(Reason.PASSPHRASE_WRONG, fingerprint)


async def _change(words: list[str], passphrase: Secret, home: Path | None) -> list[str]:
    """Have gpg change a key, and give its status lines (gpg's doc/DETAILS)."""
    said: list[str] = []
    first = [
        *(["--homedir", str(home)] if home else []),
        *("--batch", "--yes", "--status-fd", "1", "--pinentry-mode", "loopback", "--passphrase-fd", "0"),
    ]
    async with asyncio.timeout(_TIMEOUT_MAKING):
        ended = await process.run(
            process.find("gpg"),
            [*first, *words],
            given=passphrase.reveal().encode() + b"\n",
            on_line=lambda line: said.append(line.decode("utf-8", "replace")),
        )
    if ended.status != 0:
        raise _refused(words, ended)
    return said


def _refused(words: list[str], ended: process.Ended) -> Failure:
    text = "\n".join(ended.last_lines)
    if re.search("bad passphrase", text, re.IGNORECASE):
        return Failure(Reason.PASSPHRASE_WRONG, words[1])
    if re.search("no secret key", text, re.IGNORECASE):
        return Failure(Reason.SECRET_KEY_MISSING, words[1])
    return Failure(Reason.GPG_FAILED, words[0], ended.last_lines[-5:])
