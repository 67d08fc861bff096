"""The restore wizard, clicked through on a catalogue of a hundred thousand paths; bytes are compared."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from secretsbackup.desktop.restore.when import LookFor
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model import destination as destinations
from secretsbackup.model.entry import SeenEntry
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Cancelled, Completed
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.backup import backup
from secretsbackup.operations.run import runner
from secretsbackup.store import catalogue, profiles, unfinished
from secretsbackup.store.catalogue import filling
from secretsbackup.store.catalogue.filling import SnapshotListing
from secretsbackup.tools import keychain
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import Parts, Play, parts, play
from tests.desktop.restore.conftest import Begin, begin, everything
from tests.desktop.setup.wizard_driver import Hand
from tests.end_to_end.servers import Bucket

__all__ = ["begin", "parts", "play"]  # fixtures that are used here

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What is saved: a report that changes, a letter that goes, and some that stay."""
    root = tmp_path / "Documents"
    (root / "deep").mkdir(parents=True)
    (root / "report.txt").write_text("first")
    (root / "letter to a friend.txt").write_text("dear friend")
    for number in range(20):
        (root / "deep" / f"{number}.bin").write_bytes(os.urandom(2_000_000))
    return root


@pytest.fixture
def saved(
    parts: Parts, play: Play, source: Path, key: Fingerprint, memory: None, bucket_on_ceph: Bucket
) -> Profile:
    """Three backups on a real server, and a catalogue that knows a hundred thousand paths more."""
    server = bucket_on_ceph.server
    profile = Profile(
        name=ProfileName("docs"),
        sources=(Source("Documents", str(source)),),
        destination=destinations.Bucket(bucket_on_ceph.name, "docs", endpoint=server.endpoint),
        key=key,
    )
    profiles.add(parts.home, profile)

    async def back_up() -> None:
        for name, value in (
            (SecretName.AWS_ACCESS_KEY_ID, server.access_key),
            (SecretName.AWS_SECRET_ACCESS_KEY, server.secret_key),
        ):
            await keychain.keep(profile.name, name, Secret(value))
        for number, text in enumerate(("first", "second", "third")):
            (source / "report.txt").write_text(text)
            if number == 2:
                (source / "letter to a friend.txt").unlink()
            handle = runner.start(backup.recipe(), Verb.BACKUP, profile, parts.home)
            assert isinstance(await handle.outcome(), Completed)
            await asyncio.sleep(1)

    play(back_up())
    _add_many(parts.home.catalogue(profile))
    return profile


def _add_many(file: Path) -> None:
    """The same catalogue, with the pictures of a life in every snapshot."""
    times = catalogue.known(file)
    told = [
        SnapshotListing(time, True, sorted(_all(file, time), key=lambda seen: seen.path.split(b"/")))
        for time in times
    ]
    filling.rebuild(file, told)


def _all(file: Path, time: datetime) -> list[SeenEntry]:
    known = [
        SeenEntry(one.path, one.what, int(one.modified.timestamp()), one.least, one.most)
        for one in catalogue.below(file, time)
    ]
    pictures = (seen for seen in everything() if seen.path.startswith(b"Pictures"))
    return sorted([*known, *pictures], key=lambda seen: seen.path.split(b"/"))


async def restored(hand: Hand, parent: Path) -> Path:
    """From the page that asks where, with the passphrase, to the end."""
    wizard = hand.wizard
    hand.type(wizard.where.field.line, str(parent))
    shown = wizard.where.answer.named
    await hand.next(wizard.phrase)
    hand.type(wizard.phrase.phrase, PASSPHRASE.reveal())
    await hand.next()
    await hand.until(lambda: wizard.page is wizard.ended)
    folder = Path(wizard.ended.folder)
    assert folder.name == shown, "it is called as it was shown"
    return folder


