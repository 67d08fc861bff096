"""The recovery kit: save it, read it, and prove that it restores."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import kit as kits
from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.destination import Destination, url
from secretsbackup.model.kit import Kit, Reading
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.model.sheet import Sheet
from secretsbackup.operations.repository import prerequisites
from secretsbackup.operations.repository.prerequisites import FindCredential
from secretsbackup.operations.run.runner import Ask
from secretsbackup.store import kit as memory
from secretsbackup.store import profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.store.kit import SavedKit
from secretsbackup.tools import destinations, gnupg, kit_pdf, tree
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.gnupg import custody
from secretsbackup.words import kit as kit_text

BESIDE = "secretsbackup-recovery-kit.txt"
"""The name of a kit that is kept at the destination itself; duplicity takes no notice of it."""
_LARGEST = 1 << 20
"""Bytes; one of the largest keys takes a tenth."""


class SavedFiles(msgspec.Struct, frozen=True):
    """Where the kit is; the PDF may be missing, `trouble` then says why.

    `lacks` is the subkey that new backups are encrypted to, where its secret half is not here.
    """

    text: Path
    pdf: Path | None
    trouble: Failure | None
    lacks: str = ""


class KitCheck(msgspec.Struct, frozen=True):
    """What a kit was proved with: the newest snapshot's manifest, or its key alone if there is none."""

    profile: Profile
    snapshot: str | None
    volumes: int


async def save(
    profile: Profile,
    home: Home,
    folder: Path,
    ask: Ask,
    *,
    with_passphrase: bool = False,
    beside: bool = False,
    opens: FindCredential = prerequisites.credential,
) -> SavedFiles:
    """Write the kit as a text and a PDF into a folder; with `beside` also next to the backups themselves.

    The passphrase is in it only if that is asked for, and never in the one beside the backups.
    """
    await tree.outside(folder, home.own(profile))
    phrase = await prerequisites.passphrase_of(profile, ask)
    key = await custody.export_secret(profile.key, phrase)
    encrypts_to = (await gnupg.resolve(profile.key)).encrypts_to
    held = await _held(profile)
    made = f"{datetime.now().astimezone():%Y-%m-%d}"
    sheet = kit_text.sheet(Kit(made, profiles.text({profile.name: profile}), key), profile)
    text, pdf = _places(folder, profile)
    shown = kit_pdf.with_passphrase(sheet, kit_text.passphrase(), phrase) if with_passphrase else sheet
    kit_pdf.write_text(shown, text)
    here, now = place_of(profile.destination), datetime.now(UTC)
    memory.keep(home, profile.name, SavedKit(profile.key, here, now, subkeys=held))
    trouble = await _paint(shown, pdf)
    if beside:
        await destinations.put(profile.destination, await opens(profile), BESIDE, kit_pdf.text(sheet))
    return SavedFiles(text, None if trouble else pdf, trouble, "" if encrypts_to in held else encrypts_to)


async def _held(profile: Profile, home: Path | None = None) -> tuple[str, ...]:
    """The subkeys that encrypt and whose secret half can be used in this GnuPG home."""
    return tuple(part.fingerprint for part in await gnupg.opening(profile.key, home=home))


async def _paint(sheet: Sheet, pdf: Path) -> Failure | None:
    """Write the PDF; why that cannot be, since the text alone will do."""
    try:
        await kit_pdf.write_pdf(sheet, pdf)
    except Failure as failure:
        return failure
    return None


def _places(folder: Path, profile: Profile) -> tuple[Path, Path]:
    """Where the two files go; Failure(KIT_IN_THE_WAY) if there is something else than this profile's kit."""
    text, pdf = folder / kit_text.TEXT, folder / kit_text.PAPER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = not text.exists() or profile_in(kits.parse(text.read_text("utf-8")).kit).name == profile.name
    except OSError as error:
        raise Failure(causes.NotWritable(str(folder)), (str(error),)) from None
    except (ValueError, Failure):
        ours = False
    if not ours or (pdf.exists() and not text.exists()):
        raise Failure(causes.KitInTheWay(str(text if text.exists() else pdf)))
    return text, pdf


async def read(path: Path) -> Reading:
    """Read a kit: a text, a PDF, or a picture of its codes; Failure(KIT_BROKEN) names what is wrong."""
    return read_text(await kit_pdf.read(path))


def read_text(text: str) -> Reading:
    """Read a kit that was typed, scanned or copied; Failure(KIT_BROKEN) names what is wrong."""
    try:
        return kits.parse(text)
    except ValueError as error:
        raise Failure(causes.KitBroken(str(error))) from None


