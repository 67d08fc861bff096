"""Every page, light and dark and with text of double size: nothing is cut off; a picture of each is kept."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QScrollArea

from secretsbackup.desktop import icons, style
from secretsbackup.model import causes
from secretsbackup.model.created import Created, PartDone, PartResult, SetupPart
from secretsbackup.model.plan import Access, PlaceKind, SetupLeftovers, Task, TaskTold
from secretsbackup.model.profile import Fingerprint
from secretsbackup.words import language
from tests.desktop import accessibility
from tests.desktop.conftest import Play
from tests.desktop.setup.conftest import Begin, moment
from tests.desktop.setup.wizard_driver import Hand


@pytest.fixture(params=["light", "dark", "200", "small"])
def looks(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """The desktop's palette and size of text."""
    font, palette, sheet = QFont(qapp.font()), QPalette(qapp.palette()), qapp.styleSheet()
    qapp.setStyle("Fusion")
    if request.param == "dark":
        dark = QPalette(QColor("#2d2d30"))
        dark.setColor(QPalette.ColorRole.Accent, QColor("#4d9de0"))
        dark.setColor(QPalette.ColorRole.Base, QColor("#1e1e20"))
        qapp.setPalette(dark)
    if request.param == "200":
        large = QFont(font)
        large.setPointSizeF(font.pointSizeF() * 2)
        qapp.setFont(large)
    style.apply_style(qapp, icons.redraw)
    yield request.param
    qapp.setFont(font)
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


@pytest.fixture
def spoken(looks: str) -> Iterator[str]:
    """Where room is scarce German is spoken, which takes more of it."""
    language.set_language("de" if looks in ("200", "small") else "en")
    yield looks
    language.set_language("en")


def whole(hand: Hand) -> bool:
    """Whether the page fits into its width."""
    areas = [one for one in hand.wizard.findChildren(QScrollArea) if one.isVisible()]
    return not any(area.horizontalScrollBar().isVisible() for area in areas)


def test_no_page_is_cut(play: Play, begin: Begin, key: Fingerprint, memory: None, looks: str) -> None:
    async def look_at_all() -> None:
        hand = begin(photographs=f"setup/pages-{looks}")
        wizard = hand.wizard
        if looks == "200":
            wizard.resize(1240, 720)
        if looks == "small":
            wizard.resize(640, 480)
        await hand.until(lambda: wizard.files.appraisal.done)
        wizard.access.choices.choose(Access.HAND)
        seen = set()
        for where in PlaceKind:
            wizard.place.choices.choose(where)
            for page in wizard.pages[:-2]:
                if page.wanted() and page not in seen:
                    wizard.go(wizard.pages.index(page))
                    await moment()
                    seen.add(page)
                    hand.photograph()
                    assert whole(hand), page.step
                    assert hand.doubled == [], page.step
        assert len(seen) == 11

    play(look_at_all())


def test_no_page_is_cut_in_german(play: Play, begin: Begin, key: Fingerprint, memory: None) -> None:
    language.set_language("de")

    async def look_at_all() -> None:
        wizard = begin().wizard
        wizard.resize(640, 480)
        seen = set()
        wizard.access.choices.choose(Access.HAND)
        for where in PlaceKind:
            wizard.place.choices.choose(where)
            for page in [one for one in wizard.pages[:-2] if one.wanted() and one not in seen]:
                seen.add(page)
                wizard.go(wizard.pages.index(page))
                await moment()
                blemishes = accessibility.cut(wizard) + accessibility.doubled(wizard)
                assert blemishes == [], wizard.page.step

    try:
        play(look_at_all())
    finally:
        language.set_language("en")


def test_a_set_up_in_all_its_states_is_shown(play: Play, begin: Begin, looks: str) -> None:
    async def look_at_it() -> None:
        hand = begin(photographs=f"setup/setting-up-{looks}")
        wizard = hand.wizard
        if looks == "200":
            wizard.resize(1240, 720)
        wizard.go(wizard.pages.index(wizard.summary))
        wizard.summary.plan.hide()
        tasks, bucket = wizard.summary.tasks, wizard.bucket.answer.bucket
        made = Created(profile=wizard.request().draft.name, destination=bucket, bucket=True, user="laptop")
        tasks.expect((Task.KEY, Task.BUCKET, Task.SAVE, Task.FETCH, Task.CLEAR, Task.WRITE, Task.KIT))
        tasks.tell(TaskTold(task=Task.KEY, over=True))
        tasks.tell(TaskTold(task=Task.BUCKET, over=False))
        tasks.tell(PartDone(part=SetupPart.BUCKET, how=PartResult.MADE, made=made))
        tasks.tell(PartDone(part=SetupPart.PUBLIC_ACCESS, how=PartResult.TAKEN_BACK, made=made))
        tasks.tell(PartDone(part=SetupPart.USER, how=PartResult.BEGUN, made=made))
        await moment()
        hand.photograph("working")
        assert tasks.done == ["key", "part bucket"]
        assert whole(hand)
        wizard.summary.traces = SetupLeftovers(key=Fingerprint("A" * 40), bucket=made)
        wizard.summary.stopped(causes.DestinationUnreachable("https://s3.example.org"))
        await moment()
        hand.photograph("failed")
        assert "the user laptop" in hand.says
        assert whole(hand)

    play(look_at_it())
