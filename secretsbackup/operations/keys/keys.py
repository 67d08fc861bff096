"""Keys: make one, watch over its expiry, let it live longer."""

import re
from datetime import UTC, datetime

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.operations.repository import prerequisites
from secretsbackup.operations.run.runner import Ask, Run
from secretsbackup.store import notes, profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg
from secretsbackup.tools.gnupg import Key, KeyKind, SecretKeyAt

OWNER = "Secrets Backup"


class Offer(msgspec.Struct, frozen=True):
    """A key of this user, and why nothing can be encrypted to it (None: it can)."""

    key: Key
    against: Cause | None


async def offers() -> tuple[Offer, ...]:
    """All keys of this user, the usable ones first."""
    found = [Offer(key, _against(key)) for key in await gnupg.keys()]
    return tuple(sorted(found, key=lambda offer: offer.against is not None))


def _against(key: Key) -> Cause | None:
    try:
        gnupg.usable(key)
    except Failure as failure:
        return failure.cause
    return None


async def make(owner: str, phrase: Secret, kind: KeyKind = KeyKind.CURVE) -> Fingerprint:
    """Make a key that can really encrypt, which does not expire; its passphrase is tried at once."""
    if not phrase:
        raise Failure(causes.PassphraseEmpty())
    await gnupg.start_agent()
    made = await gnupg.make_key(owner.strip() or OWNER, phrase, kind=kind)
    await gnupg.try_passphrase(made, phrase)
    return made


async def try_phrase(key: Fingerprint, phrase: Secret) -> None:
    """Try a key's passphrase; Failure(PASSPHRASE_WRONG) or (SECRET_KEY_MISSING)."""
    await gnupg.start_agent()
    await gnupg.try_passphrase(key, phrase)


def expires(key: Key) -> datetime | None:
    """When one can no longer encrypt to a key; None for never."""
    return datetime.fromtimestamp(key.expires, UTC) if key.expires else None


async def expiry(profile: Profile) -> datetime | None:
    """When one can no longer encrypt to a profile's key; None for never. Failure(KEY_MISSING)."""
    return expires(await gnupg.resolve(profile.key))


async def watch(run: Run, key: Key) -> None:
    """Remember when a key expires, and to which subkey it encrypts: how safe one is depends on it
    (model/status.py). That nothing here could open what is made now is told."""
    since = datetime.fromtimestamp(key.encrypts_since, UTC)
    notes.update(
        run.home,
        run.profile.name,
        key_expires=expires(key),
        subkey=key.encrypts_to,
        subkey_made=since,
    )
    if await elsewhere(key):
        run.tell(Warned(caution=Caution.SUBKEY_ELSEWHERE, detail=key.encrypts_to))


async def opens(profile: Profile) -> str:
    """Try whether what is encrypted to a profile's key can be opened here; "" if its passphrase is not known.

    Without it a wrong one is tried, where that cannot block a card: it tells all but whether one is right.
    """
    await gnupg.start_agent()
    key = await gnupg.resolve(profile.key)
    parts = await gnupg.opening(profile.key)
    if await elsewhere(key):
        raise Failure(causes.SecretSubkeyMissing(key.encrypts_to))
    kept, _trouble = await prerequisites.kept_passphrase(profile)
    if kept or await gnupg.unprotected(parts):
        await gnupg.open_trial(profile.key, parts, kept or Secret(""))
        return "tried"
    if parts[-1].where is SecretKeyAt.CARD:
        return ""
    try:
        await gnupg.open_trial(profile.key, parts, Secret("no passphrase of anyone"))
    except Failure as failure:
        if failure.reason is not Reason.PASSPHRASE_WRONG:
            raise
    return ""


async def elsewhere(key: Key) -> bool:
    """Whether the key's secret half is here, but not that of the subkey which gpg encrypts to now.

    A machine that has the public half alone is meant to make backups that it cannot open.
    """
    try:
        parts = await gnupg.secret_parts(key.fingerprint)
    except Failure as failure:
        if failure.reason is Reason.SECRET_KEY_MISSING:
            return False
        raise
    return any(part.where is SecretKeyAt.ABSENT for part in parts if part.fingerprint == key.encrypts_to)


async def extend(profile: Profile, home: Home, span: str, ask: Ask) -> datetime | None:
    """Let a profile's key live for `span` from now ("90d", "2y", "never"); when it then expires.

    What the kit holds still opens all backups; only new ones need the longer life. Every profile that uses
    the key is known to be safe for longer at once, not only after its next backup.
    """
    if not re.fullmatch(r"[1-9]\d{0,3}[dwmy]|never", span):
        raise Failure(causes.NotASpan(span))
    key = await gnupg.resolve(profile.key)
    if key.revoked:
        raise Failure(causes.KeyRevoked(key.fingerprint))
    phrase = await prerequisites.passphrase_of(profile, ask)
    await gnupg.extend(key, span, phrase)
    end = await expiry(profile)
    others = (one.name for one in profiles.load(home).values() if one.key == profile.key)
    for name in {profile.name, *others}:
        notes.update(home, name, key_expires=end)
    return end
