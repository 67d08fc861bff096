"""Each page says beside its field what is wrong while one types, and lets nobody go on before it is right."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from secretsbackup.desktop import screens
from secretsbackup.desktop.app import App
from secretsbackup.desktop.setup import SetUpWizard
from secretsbackup.model.plan import Access, PlaceKind, StartFrom, Timing
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.schedule import Daily, Hours, Manual, Weekday, Weekly
from secretsbackup.operations.setup.set_up import NO_KEY
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import Parts, Play
from tests.desktop.setup.conftest import Begin, moment
from tests.desktop.setup.wizard_driver import Hand


async def at(hand: Hand, page: QWidget) -> None:
    """Go to a page without the ones before it."""
    hand.wizard.go(hand.wizard.pages.index(page))
    await moment()


def test_files_are_counted_and_named_by_themselves(play: Play, begin: Begin, person: Path) -> None:
    async def look() -> None:
        hand = begin()
        files = hand.wizard.files
        await hand.until(lambda: files.appraisal.done)
        assert files.answer.name == "Documents"
        assert files.answer.sources == (str(person / "Documents"),)
        assert files.answer.exclude == (".cache/",), "what programs make again is left out"
        await at(hand, files)
        assert "1 file, 12 bytes" in hand.says
        box = hand.button("Caches · 5 kB")
        box.click()
        assert files.answer.exclude == ()
        assert "2 files, 5 kB" in hand.says
        hand.press("+ Pictures")
        assert files.answer.sources[1:] == (str(person / "Pictures"),)
        await hand.until(lambda: files.appraisal.done)
        assert files.answer.exclude == (), "what somebody took in stays in"

    play(look())


def test_files_that_are_not_there_are_named(play: Play, begin: Begin, person: Path) -> None:
    async def look() -> None:
        hand = begin()
        await at(hand, hand.wizard.files)
        hand.wizard.files.add(str(person / "gone"))
        assert "does not exist" in hand.says
        assert not hand.lit
        hand.wizard.files.remove(str(person / "gone"))
        assert hand.lit
        hand.type(hand.wizard.files.name, "two words")
        assert "Use letters, digits" in hand.says
        hand.wizard.files.remove(str(person / "Documents"))
        assert "Choose at least one folder" in hand.says

    play(look())


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("bucket", "Ab", "3 to 63 lowercase letters"),
        ("bucket", "with space", "3 to 63 lowercase letters"),
        ("prefix", "", "Enter a folder name"),
        ("region", "Frankfurt am Main", "A region has only lowercase letters"),
    ],
)
def test_a_bucket_that_cannot_be_is_named(
    play: Play, begin: Begin, field: str, typed: str, sentence: str
) -> None:
    async def look() -> None:
        hand = begin()
        page = hand.wizard.bucket
        await at(hand, page)
        assert hand.lit, "what is suggested holds"
        control = getattr(page, field)
        hand.type(control.lineEdit() if isinstance(control, QComboBox) else control, typed)
        assert sentence in hand.says
        assert not hand.lit

    play(look())


def test_each_service_asks_what_it_needs(play: Play, begin: Begin) -> None:
    async def look() -> None:
        hand = begin()
        page = hand.wizard.bucket
        hand.wizard.place.choices.choose(PlaceKind.SERVICE)
        await at(hand, page)
        page.service.setCurrentIndex(page.service.findText("Hetzner Object Storage"))
        assert page.answer.bucket.endpoint == "https://fsn1.your-objectstorage.com"
        assert page.answer.bucket.region == "fsn1"
        page.service.setCurrentIndex(page.service.findText("Cloudflare R2"))
        assert not hand.lit
        hand.type(page.account, "0123456789abcdef" * 2)
        assert (
            page.answer.bucket.endpoint == "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"
        )
        assert hand.lit
        page.service.setCurrentIndex(page.service.count() - 1)
        hand.type(page.endpoint, "minio.example.org")
        assert "Start with https://" in hand.says
        hand.type(page.endpoint, "https://minio.example.org/")
        assert page.answer.bucket.endpoint == "https://minio.example.org"

    play(look())


def test_a_half_typed_amazon_key_is_told_as_such(play: Play, begin: Begin) -> None:
    async def look() -> None:
        hand = begin()
        page = hand.wizard.access
        await at(hand, page)
        hand.type(page.key_id, "AKIA12")
        assert "start with AKIA or ASIA" in hand.says
        hand.type(page.key_id, "AKIA" + "7" * 16)
        hand.type(page.secret, "s" * 38)
        assert "this one has 38" in hand.says
        hand.type(page.secret, "s" * 40)
        assert hand.lit
        assert page.secret.echoMode() is QLineEdit.EchoMode.Password
        hand.type(page.key_id, "ASIA" + "7" * 16)
        assert "session token" in hand.says
        page.choices.choose(Access.OWN)
        assert "A backup needs a permanent one" in hand.says

    play(look())


def test_by_hand_there_is_a_policy_to_copy(play: Play, begin: Begin) -> None:
    async def look() -> None:
        from PySide6.QtGui import QGuiApplication

        hand = begin()
        await at(hand, hand.wizard.bucket)
        await at(hand, hand.wizard.access)
        hand.wizard.access.choices.choose(Access.HAND)
        copies = [one for one in hand.wizard.findChildren(QAbstractButton) if one.text() == "Copy"]
        assert len(copies) == 2
        copies[-1].click()
        pasted = QGuiApplication.clipboard().text()
        bucket = hand.wizard.bucket.answer.bucket.bucket
        assert f"arn:aws:s3:::{bucket}/Documents/*" in pasted
        assert copies[-1].text() == "Copied"

    play(look())


@pytest.mark.parametrize(
    ("login", "good"), [("ada@nas", True), ("nas:2222", True), ("a b", False), ("ada@nas:99999", False)]
)
def test_a_machine_is_written_as_ssh_writes_it(play: Play, begin: Begin, login: str, good: bool) -> None:
    async def look() -> None:
        hand = begin()
        hand.wizard.place.choices.choose(PlaceKind.HOST)
        await at(hand, hand.wizard.host)
        line = hand.wizard.host.login.lineEdit()
        assert line is not None
        hand.type(line, login)
        assert hand.lit is good
        assert ("Use the form user@host" in hand.says) is not good

    play(look())


def test_a_folder_must_be_there_and_not_in_what_it_saves(play: Play, begin: Begin, person: Path) -> None:
    async def look() -> None:
        hand = begin()
        hand.wizard.place.choices.choose(PlaceKind.FOLDER)
        await at(hand, hand.wizard.folder)
        line = hand.wizard.folder.field.line
        hand.type(line, "relative")
        assert "Enter the full path" in hand.says
        hand.type(line, "/nowhere/at/all")
        assert "Is its disk connected?" in hand.says
        hand.type(line, str(person / "Documents" / "inside"))
        assert "is inside" in hand.says
        hand.type(line, str(person / "Pictures"))
        assert "same disk" in hand.says, "a caution, not a problem"
        assert hand.lit

    play(look())


def test_words_are_typed_back_before_one_goes_on(play: Play, begin: Begin, memory: None) -> None:
    async def look() -> None:
        hand = begin()
        page = hand.wizard.phrase
        await at(hand, page)
        words = page.made.words
        assert all(word in hand.says for word in words)
        assert "129 bits" in hand.says
        hand.type(page.typed, "Half of")
        assert not any(word in hand.says.split() for word in words), "from the paper, not from the screen"
        assert not hand.lit
        hand.type(page.typed, " ".join(words).upper() + " ")
        assert hand.lit
        assert page.answer == page.made.secret
        hand.press("Use my own passphrase")
        assert "Choose a passphrase" in hand.says
        assert not any(text in hand.says for text in ("Capital letters and spaces", "these words"))
        hand.type(page.first, "password")
        assert "weak" in hand.says
        hand.type(page.typed, "password")
        assert hand.lit
        hand.press("Use random words")
        assert "Write these words on paper now" in hand.says
        assert "Capital letters and spaces do not matter." in hand.says

    play(look())


def test_a_rhythm_comes_out_as_it_goes_in(play: Play, begin: Begin) -> None:
    async def look() -> None:
        page = begin().wizard.rhythm
        for schedule in (Daily("07:30"), Weekly(Weekday.SUNDAY, "23:05"), Hours(6), Manual()):
            rhythm = Timing(schedule, 14, 3)
            page.take(rhythm)
            assert page.answer == rhythm
        await moment()

    play(look())


def test_an_existing_key_wants_its_passphrase(
    play: Play, begin: Begin, key: Fingerprint, memory: None
) -> None:
    async def look() -> None:
        hand = begin()
        page = hand.wizard.key
        await at(hand, page)
        await hand.until(
            lambda: "Ada Lovelace" in [b.text() for b in hand.wizard.findChildren(QAbstractButton)]
        )
        assert page.answer.fingerprint == NO_KEY
        hand.press("Ada Lovelace")
        assert page.answer.fingerprint == key
        assert not hand.lit
        hand.type(page.phrase, "wrong")
        await hand.next(page)
        assert "does not open your key" in hand.says
        hand.type(page.phrase, PASSPHRASE.reveal())
        await hand.next(hand.wizard.rhythm)

    play(look())


def test_answers_are_there_after_a_restart_and_secrets_are_not(
    play: Play, begin: Begin, parts: Parts, person: Path, memory: None
) -> None:
    async def look() -> None:
        hand = begin()
        wizard = hand.wizard
        await hand.next(wizard.files)
        wizard.files.add(str(person / "Pictures"))
        hand.type(wizard.files.name, "mine")
        await hand.next(wizard.place)
        await hand.next(wizard.bucket)
        hand.type(wizard.bucket.bucket, "adas-own-bucket")
        await hand.next(wizard.access)
        hand.type(wizard.access.key_id, "AKIA" + "7" * 16)
        hand.type(wizard.access.secret, "planted-canary-secret-" + "s" * 18)
        wizard.reject()
        kept = parts.home.draft.read_text()
        assert "planted" not in kept
        assert "AKIA" not in kept
        assert parts.home.draft.stat().st_mode & 0o077 == 0
        again = begin().wizard
        assert again.page is again.access
        assert again.files.answer.name == "mine"
        assert again.files.answer.sources == (str(person / "Documents"), str(person / "Pictures"))
        assert again.bucket.answer.bucket.bucket == "adas-own-bucket"

    play(look())


def test_a_draft_that_is_not_ours_is_no_reason_to_fail(
    play: Play, begin: Begin, parts: Parts, home: object
) -> None:
    async def look() -> None:
        begin()
        parts.home.draft.parent.mkdir(parents=True, exist_ok=True)
        parts.home.draft.write_text('{"page": 7}')
        assert begin().wizard.index == 0
        await moment()

    play(look())


def test_every_control_has_a_name_and_the_keyboard_reaches_it(
    play: Play, begin: Begin, key: Fingerprint, memory: None
) -> None:
    """A screen reader speaks the accessible name, or the text of a button."""

    async def look() -> None:
        from PySide6.QtCore import Qt

        hand = begin()
        for where in PlaceKind:
            hand.wizard.place.choices.choose(where)
            for page in hand.wizard.pages:
                if not page.wanted():
                    continue
                await at(hand, page)
                for control in page.findChildren(QWidget):
                    if not (control.isVisible() and control.focusPolicy() & Qt.FocusPolicy.TabFocus):
                        continue
                    inner = control.parent() and type(control.parent()).__name__ in (
                        "QComboBox",
                        "QTimeEdit",
                        "QSpinBox",
                    )
                    text = control.text() if isinstance(control, QAbstractButton) else ""
                    assert inner or control.accessibleName() or text, (page.step, control)

    play(look())


def test_what_is_found_of_the_old_scripts_is_offered(play: Play, begin: Begin, person: Path) -> None:
    async def look() -> None:
        (person / "scripts").mkdir()
        config = person / "scripts" / "config.sh"
        config.write_text("SOURCE=/x\nSTAGING_DIR=/y\nREMOTE_DESTINATION=file:///z\nGPG_KEY=nobody\n")
        hand = begin()
        await hand.until(lambda: hand.wizard.start.found)
        label = "Import config.sh of the old scripts, found in ~/scripts"
        hand.button(label).click()
        await hand.next(hand.wizard.seed)
        await hand.until(lambda: "There is no GnuPG key “nobody” here" in hand.says)
        assert not hand.lit

    play(look())


def test_back_from_anywhere_keeps_what_was_typed(play: Play, begin: Begin) -> None:
    async def look() -> None:
        hand = begin()
        await hand.next(hand.wizard.files)
        await hand.next(hand.wizard.place)
        await hand.next(hand.wizard.bucket)
        hand.type(hand.wizard.bucket.prefix, "laptop/docs")
        hand.press("Back")
        hand.press("Back")
        await hand.next(hand.wizard.place)
        await hand.next(hand.wizard.bucket)
        assert hand.wizard.bucket.answer.bucket.prefix == "laptop/docs"

    play(look())


def test_who_wants_to_restore_is_asked_for_the_kit(play: Play, app: App, begin: Begin) -> None:
    """Whatever was begun before, in either wizard."""

    async def look() -> None:
        hand = begin()
        await hand.next(hand.wizard.files)
        hand.wizard.reject()
        for _ in range(2):
            app.windows.show(screens.SetUp(StartFrom.KIT))
            recovering = Hand(_shown())
            assert recovering.wizard.windowTitle() == "Restore from a backup"
            assert "Where is your recovery kit?" in recovering.says
            recovering.press("Back")
            recovering.press("Set up a new backup")
            await recovering.next(recovering.wizard.files)
            recovering.wizard.reject()
        recovering.wizard.files.stop()

    play(look())


def _shown() -> SetUpWizard:
    shown = (
        one for one in QApplication.topLevelWidgets() if isinstance(one, SetUpWizard) and one.isVisible()
    )
    return next(shown)


def test_a_click_is_not_lost_to_the_line_of_an_error(play: Play, begin: Begin, memory: None) -> None:
    """The line would push away the button between press and release."""

    async def look() -> None:
        hand = begin()
        page = hand.wizard.phrase
        await at(hand, page)
        hand.type(page.typed, "something else")
        await asyncio.sleep(0.2)
        button = hand.button("Use my own passphrase")
        place = button.mapTo(hand.wizard, button.rect().center())
        screen = hand.wizard.windowHandle()
        QTest.mousePress(screen, Qt.MouseButton.LeftButton, pos=place)
        await asyncio.sleep(0.2)
        assert button.mapTo(hand.wizard, button.rect().center()) == place
        QTest.mouseRelease(screen, Qt.MouseButton.LeftButton, pos=place)
        await hand.until(lambda: "Choose a passphrase" in hand.says)

    play(look())


def test_coming_back_leaves_alone_what_was_begun_beside_it(play: Play, begin: Begin, parts: Parts) -> None:
    """The kit's own wizard does not touch what was begun in the other."""

    async def look() -> None:
        hand = begin()
        await hand.next(hand.wizard.files)
        hand.wizard.remember()
        kept = parts.home.draft.read_bytes()
        recovering = begin(StartFrom.KIT).wizard
        recovering.remember()
        assert parts.home.draft.read_bytes() == kept
        await asyncio.sleep(0)

    play(look())
