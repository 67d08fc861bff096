"""Dark and light: what is drawn goes by the palette of the moment, and that by the desktop's wish."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QPushButton

from secretsbackup.desktop import dark, icons, screens
from secretsbackup.desktop.app import App
from secretsbackup.desktop.panel import Panel
from secretsbackup.model.profile import Profile
from tests.desktop.conftest import DOCS, Play, until

NIGHT = QColor("#f0f0f0")


@pytest.fixture
def night(qapp: QApplication) -> Iterator[QPalette]:
    """Light text on dark, for whoever sets it."""
    before = qapp.palette()
    made = QPalette(before)
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(role, NIGHT)
    made.setColor(QPalette.ColorRole.Window, QColor("#323232"))
    yield made
    qapp.setPalette(before)


def lines(icon: QIcon) -> QColor:
    """The colour of its darkest or lightest line: of a pixel that is wholly drawn."""
    image = icon.pixmap(QSize(32, 32)).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda colour: colour.alpha())


def test_the_windows_icons_follow_the_palette(
    play: Play, app: App, docs: Profile, qapp: QApplication, night: QPalette
) -> None:
    async def scene() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        assert app.windows.main
        await until(lambda: app.states.all[DOCS].known)
        buttons = [one for one in app.windows.main.findChildren(QPushButton) if not one.icon().isNull()]
        assert len(buttons) >= 2
        assert all(lines(one.icon()).lightness() < 128 for one in buttons)
        qapp.setPalette(night)
        await until(lambda: all(lines(one.icon()).lightness() > 128 for one in buttons))

    play(scene())


def test_what_is_drawn_is_forgotten_with_its_owner(qapp: QApplication) -> None:
    button = QPushButton()
    icons.put(button, "plus")
    drawn: list[int] = []
    icons.keep(button, lambda one: drawn.append(one.width()))
    del button
    icons.redraw()
    assert len(drawn) == 1


def test_kdes_tray_is_drawn_anew(
    app: App, qapp: QApplication, night: QPalette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    app.tray.draw()
    assert app.tray.under is Panel.LIGHT
    qapp.setPalette(night)
    qapp.processEvents()
    assert app.tray.under is Panel.DARK


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (1, Qt.ColorScheme.Dark),
        (2, Qt.ColorScheme.Light),
        (0, Qt.ColorScheme.Unknown),
        (("u", 1), Qt.ColorScheme.Dark),
        (("v", ("u", 1)), Qt.ColorScheme.Dark),
    ],
)
def test_the_portals_answer_is_understood(told: object, expected: Qt.ColorScheme) -> None:
    assert dark.scheme(told) is expected


def test_without_a_portal_nothing_is_changed(play: Play) -> None:
    play(dark.follow())
