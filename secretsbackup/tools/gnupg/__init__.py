"""GnuPG: keys by their full fingerprint, whether a passphrase is right, making and extending a key.

Through python-gnupg; what that has no words for, through gpg itself.
"""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import process
from secretsbackup.tools.gnupg import agent, answers, folder, locks
from secretsbackup.tools.gnupg.agent import PATIENCE, Patience
from secretsbackup.tools.threads import run_in_daemon_thread

if TYPE_CHECKING:
    import subprocess

    import gnupg

_T = TypeVar("_T")
_TIMEOUT = 60.0
"""Seconds; gpg answers at once, but waits for a lock that another gpg holds."""


_TIMEOUT_MAKING = 240.0
"""Seconds; RSA takes its time on a slow machine."""
LONGEST = 255
"""Bytes; GnuPG takes no longer passphrase (its agent/agent.h, MAX_PASSPHRASE_LEN)."""
_LONGEST_SOCKET = 107
"""Bytes of a socket's path (unix(7))."""


class KeyKind(StrEnum):
    """What a new key is made of: elliptic curves, or RSA for who must; always with a subkey that encrypts."""

    CURVE = "ed25519"
    RSA = "rsa4096"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public key.

    `made` is when it was made and `expires` when it ends to be of use for encrypting, in seconds since 1970,
    0 for never; `keygrips` name its secret parts, `encrypting` its subkeys that encrypt, by fingerprint.
    `owners` are all its user ids, `parts` the fingerprints of all its subkeys. `encrypts_to` is what gpg
    encrypts to now (the newest subkey that can), made at `encrypts_since`.
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
    owners: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    encrypts_to: str = ""
    encrypts_since: int = 0


class SecretKeyAt(StrEnum):
    """Where the secret half of a part of a key is."""

    HERE = "here"
    CARD = "card"
    ABSENT = "absent"


class SecretPart(msgspec.Struct, frozen=True, kw_only=True):
    """The secret half of a key or subkey: `encrypts` if it is for that, `alive` if it still does.

    `card` is the serial number of the card that it is on.
    """

    fingerprint: str
    keygrip: str
    where: SecretKeyAt
    encrypts: bool
    alive: bool
    made: int
    card: str = ""


async def in_time(call: Callable[[], _T], seconds: float = _TIMEOUT) -> _T:
    """Have gpg do something; whatever gpg is still at when this ends, is ended too.

    Failure: AGENT_SILENT or GPG_LOCKED if that takes too long, GPG_FAILED if gpg cannot be started or dies.
    """
    started: list[subprocess.Popen[bytes]] = []

    def work() -> _T:
        _of_this_thread.started = started
        return call()

    try:
        return await run_in_daemon_thread(work, seconds)
    except TimeoutError:
        raise _silent() from None
    except (OSError, ValueError, AttributeError) as error:  # what python-gnupg makes of a gpg that is not one
        raise Failure(causes.GpgFailed(str(error))) from None
    finally:
        for one in started:
            if one.poll() is None:
                one.kill()
                with contextlib.suppress(Exception):  # one that waits for a disk that has gone cannot die
                    one.wait(_DIES)


_of_this_thread = threading.local()
_DIES = 0.5
"""Seconds that a gpg may take to be gone once it was killed; it takes a thousandth."""


def _silent(home: Path | None = None) -> Failure:
    """Why gpg or its agent does not answer."""
    lock = locks.held(home or folder.standard())
    return Failure(causes.GpgLocked(str(lock))) if lock else Failure(causes.AgentSilent())


async def keys(*, home: Path | None = None) -> tuple[Key, ...]:
    """All public keys of this user."""
    found = await in_time(lambda: list(driver(home).list_keys()))
    return tuple(_key(one) for one in found)


async def resolve(name: str, *, home: Path | None = None) -> Key:
    """The one key that `name` means, in any of the ways that gpg knows (man gpg, “How to specify a user ID”).

    Those are the fingerprint or id of the key or of a subkey, a whole user id (“=Ada <ada@example.org>”),
    an address or a part of a user id. A whole address goes before a part, a key of use before others.
    Failure: KEY_MISSING, or KEY_AMBIGUOUS where several would do. Short ids can be forged: what is
    kept is the fingerprint.
    """
    known = await keys(home=home)
    found = next((fits for fits in _ways(name.strip(), known) if fits), [])
    if len(found) > 1:
        found = [key for key in found if not (key.revoked or key.expired)] or found
    if not found:
        raise Failure(causes.KeyMissing(name))
    if len(found) > 1:
        candidates = (f"{key.fingerprint} ({key.owner})" for key in found)
        raise Failure(causes.KeyAmbiguous(tuple(candidates)))
    return found[0]


