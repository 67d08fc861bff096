"""The kit: saved, remembered, proved against what is at the destination; and a bad one is refused."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from secretsbackup.model import causes
from secretsbackup.model import kit as kits
from secretsbackup.model.destination import Bucket, Folder, Host
from secretsbackup.model.kit import Kit
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Hooks, Profile, ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.keys import kit
from secretsbackup.operations.setup import recover
from secretsbackup.store import kit as kept_kits
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import keychain, kit_pdf
from secretsbackup.words import kit as kit_text
from tests.conftest import PASSPHRASE, StandIn

STAMP = "20261122T220828Z"


async def typed() -> Secret | None:
    """Somebody who knows the passphrase."""
    return PASSPHRASE


async def guessed() -> Secret | None:
    """Somebody who does not."""
    return Secret("wrong")


@pytest.fixture
def mine(profile: Profile, key: Fingerprint, home: Home, memory: None) -> Profile:
    """A profile that is written, with a key of its own and one snapshot of one volume."""
    made = msgspec.structs.replace(profile, key=key, staging="/elsewhere/stage", exclude=("*.iso", "ü"))
    profiles.add(home, made)
    assert isinstance(made.destination, Folder)
    place = Path(made.destination.path)
    place.mkdir()
    (place / f"duplicity-full.{STAMP}.vol1.difftar.gpg").write_bytes(b"x" * 300)
    words = ["gpg", "--trust-model", "always", "-r", key, "--encrypt"]
    manifest = subprocess.run(words, input=b"Volume 1:\n", capture_output=True, check=True).stdout
    (place / f"duplicity-full.{STAMP}.manifest.gpg").write_bytes(manifest)
    return made


@pytest.fixture
def saved(mine: Profile, home: Home, tmp_path: Path) -> Path:
    """The text of its kit."""
    return asyncio.run(kit.save(mine, home, tmp_path / "usb", typed)).text


Refused = Callable[..., Failure]


def refused(coroutine) -> Failure:  # type: ignore[no-untyped-def]
    """Why it cannot be."""
    with pytest.raises(Failure) as caught:
        asyncio.run(coroutine)
    return caught.value


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_kit_is_proved_and_remembered(mine: Profile, home: Home, tmp_path: Path) -> None:
    assert kept_kits.saved(home, mine) is None
    made = asyncio.run(kit.save(mine, home, tmp_path / "usb", typed))
    assert made.trouble is None
    assert made.pdf is not None
    assert made.pdf.read_bytes().startswith(b"%PDF")
    kept = kept_kits.saved(home, mine)
    assert kept is not None
    assert kept.checked is None
    proof = asyncio.run(kit.check(made.text, home, typed))
    assert (proof.snapshot, proof.volumes) == (STAMP, 1)
    kept = kept_kits.saved(home, mine)
    assert kept is not None
    assert kept.checked is not None
    assert kept.checked > kept.saved


def test_a_kit_counts_for_its_key_and_destination_alone(mine: Profile, home: Home, saved: Path) -> None:
    moved = msgspec.structs.replace(mine, destination=Folder("/elsewhere"))
    rekeyed = msgspec.structs.replace(mine, key=Fingerprint("B" * 40))
    grown = msgspec.structs.replace(mine, keep=5)
    assert [kept_kits.saved(home, one) is None for one in (mine, moved, rekeyed, grown)] == [
        False,
        True,
        True,
        False,
    ]
    for other in (moved, rekeyed):
        assert refused(kit.check(saved, home, typed, other)).reason is Reason.KIT_OUTDATED


def test_the_passphrase_is_in_it_only_where_that_is_asked_for(
    mine: Profile, home: Home, tmp_path: Path
) -> None:
    plain = asyncio.run(kit.save(mine, home, tmp_path / "a", typed)).text.read_text()
    with_it = asyncio.run(kit.save(mine, home, tmp_path / "b", typed, with_passphrase=True, beside=True))
    assert PASSPHRASE.reveal() not in plain
    assert PASSPHRASE.reveal() in with_it.text.read_text()
    assert isinstance(mine.destination, Folder)
    beside = Path(mine.destination.path) / kit.BESIDE
    assert PASSPHRASE.reveal() not in beside.read_text()
    assert beside.stat().st_mode & 0o777 == 0o600
    reading = asyncio.run(kit.read_beside(mine.destination, None))
    assert kit.profile_in(reading.kit) == mine


def test_a_kit_replaces_its_own_and_nothing_else(mine: Profile, home: Home, saved: Path) -> None:
    before = saved.read_text()
    asyncio.run(kit.save(mine, home, saved.parent, typed))
    assert saved.read_text() != before
    other = msgspec.structs.replace(mine, name=ProfileName("other"))
    assert refused(kit.save(other, home, saved.parent, typed)).reason is Reason.KIT_IN_THE_WAY
    saved.write_text("a poem")
    assert refused(kit.save(mine, home, saved.parent, typed)).reason is Reason.KIT_IN_THE_WAY
    assert saved.read_text() == "a poem"


def test_without_qt_there_is_a_text(
    mine: Profile, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    made = asyncio.run(kit.save(mine, home, tmp_path / "usb", typed))
    assert made.pdf is None
    assert made.trouble is not None
    assert [path.name for path in (tmp_path / "usb").iterdir()] == [kit_text.TEXT]
    assert asyncio.run(kit.read(made.text)).faults == ()


def test_a_kit_is_not_saved_without_the_passphrase(mine: Profile, home: Home, tmp_path: Path) -> None:
    assert refused(kit.save(mine, home, tmp_path / "usb", guessed)).reason is Reason.PASSPHRASE_WRONG
    assert not (tmp_path / "usb").exists()
    assert kept_kits.saved(home, mine) is None


def test_a_check_finds_every_damage(mine: Profile, home: Home, saved: Path) -> None:
    text = saved.read_text()
    lines = [line for line in text.splitlines() if line.startswith(("S", "K")) and "/" in line.split()[0]]
    armor = text[text.index("BLOCK-----") + 20]
    for old, new in ((lines[0], ""), (lines[-1], lines[-1][:-1]), (armor, "!")):
        at = text.index(old, text.index("BLOCK-----") + 20)
        saved.write_text(text[:at] + new + text[at + len(old) :])
        assert refused(kit.check(saved, home, typed)).reason is Reason.KIT_BROKEN
    saved.write_text(text)
    assert refused(kit.check(saved, home, guessed)).reason is Reason.PASSPHRASE_WRONG
    asyncio.run(kit.check(saved, home, typed))


def test_a_kit_under_another_passphrase_than_the_keyrings_is_outdated(
    mine: Profile, home: Home, saved: Path
) -> None:
    asyncio.run(keychain.keep(mine.name, SecretName.GPG_PASSPHRASE, Secret("a newer one")))
    assert refused(kit.check(saved, home, typed)).reason is Reason.KIT_OUTDATED


def test_a_check_opens_the_newest_manifest_really(mine: Profile, home: Home, saved: Path) -> None:
    assert isinstance(mine.destination, Folder)
    manifest = Path(mine.destination.path) / f"duplicity-full.{STAMP}.manifest.gpg"
    manifest.write_bytes(b"x" * 300)
    assert refused(kit.check(saved, home, typed)).reason is Reason.VOLUME_CORRUPT
    manifest.unlink()
    assert asyncio.run(kit.check(saved, home, typed)).snapshot is None


def test_a_kit_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "poem").write_text("a poem")
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 noise")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG noise")
    for name in ("poem", "noise", "broken.pdf", "broken.png", "missing", "."):
        assert refused(kit.read(tmp_path / name)).reason is Reason.KIT_BROKEN


def test_a_pdf_without_poppler_says_what_to_install(
    saved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    failure = refused(kit.read(saved.parent / kit_text.PAPER))
    assert failure.cause == causes.ToolMissing("pdftotext")


@pytest.mark.parametrize(
    "destination",
    [
        Bucket("b", "p", endpoint="https://s3.example.org", region="eu"),
        Bucket("b", "p", region="us-east-1"),
        Folder("/media/a disk/backups"),
        Host("sftp", "host", "/back ups", "ada", 2222),
    ],
)
def test_the_letter_tells_how_to_restore_from_anywhere(
    profile: Profile, destination: Bucket | Folder | Host
) -> None:
    there = msgspec.structs.replace(profile, destination=destination)
    sheet = kit_text.sheet(Kit("2026-11-22", profiles.text({there.name: there}), b"key"), there)
    text = kit_pdf.text(sheet).decode()
    assert "None" not in text
    assert max(map(len, text.splitlines())) <= 110
    commands = "\n".join(command for part in sheet.parts for command in part.commands)
    assert subprocess.run(["bash", "-n"], input=commands, text=True, check=False).returncode == 0
    assert kit.profile_in(kits.parse(text).kit) == there


def test_a_wrong_passphrase_recovers_nothing(mine: Profile, saved: Path, tmp_path: Path, home: Home) -> None:
    elsewhere = msgspec.structs.replace(home, config=tmp_path / "new")
    found = asyncio.run(kit.read(saved)).kit
    secrets = {SecretName.GPG_PASSPHRASE: Secret("wrong")}
    assert refused(recover.recover(found, secrets, elsewhere)).reason is Reason.PASSPHRASE_WRONG
    assert profiles.load(elsewhere) == {}


def test_a_profile_comes_back_as_it_was_but_for_where_the_old_machine_had_its_stage(
    mine: Profile, saved: Path, tmp_path: Path, home: Home
) -> None:
    elsewhere = msgspec.structs.replace(home, config=tmp_path / "new")
    found = asyncio.run(kit.read(saved)).kit
    secrets = {SecretName.GPG_PASSPHRASE: PASSPHRASE, SecretName.AWS_ACCESS_KEY_ID: Secret("no use")}
    back = asyncio.run(recover.recover(found, secrets, elsewhere))
    assert profiles.load(elsewhere) == {mine.name: msgspec.structs.replace(mine, staging=None)}
    assert [chain.snapshots[0].stamp for chain in back.chains] == [STAMP]
    assert asyncio.run(keychain.get(mine.name, SecretName.GPG_PASSPHRASE)) == PASSPHRASE
    assert asyncio.run(keychain.get(mine.name, SecretName.AWS_ACCESS_KEY_ID)) is None
    assert asyncio.run(recover.recover(found, secrets, elsewhere)).profile == back.profile
    assert refused(recover.recover(found, secrets, home)).reason is Reason.PROFILE_EXISTS
    asyncio.run(recover.recover(found, secrets, home, name="second"))
    assert set(profiles.load(home)) == {"docs", "second"}


def test_commands_that_a_kit_names_are_not_run_here(
    mine: Profile, saved: Path, tmp_path: Path, home: Home
) -> None:
    found = asyncio.run(kit.read(saved)).kit
    assert not recover.lacks_commands(found)
    evil = msgspec.structs.replace(mine, hooks=Hooks(before=("sh", "-c", "evil"), after=("evil",)))
    forged = msgspec.structs.replace(found, settings=profiles.text({evil.name: evil}))
    elsewhere = msgspec.structs.replace(home, config=tmp_path / "new")
    secrets = {SecretName.GPG_PASSPHRASE: PASSPHRASE}
    for _ in range(2):
        assert asyncio.run(recover.recover(forged, secrets, elsewhere)).profile.hooks == Hooks()
    assert profiles.get(elsewhere, mine.name).hooks == Hooks()
    assert recover.lacks_commands(forged)


def test_what_is_too_large_for_a_kit_is_not_fetched(mine: Profile, tmp_path: Path) -> None:
    assert isinstance(mine.destination, Folder)
    with (Path(mine.destination.path) / kit.BESIDE).open("wb") as file:
        file.truncate(10**12)
    assert refused(kit.read_beside(mine.destination, None)).reason is Reason.KIT_BROKEN


def test_settings_and_key_of_two_kits_are_not_mixed(mine: Profile, saved: Path, home: Home) -> None:
    found = asyncio.run(kit.read(saved)).kit
    liar = found.settings.replace(mine.key, "B" * 40)
    mixed = msgspec.structs.replace(found, settings=liar)
    secrets = {SecretName.GPG_PASSPHRASE: PASSPHRASE}
    assert refused(recover.recover(mixed, secrets, home, name="x")).reason is Reason.KIT_BROKEN


def test_a_picture_without_codes_is_no_kit(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8\xff noise")
    assert refused(kit.read(tmp_path / "scan.jpg")).reason is Reason.KIT_BROKEN
