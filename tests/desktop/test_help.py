"""The handbook in a window: F1 and Help open it at the right page, its links work, and it can be searched."""

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QDesktopServices, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTextBrowser, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from secretsbackup import words
from secretsbackup.desktop import markdown, screens
from secretsbackup.desktop.app import App
from secretsbackup.desktop.help import Help, show_help
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model import causes
from secretsbackup.model.event import RunId
from secretsbackup.model.profile import Profile
from secretsbackup.words import handbook, language
from secretsbackup.words.handbook import Link
from tests.desktop.conftest import DOCS, Play, until
from tests.desktop.test_pictures import Album, looks, spoken

__all__ = ["looks", "spoken"]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Help]:
    """The window at the page on restoring."""
    window = show_help("restoring")
    qtbot.waitExposed(window)
    yield window
    window.close()
    QApplication.sendPostedEvents()


def text(window: Help) -> QTextBrowser:
    """What is read in it."""
    return window.findChild(QTextBrowser)


def top(window: Help) -> str:
    """The line that stands at the top."""
    return text(window).cursorForPosition(text(window).viewport().rect().topLeft()).block().text()


def opened() -> Link | None:
    """Where the handbook is open; None if it is not."""
    windows = [one for one in QApplication.topLevelWidgets() if isinstance(one, Help) and one.isVisible()]
    return windows[0].place if windows else None


@pytest.mark.parametrize("topic", handbook.TOPICS)
def test_every_page_is_shown_with_its_headings(shown: Help, topic: str) -> None:
    show_help(topic)
    page = handbook.page(topic)
    found = [block.text() for block in markdown.headings(text(shown).document())]
    assert found == [section.title for section in page.sections]


def test_a_section_is_shown_at_the_top(shown: Help, qtbot: QtBot) -> None:
    show_help("troubleshooting#no-room")
    qtbot.waitUntil(lambda: "The disk is full" in top(shown))
    show_help("settings-reference#schedule")
    qtbot.waitUntil(lambda: top(shown) == "Schedule")


def test_there_is_one_window(shown: Help) -> None:
    assert show_help("keys") is shown


def test_links_lead_to_pages_and_back_and_forward(shown: Help) -> None:
    text(shown).anchorClicked.emit(QUrl("handbook:recovery-kit#computer-gone"))
    assert shown.place == Link("recovery-kit", "computer-gone")
    back, forward = (_button(shown, name) for name in ("Back", "Forward"))
    back.click()
    assert shown.place == Link("restoring")
    assert not back.isEnabled()
    forward.click()
    assert shown.place == Link("recovery-kit", "computer-gone")
    back.click()
    show_help("keys")
    assert not forward.isEnabled()


def test_every_link_within_the_handbook_stays_in_the_window(shown: Help) -> None:
    for topic in handbook.TOPICS:
        show_help(topic)
        for block in markdown.blocks(text(shown).document()):
            for one in block.textFormats():
                if link := one.format.anchorHref():
                    assert link.startswith(("handbook:", "https://")), (topic, link)


def test_other_links_are_the_desktops_affair(shown: Help) -> None:
    class Desktop(QObject):
        asked: list[str] = []  # noqa: RUF012 - one test

        @Slot(QUrl)
        def open(self, url: QUrl) -> None:
            self.asked.append(url.toString())

    desktop = Desktop()
    QDesktopServices.setUrlHandler("https", desktop, "open")  # type: ignore[call-overload]
    try:
        text(shown).anchorClicked.emit(QUrl("https://example.org/"))
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert desktop.asked == ["https://example.org/"]
    assert shown.place == Link("restoring")


def test_a_search_goes_on_through_all_pages(shown: Help) -> None:
    line = shown.findChild(QLineEdit)
    line.setText("put-back")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shown.place.topic == "restoring"
    assert text(shown).textCursor().selectedText() == "put-back"
    line.setText("node_modules")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shown.place.topic == "excludes"
    assert text(shown).textCursor().selectedText() == "node_modules"
    line.setText("what nobody wrote")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shown.place.topic == "excludes"
    assert any("what nobody wrote" in told for told in _labels(shown))


def test_the_contents_lead_to_pages_and_sections(shown: Help) -> None:
    contents = shown.findChild(QTreeWidget)
    assert contents.topLevelItemCount() == len(handbook.TOPICS)
    item = contents.topLevelItem(handbook.TOPICS.index("keys"))
    assert item
    contents.setCurrentItem(item.child(2))
    assert shown.place == Link("keys", "forgotten")
    show_help("schedule")
    assert contents.currentItem().text(0) == "Schedule"