async def read_beside(destination: Destination, credential: Credential) -> Reading:
    """Read the kit that is kept beside the backups; Failure(KIT_BROKEN) also if there is none."""
    size = (await destinations.contents(destination, credential)).get(BESIDE)
    if size is None:
        raise Failure(causes.KitBroken("there is none beside these backups"))
    if size > _LARGEST:
        raise Failure(causes.KitBroken("what lies beside these backups is too large for one"))
    content = await destinations.fetch(destination, credential, BESIDE)
    return read_text(content.decode("utf-8", "replace"))


def profile_in(kit: Kit) -> Profile:
    """The profile that a kit is for; Failure(KIT_BROKEN), or (SETTINGS_NEWER)."""
    try:
        (profile,) = profiles.parse(kit.settings, "the recovery kit").values()
    except ValueError:
        raise Failure(causes.KitBroken("its settings hold no profile")) from None
    return profile


async def check(
    path: Path,
    home: Home,
    ask: Ask,
    profile: Profile | None = None,
    opens: FindCredential = prerequisites.credential,
) -> KitCheck:
    """Prove that a kit restores: its key goes into an empty keyring, and opens the newest manifest.

    Nothing in it may be damaged, even where it stands there once more. `profile` is the one of this machine.
    """
    reading = await read(path)
    if reading.faults:
        raise Failure(causes.KitBroken(reading.faults[0]))
    there = profile_in(reading.kit)
    here = profile or profiles.load(home).get(there.name, there)
    _agrees(there, here)
    kept, trouble = await prerequisites.kept_passphrase(here)
    phrase = kept or await ask()
    if not phrase:
        raise trouble
    async with custody.empty_home() as empty:
        try:
            held = await prove(reading.kit, there, phrase, empty)
        except Failure as failure:
            if kept and failure.reason is Reason.PASSPHRASE_WRONG:
                outdated = "the passphrase in the keyring does not open its key"
                raise Failure(causes.KitOutdated(outdated)) from None
            raise
        proof = await _open_newest(here, phrase, empty, await opens(here))
    remember(here, home, held)
    return proof


def _agrees(there: Profile, here: Profile) -> None:
    """Failure(KIT_OUTDATED) if the kit would lead to other backups or to another key."""
    if there.key != here.key:
        raise Failure(causes.KitOutdated(f"it holds the key {there.key}, the profile has {here.key}"))
    if place_of(there.destination) != place_of(here.destination):
        raise Failure(
            causes.KitOutdated(f"it leads to {url(there.destination)}, not {url(here.destination)}")
        )


async def prove(kit: Kit, profile: Profile, phrase: Secret, empty: Path) -> tuple[str, ...]:
    """Take the kit's key into an empty keyring and try the passphrase on it; the subkeys that it opens."""
    fingerprint = await custody.take_in(kit.key, home=empty)
    if fingerprint != profile.key:
        raise Failure(causes.KitBroken(f"its key is {fingerprint}, its settings want {profile.key}"))
    await gnupg.try_passphrase(fingerprint, phrase, home=empty)
    return await _held(profile, empty)


async def _open_newest(profile: Profile, phrase: Secret, empty: Path, credential: Credential) -> KitCheck:
    contents = await destinations.contents(profile.destination, credential)
    newest = snapshots.at(files.chains(contents), None)
    if newest is None:
        return KitCheck(profile, None, 0)
    name = files.manifest_of(contents, newest.stamp)
    sealed = await destinations.fetch(profile.destination, credential, name)
    count = files.volumes(await _opened(sealed, phrase, empty))
    if count == 0:
        raise Failure(causes.VolumeCorrupt(name))
    return KitCheck(profile, newest.stamp, count)


async def _opened(sealed: bytes, phrase: Secret, empty: Path) -> bytes:
    """What the kit's key opens; Failure(KIT_OUTDATED) if it is for a subkey that came later."""
    try:
        return await custody.opened(sealed, phrase, home=empty)
    except Failure as failure:
        if not isinstance(failure.cause, causes.SecretSubkeyMissing):
            raise
        newer = f"the newest backups are encrypted to the subkey {failure.cause.key}, which it does not hold"
        raise Failure(causes.KitOutdated(newer), failure.last_lines) from None


def remember(profile: Profile, home: Home, subkeys: tuple[str, ...]) -> None:
    """Remember that there is a kit for this profile with these subkeys, and that it was proved now."""
    known = profiles.load(home).get(profile.name)
    if known is not None:
        now, before = datetime.now(UTC), memory.saved(home, known)
        saved = before.saved if before else now
        memory.keep(home, known.name, SavedKit(known.key, place_of(known.destination), saved, now, subkeys))