def test_yesterdays_version_of_a_document_is_a_few_clicks_away(
    play: Play, begin: Begin, saved: Profile, source: Path, tmp_path: Path
) -> None:
    async def look() -> None:
        hand = begin("docs", photographs="restore/search")
        wizard, began = hand.wizard, datetime.now(UTC)
        await hand.until(lambda: wizard.when.taken and wizard.when.holds)
        wizard.when.choices.choose(LookFor.SEARCH)
        await hand.next(wizard.search)
        hand.type(wizard.search.text, "report")
        await hand.until(lambda: wizard.search.versions.count() == 3)
        wizard.search.versions.setCurrentRow(1)
        await hand.next(wizard.where)
        folder = await restored(hand, tmp_path)
        assert (folder / "Documents" / "report.txt").read_text() == "second"
        hand.photograph("done")
        assert "1 file" in hand.says
        print(f"found and restored in {(datetime.now(UTC) - began).total_seconds():.1f} s")
        hand.press("Put files back…")
        await hand.until(lambda: wizard.in_place.list.count() == 1)
        hand.photograph("in-place")
        wizard.in_place.list.item(0).setCheckState(Qt.CheckState.Checked)
        await hand.next(wizard.in_place)
        assert (source / "report.txt").read_text() == "second"
        assert "Your files are back in place" in hand.says
        assert "1 file is back in place." in hand.says
        assert not [one for one in wizard.findChildren(Trouble) if one.isVisible()]
        assert hand.button("Finish")
        hand.photograph("put-back")
        assert [path.read_text() for path in tmp_path.glob("replaced-*/Documents/report.txt")] == ["third"]

    play(look())


def test_what_is_ticked_comes_back_and_what_was_stopped_goes_on(
    play: Play, begin: Begin, parts: Parts, saved: Profile, source: Path, tmp_path: Path
) -> None:
    async def look() -> None:
        hand = begin("docs", photographs="restore/tree")
        wizard = hand.wizard
        await hand.until(lambda: wizard.when.taken and wizard.when.holds)
        wizard.when.choices.choose(LookFor.THEN)
        wizard.when.snapshots.setCurrentRow(1)
        await hand.next(wizard.what)
        await hand.until(lambda: wizard.what.tree.rowCount() == 2)
        wizard.what.tree.tick(b"Documents", chosen=True)
        await hand.until(lambda: hand.lit)
        assert "22 files" in hand.says
        assert "archive" in hand.says
        await hand.next(wizard.where)
        folder = await restored(hand, tmp_path)
        assert (folder / "Documents" / "letter to a friend.txt").read_text() == "dear friend"
        assert (folder / "Documents" / "report.txt").read_text() == "second"
        for path in (source / "deep").iterdir():
            assert (folder / "Documents" / "deep" / path.name).read_bytes() == path.read_bytes()

    play(look())


def test_a_restore_that_is_stopped_can_be_gone_on_with(
    play: Play, begin: Begin, parts: Parts, saved: Profile, source: Path, tmp_path: Path
) -> None:
    async def look() -> None:
        await keychain.keep(saved.name, SecretName.GPG_PASSPHRASE, PASSPHRASE)
        hand = begin("docs", photographs="restore/stopped")
        wizard = hand.wizard
        await hand.until(lambda: wizard.when.taken and wizard.when.holds)
        await hand.next(wizard.what)
        await hand.until(lambda: wizard.what.tree.rowCount() == 2)
        wizard.what.tree.tick(b"Documents", chosen=True)
        await hand.until(lambda: hand.lit)
        await hand.next(wizard.where)
        hand.type(wizard.where.field.line, str(tmp_path))
        await hand.next(wizard.progress)
        hand.photograph("running")
        await hand.until(lambda: list(tmp_path.glob("restored-*/**/0.bin")))
        hand.press("Stop")
        await hand.until(lambda: wizard.page is wizard.ended)
        if isinstance(wizard.ended.answer, Cancelled):  # else it was done before the click
            hand.photograph("stopped")
            assert unfinished.known(parts.home, saved.name)
            hand.press("Continue the restore")
            await hand.until(lambda: wizard.page is wizard.ended)
        folder = Path(wizard.ended.folder)
        for path in (source / "deep").iterdir():
            assert (folder / "Documents" / "deep" / path.name).read_bytes() == path.read_bytes()
        assert not unfinished.known(parts.home, saved.name)

    play(look())