def _ways(name: str, known: Iterable[Key]) -> Iterable[list[Key]]:
    """The keys that a name means, one way of reading it after the other."""
    known = [*known]
    identifier = re.sub(r"^0x|\s|!$", "", name, flags=re.IGNORECASE).upper()
    if re.fullmatch(r"[0-9A-F]{8,64}", identifier):
        yield [key for key in known if any(one.endswith(identifier) for one in _ids(key))]
    if name.startswith("="):
        yield [key for key in known if name[1:] in key.owners]
        return
    text = name.lower().lstrip("*@").strip("<>") if name[:1] in "*@<" else name.lower()
    if text:
        yield [key for key in known if text in {_address(one) for one in key.owners}]
        yield [key for key in known if any(text in one.lower() for one in key.owners)]


def _ids(key: Key) -> tuple[str, ...]:
    return (key.fingerprint, *key.parts)


def _address(owner: str) -> str:
    """The mail address in a user id; the whole of it where there is none."""
    found = re.search(r"<([^<>]+)>\s*$", owner)
    return (found[1] if found else owner).lower()


def usable(key: Key) -> Key:
    """The key itself, if one can encrypt to it now; else a Failure that says why not."""
    if key.revoked:
        raise Failure(causes.KeyRevoked(key.fingerprint))
    if key.expired:
        raise Failure(causes.KeyExpired(key.fingerprint))
    if key.made > time.time():  # gpg does not use such a key, and calls it one that cannot encrypt
        raise Failure(causes.ClockWrong())
    if not key.can_encrypt:
        raise Failure(causes.KeyCannotEncrypt(key.fingerprint))
    return key


async def secret_parts(key: Fingerprint, *, home: Path | None = None) -> tuple[SecretPart, ...]:
    """The secret halves of a key and its subkeys; Failure(SECRET_KEY_MISSING) if there is not even a stub.

    gpg asks the agent for them, and would wait for one that hangs as long as anything here may take.
    """
    await _ask_agent(["GETINFO version"], home)
    found = await in_time(lambda: list(driver(home).list_keys(secret=True, keys=[key])))
    if not found:
        raise Failure(causes.SecretKeyMissing(key))
    return tuple(_secret_part(part) for part in _parts(found[0]))


async def opening(key: Fingerprint, *, home: Path | None = None) -> tuple[SecretPart, ...]:
    """The parts that open what is encrypted to a key here, the best to try last.

    Failure: SECRET_KEY_MISSING, or SECRET_SUBKEY_MISSING where none of them is.
    """
    encrypting = [part for part in await secret_parts(key, home=home) if part.encrypts]
    here = [part for part in encrypting if part.where is not SecretKeyAt.ABSENT]
    if not here:
        missing = ", ".join(part.fingerprint for part in encrypting)
        raise Failure(causes.SecretSubkeyMissing(missing) if missing else causes.SecretKeyMissing(key))
    return tuple(sorted(here, key=lambda part: (part.alive, part.made)))


async def unprotected(parts: Iterable[SecretPart], *, home: Path | None = None) -> bool:
    """Whether all of these can be used without a passphrase."""
    bare = await _unguarded([part.keygrip for part in parts], home)
    return all(part.keygrip in bare for part in parts)


async def try_passphrase(key: Fingerprint, passphrase: Secret, *, home: Path | None = None) -> None:
    """Try a passphrase on a short message.

    Failure: PASSPHRASE_WRONG, KEY_UNPROTECTED (any would do), and what else keeps it from opening anything.
    gpg-agent forgets what it has cached first: it would take a wrong one for right.
    """
    parts = await opening(key, home=home)
    if await unprotected(parts, home=home):
        raise Failure(causes.KeyUnprotected(key))
    await open_trial(key, parts, passphrase, home=home)


async def open_trial(
    key: Fingerprint, parts: tuple[SecretPart, ...], passphrase: Secret, *, home: Path | None = None
) -> None:
    """Encrypt a short message to the last of these parts of a key, and open it again."""
    if len(passphrase.reveal().encode()) > LONGEST:
        raise Failure(causes.PassphraseTooLong(LONGEST))
    await _forget_cached([part.keygrip for part in parts], home)
    await meet_card(key, parts[-1], home=home)
    await in_time(lambda: _try(key, parts[-1], passphrase, home))


async def has_card(key: Fingerprint, *, home: Path | None = None) -> bool:
    """Whether a part of a key is on a card; not if there is no secret part of it."""
    try:
        return any(part.where is SecretKeyAt.CARD for part in await secret_parts(key, home=home))
    except Failure:
        return False