def test_links_and_code_can_be_read_on_light_and_dark(qapp: QApplication) -> None:
    for window, letters in (("#ffffff", "#000000"), ("#1e1e20", "#ffffff"), ("#2d2d30", "#eeeeee")):
        colours = QPalette(QColor(window))
        colours.setColor(QPalette.ColorRole.Base, QColor(window))
        colours.setColor(QPalette.ColorRole.WindowText, QColor(letters))
        assert _contrast(markdown.link_colour(colours), QColor(window)) >= 4.5


def test_the_pages_are_read_in_the_language_in_use(qapp: QApplication) -> None:
    language.set_language("de")
    try:
        window = show_help("restoring")
        assert next(markdown.headings(text(window).document())).text() == "Wiederherstellen"
        assert window.windowTitle() == "Handbuch zu Secrets Backup"
    finally:
        language.set_language("en")
        window.close()
        QApplication.sendPostedEvents()


def test_the_window_is_not_cut(play: Play, spoken: str) -> None:
    async def look() -> None:
        window = show_help("index")
        await Album(spoken).take(window, "handbook")
        window.close()

    play(look())


def test_every_window_opens_it_at_its_page(play: Play, app: App, docs: Profile, memory: None) -> None:
    async def press() -> None:
        app.states.begin()
        await until(lambda: app.states.all[DOCS].known)
        app.windows.show(screens.Main())
        assert app.windows.main
        await _opens(app.windows.main, Link("status"))
        app.windows.show(screens.Preferences())
        await _opens(_newest(), Link("schedule", "automatic"))
        app.windows.show(screens.Editor(DOCS))
        await _opens(_newest(), Link("settings-reference"))
        app.windows.show(screens.Verification(DOCS))
        await _opens(_newest(), Link("checks-and-verification", "verify"))
        app.windows.show(screens.Log(DOCS, RunId("20261122T120000.000Z-abcd")))
        await _opens(_newest(), Link("troubleshooting"))
        app.windows.show(screens.Restore(DOCS))
        await _opens(_newest(), Link("restoring"))
        app.windows.show(screens.SaveKit(DOCS))
        await _opens(_newest(), Link("recovery-kit", "save"))

    play(press())


def test_what_went_wrong_leads_to_its_entry(qtbot: QtBot) -> None:
    trouble = Trouble()
    qtbot.addWidget(trouble)
    trouble.tell(words.reason(causes.NoRoom("/home/ada")))
    _button(trouble, "Learn more").click()
    assert opened() == Link("troubleshooting", "no-room")
    trouble.tell(words.Message("Something that the handbook does not know."))
    assert [one for one in trouble.findChildren(QPushButton) if one.isVisibleTo(trouble)] == []


def test_every_page_of_the_set_up_has_a_page_that_is_there(play: Play, app: App) -> None:
    async def look() -> None:
        app.windows.show(screens.Main())
        assert app.windows.main
        QTest.keyClick(app.windows.main, Qt.Key.Key_F1)
        assert opened() == Link("index")
        app.windows.main.setObjectName("asked")
        app.windows.show(screens.SetUp())
        wizard = _newest()
        assert isinstance(wizard, Wizard)
        assert [page.help for page in wizard.pages if handbook.find(page.help) is None] == []
        assert {page.help for page in wizard.pages} >= {"destinations#ssh", "keys", "schedule", "excludes"}
        await _opens(wizard, Link("first-backup"))

    play(look())


def _newest() -> QWidget:
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.isWindow()]
    return next(one for one in reversed(shown) if not isinstance(one, Help) and one.objectName() != "asked")


async def _opens(window: QWidget, place: Link) -> None:
    """Both F1 and the button that says so."""
    _button(window, "Help").click()
    assert opened() == place
    for one in QApplication.topLevelWidgets():
        if isinstance(one, Help):
            one.close()
    await asyncio.sleep(0.05)
    window.activateWindow()
    await until(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert opened() == place
    window.setObjectName("asked")


def _button(window: QWidget, name: str) -> QPushButton:
    return next(one for one in window.findChildren(QPushButton) if one.accessibleName() == name)


def _labels(window: QWidget) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [one.text() for one in window.findChildren(QLabel) if one.isVisible()]


def _contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    """As WCAG reckons it."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
