"""Each page asks one question, says what stands against it, and gives one answer."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest

from secretsbackup.desktop.restore.when import LookFor
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import SecretName
from secretsbackup.store import profiles
from secretsbackup.tools import keychain
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import Parts, Play, profile
from tests.desktop.restore.conftest import NOW, TIMES, Begin
from tests.desktop.setup.wizard_driver import Hand


async def ready(hand: Hand) -> None:
    """Wait until the first page knows what there is."""
    await hand.until(lambda: hand.wizard.when.taken and hand.wizard.when.holds)


async def onto_the_tree(hand: Hand) -> None:
    """Take the newest snapshot."""
    await ready(hand)
    await hand.next(hand.wizard.what)
    await hand.until(lambda: hand.wizard.what.tree.rowCount() == 2)


def test_the_newest_snapshot_is_offered_and_what_is_ticked_is_added_up(
    play: Play, begin: Begin, past: Profile
) -> None:
    async def look() -> None:
        hand = begin()
        what = hand.wizard.what
        assert hand.wizard.page is hand.wizard.when, "with one profile nobody is asked which"
        await onto_the_tree(hand)
        assert not hand.lit
        assert "Tick what you want to restore." in hand.says
        hand.button("Everything").click()
        await hand.until(lambda: hand.lit)
        assert "100,002 files" in hand.says.replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert what.answer.paths == ()
        hand.button("Everything").click()
        assert not hand.lit
        what.tree.tick(b"Documents/report.pdf", chosen=True)
        await hand.until(lambda: hand.lit)
        assert "1 file, 1.4 MB" in hand.says
        assert (what.answer.at, what.answer.paths) == (TIMES[-1], (b"Documents/report.pdf",))

    play(look())


def test_an_earlier_snapshot_is_chosen_by_its_day(play: Play, begin: Begin, past: Profile) -> None:
    async def look() -> None:
        hand = begin()
        when = hand.wizard.when
        await ready(hand)
        when.choices.choose(LookFor.THEN)
        assert when.answer.at == TIMES[-1]
        day = (NOW - timedelta(days=5)).astimezone().date()
        when.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        assert when.answer.at == TIMES[1], "the newest that is not younger"
        assert "2 changed" in when.snapshots.currentItem().text()
        await hand.next(hand.wizard.what)
        await hand.until(lambda: hand.wizard.what.tree.rowCount() == 2)
        assert hand.wizard.what.tree.at == TIMES[1]

    play(look())


def test_a_deleted_file_is_found_by_a_part_of_its_name(play: Play, begin: Begin, past: Profile) -> None:
    async def look() -> None:
        hand = begin()
        search = hand.wizard.search
        await ready(hand)
        hand.wizard.when.choices.choose(LookFor.SEARCH)
        await hand.next(search)
        assert not hand.lit
        hand.type(search.text, "LETT")
        await hand.until(lambda: hand.lit)
        assert "letter.odt  ·  Documents  ·  deleted" in search.found.currentItem().text()
        assert search.answer.path == b"Documents/letter.odt"
        assert search.answer.at == TIMES[2], "the last snapshot that has it"
        hand.type(search.text, "report")
        await hand.until(lambda: search.versions.count() == 3)
        assert search.answer.at == TIMES[-1]
        search.versions.setCurrentRow(2)
        assert search.answer.at == TIMES[0]
        hand.type(search.text, "nowhere to be found")
        await hand.until(lambda: "No file in any backup" in hand.says)
        assert not hand.lit
        hand.type(search.text, "img_")
        await hand.until(lambda: "more. Type another letter" in hand.says)

    play(look())


def test_the_folder_is_named_before_it_is_made(
    play: Play, begin: Begin, past: Profile, tmp_path: Path
) -> None:
    async def look() -> None:
        await keychain.keep(past.name, SecretName.GPG_PASSPHRASE, PASSPHRASE)
        hand = begin()
        where = hand.wizard.where
        await onto_the_tree(hand)
        hand.wizard.what.tree.tick(b"Documents", chosen=True)
        await hand.until(lambda: hand.lit)
        await hand.next(where)
        hand.type(where.field.line, str(tmp_path / "nowhere"))
        assert "does not exist" in hand.says
        assert not hand.lit
        hand.type(where.field.line, str(tmp_path))
        assert f"creates {tmp_path}/restored-2" in hand.says
        assert hand.button("Restore").isEnabled()
        assert not list(tmp_path.glob("restored-*"))
        hand.press("Back")
        hand.wizard.what.tree.tick(b"", chosen=True)
        await hand.until(lambda: hand.lit)
        await hand.next(where)
        needed = 100_000 * 2_000_000
        if shutil.disk_usage(tmp_path).free < needed:
            assert "full" in hand.says
            assert not hand.lit

    play(look())


def test_a_wrong_passphrase_is_told_at_once(play: Play, begin: Begin, past: Profile, tmp_path: Path) -> None:
    async def look() -> None:
        hand = begin()
        phrase = hand.wizard.phrase
        await onto_the_tree(hand)
        hand.wizard.what.tree.tick(b"Documents", chosen=True)
        await hand.until(lambda: hand.lit)
        await hand.next(hand.wizard.where)
        hand.type(hand.wizard.where.field.line, str(tmp_path))
        assert hand.button("Next").isEnabled(), "there is one more question"
        await hand.next(phrase)
        hand.type(phrase.phrase, "not this one")
        await hand.next(phrase)
        assert "Wrong passphrase" in hand.says
        assert not list(tmp_path.glob("restored-*"))

    play(look())


def test_with_two_profiles_one_is_asked_for(play: Play, begin: Begin, past: Profile, parts: Parts) -> None:
    async def look() -> None:
        profiles.add(parts.home, profile("other"))
        hand = begin()
        assert hand.wizard.page is hand.wizard.source
        hand.wizard.source.choices.choose("ada")
        await hand.next(hand.wizard.when)
        await ready(hand)
        named = begin("ada")
        assert named.wizard.page is named.wizard.when, "whoever clicks on a profile means it"
        named.press("Restore from another backup…")
        await named.next(named.wizard.elsewhere)
        assert not named.lit

    play(look())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Enter the address"), ("ftp://host/x", "is not a known destination"), ("s3://", "bucket’s name")],
)
def test_an_address_that_is_none_is_told(play: Play, begin: Begin, typed: str, sentence: str) -> None:
    async def look() -> None:
        hand = begin()
        await hand.next(hand.wizard.elsewhere)
        hand.type(hand.wizard.elsewhere.url, typed or "x")
        if not typed:
            hand.type(hand.wizard.elsewhere.url, "")
        assert sentence.replace("’", "'") in hand.says.replace("’", "'")

    play(look())


def test_all_of_it_can_be_done_with_the_keyboard(play: Play, begin: Begin, past: Profile) -> None:
    async def look() -> None:
        hand = begin()
        await onto_the_tree(hand)
        view = hand.wizard.what.view
        view.setFocus()
        view.setCurrentIndex(hand.wizard.what.tree.index(0, 0))
        QTest.keyClick(view, Qt.Key.Key_Space)
        await hand.until(lambda: hand.lit)
        assert hand.wizard.what.answer.paths == (b"Documents",)
        QTest.keyClick(view, Qt.Key.Key_Right)
        await hand.until(lambda: view.isExpanded(hand.wizard.what.tree.index(0, 0)))

    play(look())