async def meet_card(key: Fingerprint, part: SecretPart, *, home: Path | None = None) -> None:
    """Failure(CARD_MISSING) if this part of a key is on a card that is not in a reader.

    Where nobody can be asked to insert it, the agent of GnuPG 2.4 asks without end. That knows a card by the
    key on it, the one of 2.2 by its serial number (agent/divert-scd.c, ask_for_card).
    """
    if part.where is not SecretKeyAt.CARD:
        return
    told = await _ask_agent([f"SCD SERIALNO --demand={part.card}", f"SCD KEYINFO {part.keygrip}"], home)
    by_number, by_key, *_ = (*answers.refusals(told), answers.UNANSWERED, answers.UNANSWERED)
    if by_number if by_key == answers.UNKNOWN_COMMAND else by_key:
        raise Failure(causes.CardMissing(key))


async def make_key(
    owner: str, passphrase: Secret, *, kind: KeyKind = KeyKind.CURVE, home: Path | None = None
) -> Fingerprint:
    """Make a key that signs, with a subkey that encrypts; it does not expire.

    The two are made one by one: `--quick-gen-key` alone makes an RSA key that can only sign.
    """
    if len(passphrase.reveal().encode()) > LONGEST:
        raise Failure(causes.PassphraseTooLong(LONGEST))
    first = ["--quick-gen-key", " ".join(owner.split()), kind, "cert,sign", "never"]
    said = await _change(first, passphrase, home)
    made = next(line.split()[3] for line in said if line.startswith("[GNUPG:] KEY_CREATED"))
    subkey = {KeyKind.CURVE: "cv25519", KeyKind.RSA: "rsa4096"}[kind]
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
        raise Failure(causes.GpgFailed(f"removing {key}"), ended.last_lines[-5:])


async def end_agent(home: Path) -> None:
    """End the gpg-agent of a GnuPG home that is about to go."""
    await process.run(process.find("gpgconf"), ["--homedir", str(home), "--kill", "all"])


async def start_agent(*, home: Path | None = None, patience: Patience = PATIENCE) -> None:
    """Have gpg-agent run before a child with secrets in its environment would start it: it outlives both.

    What would keep every child from an answer is a Failure in seconds: AGENT_MISSING, AGENT_SILENT,
    AGENT_REFUSES (it takes no passphrase from programs), GPG_LOCKED, GPG_HOME. Locks that a power cut left
    are removed.
    """
    said = await _ask_agent(["OPTION pinentry-mode=loopback"], home, patience)
    if any(line.startswith("ERR") and "Not supported" in line for line in said):
        raise Failure(causes.AgentRefuses())


def _not_started(home: Path, lines: tuple[str, ...]) -> Failure:
    """gpg-agent cannot be started; its socket is in GnuPG's home where there is no /run/user."""
    socket = home / "S.gpg-agent.browser"
    too_long = len(bytes(socket)) > _LONGEST_SOCKET
    detail = f"the path of {home} is too long for its socket" if too_long else (lines or ("",))[-1]
    return Failure(causes.AgentMissing(detail), lines[-5:])


def driver(home: Path | None, *, silent: bool = False) -> "gnupg.GPG":
    """gpg behind python-gnupg; what it starts is known to `in_time`. Listing keys may start an agent, too.

    Where there is no passphrase to give, it is `silent`: whatever the agent would ask for is cancelled.
    """
    import gnupg

    folder.ready(home)
    started = getattr(_of_this_thread, "started", [])

    class Gpg(gnupg.GPG):  # type: ignore[misc]
        def _open_subprocess(self, args: Any, passphrase: bool = False) -> Any:
            started.append(super()._open_subprocess(args, passphrase))
            return started[-1]

    gpg = Gpg(
        gpgbinary=str(process.find("gpg")),
        gnupghome=str(home) if home else None,
        options=["--pinentry-mode", "cancel" if silent else "loopback", "--trust-model", "always"],
        env=process.environment(),
    )
    gpg.encoding = "utf-8"
    return gpg


def _key(found: dict[str, Any]) -> Key:
    parts = _parts(found)
    able = any(_encrypts(part) for part in parts)
    lapsed = not able and any(_meant_to_encrypt(part) for part in parts)
    newest = max((part for part in parts if _encrypts(part)), key=_made, default={})
    return Key(
        fingerprint=Fingerprint(found["fingerprint"]),
        owner=next(iter(found["uids"]), ""),
        expires=_ends(parts),
        can_encrypt=able,
        revoked=found["trust"] == "r",
        expired=found["trust"] == "e" or lapsed,
        keygrips=tuple(part["keygrip"] for part in parts if part.get("keygrip")),
        encrypting=tuple(part["fingerprint"] for part in parts[1:] if _meant_to_encrypt(part)),
        made=_made(found),
        owners=tuple(found["uids"]),
        parts=tuple(part["fingerprint"] for part in parts[1:]),
        encrypts_to=newest.get("fingerprint", ""),
        encrypts_since=_made(newest),
    )


def _secret_part(part: dict[str, Any]) -> SecretPart:
    """Field 15 of gpg's listing: “#” for what is not there, a serial number for a card (doc/DETAILS)."""
    token = part.get("token") or "+"
    where = {"#": SecretKeyAt.ABSENT, "+": SecretKeyAt.HERE}.get(token, SecretKeyAt.CARD)
    return SecretPart(
        fingerprint=part["fingerprint"],
        keygrip=part.get("keygrip") or "",
        where=where,
        card=token if where is SecretKeyAt.CARD else "",
        encrypts="e" in (part.get("cap") or ""),
        alive=_encrypts(part),
        made=_made(part),
    )


def _made(part: dict[str, Any]) -> int:
    return int(part.get("date") or 0)


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


async def _unguarded(keygrips: Iterable[str], home: Path | None) -> set[str]:
    """The parts of a key that are under no passphrase: KEYINFO says "C" of them (gpg-agent)."""
    lines = await _ask_agent([f"KEYINFO {grip}" for grip in keygrips], home)
    told = [line.split() for line in lines if line.startswith("S KEYINFO")]
    return {fields[2] for fields in told if fields[7:8] == ["C"]}


async def _forget_cached(keygrips: Iterable[str], home: Path | None) -> None:
    """Have gpg-agent forget the key's passphrase, and every other: it tries the one used last on any key."""
    lines = await _ask_agent(["KEYINFO --list"], home)
    cached = [fields[2] for line in lines if (fields := line.split())[6:7] == ["1"]]
    await _ask_agent([f"CLEAR_PASSPHRASE --mode=normal {grip}" for grip in (*keygrips, *cached)], home)


async def _ask_agent(
    questions: list[str], home: Path | None, patience: Patience = PATIENCE
) -> tuple[str, ...]:
    """What gpg-agent answers; Failure(AGENT_SILENT), (GPG_LOCKED), (AGENT_MISSING) or (GPG_HOME)."""
    its_folder = await asyncio.to_thread(folder.ready, home)
    if not questions:
        return ()
    try:
        said = await agent.ask(questions, home, patience)
    except TimeoutError:
        raise _silent(home) from None
    if not said.running:
        raise _not_started(its_folder, said.ended.last_lines)
    return said.lines


def _try(key: Fingerprint, part: SecretPart, passphrase: Secret, home: Path | None) -> None:
    gpg = driver(home)
    sealed = gpg.encrypt(b"a trial", f"{part.fingerprint}!", armor=False)
    if sealed.ok:
        opened = gpg.decrypt(sealed.data, passphrase=passphrase.reveal() or None)
        if not opened.ok:
            raise answers.failure(opened.stderr or "", key)
        return
    if part.alive:
        raise answers.failure(sealed.stderr or "", key)
    # Nothing can be sealed to an expired key; but it can still be exported, which takes the passphrase too.
    if not gpg.export_keys(key, secret=True, armor=False, passphrase=passphrase.reveal() or None):
        raise Failure(causes.PassphraseWrong(key))


async def _change(words: list[str], passphrase: Secret, home: Path | None) -> list[str]:
    """Have gpg change a key, and give its status lines (gpg's doc/DETAILS)."""
    said: list[str] = []
    first = [
        *(["--homedir", str(home)] if home else []),
        *("--batch", "--yes", "--status-fd", "1", "--pinentry-mode", "loopback", "--passphrase-fd", "0"),
    ]
    await asyncio.to_thread(folder.ready, home)
    try:
        async with asyncio.timeout(_TIMEOUT_MAKING):
            ended = await process.run(
                process.find("gpg"),
                [*first, *words],
                given=passphrase.reveal().encode() + b"\n",
                on_line=lambda line: said.append(line.decode("utf-8", "replace")),
            )
    except TimeoutError:
        raise _silent(home) from None
    if ended.status != 0:
        raise _refused(words, said, ended)
    return said


def _refused(words: list[str], said: list[str], ended: process.Ended) -> Failure:
    """Why gpg did not change a key."""
    failure = answers.failure("\n".join((*ended.last_lines, *said)), words[1])
    text = "\n".join(ended.last_lines)
    if failure.reason is Reason.GPG_FAILED and re.search("no secret key", text, re.IGNORECASE):
        return Failure(causes.SecretKeyMissing(words[1]))
    if failure.reason is Reason.GPG_FAILED:
        return Failure(causes.GpgFailed(words[0]), ended.last_lines[-5:])
    return failure
