"""Our own icons: SVG drawings in one line weight, coloured from the palette when they are asked for.

A drawing says `currentColor` for its lines, `accent` for what stands out, and the shield that runs
`PROGRESS` for its arc. They are drawn at every size and density that a screen may want.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from secretsbackup.desktop import style

_SIZES = (16, 22, 24, 32, 48, 64, 96)
_ROUND = 25.13
"""The length of the shield's ring, whose radius is 4."""


class Shield(StrEnum):
    """The states of the tray, told apart by shape: tick, ring, dot, broken, bars; plain where there is
    nothing yet that could be safe."""

    EMPTY = "shield"
    SAFE = "shield-safe"
    RUNNING = "shield-running"
    ATTENTION = "shield-attention"
    FAILED = "shield-failed"
    PAUSED = "shield-paused"


def icon(name: str, palette: QPalette | None = None, accent: QColor | None = None) -> QIcon:
    """A drawing of `resources/icons`, in the colour of text, greyed where its control is disabled."""
    colours = palette or style.palette()
    made = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        line = colours.color(group, QPalette.ColorRole.WindowText)
        for size in _SIZES:
            made.addPixmap(_pixmap(_drawing(name, line, accent or line), size), mode)
    return made


_drawn: "WeakKeyDictionary[QObject, Callable[[Any], object]]" = WeakKeyDictionary()


def keep(owner: QObject, draw: Callable[[Any], object]) -> None:
    """Have an owner draw its icons, now and again whenever the palette changes. `draw` gets the owner, and
    must not know it in another way: that would keep it for ever."""
    draw(owner)
    _drawn[owner] = draw


def put(owner: Any, name: str) -> None:
    """Give a button or an action a drawing as its icon, and keep that in the palette's colours."""
    keep(owner, lambda one: one.setIcon(icon(name)))


def redraw() -> None:
    """The palette is another: draw anew what is kept."""
    for owner, draw in list(_drawn.items()):
        if isValid(owner):
            draw(owner)


def pixmap(
    name: str, size: int, *, line: QColor, ratio: float = 1.0, accent: QColor | None = None
) -> QPixmap:
    """A drawing at one size, in points, for a screen of this density."""
    made = QPixmap(_pixmap(_drawing(name, line, accent or line), round(size * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


def shield(
    state: Shield, line: QColor, accent: QColor, done: float = 0.0, halo: QColor | None = None
) -> QIcon:
    """The tray's icon; `done` (0 to 1) is how far the ring has come. It has few sizes: it is made often.

    A `halo` is what it is filled with below, for a panel of which nobody knows whether it is dark or light.
    """
    made = QIcon()
    drawing = _drawing(state, line, accent, round(done, 2))
    below = _drawing(state, halo, halo, 1.0).replace(b'fill="none"', _filled(halo), 1) if halo else None
    for size in (22, 32, 64):
        made.addPixmap(_pixmap(drawing, size, below))
    return made


def _filled(colour: QColor) -> bytes:
    return f'fill="{colour.name()}"'.encode()


def shield_pixmap(state: Shield, size: int, ratio: float, palette: QPalette, done: float = 0.0) -> QPixmap:
    """The shield of a state as a picture for the window."""
    line = palette.color(QPalette.ColorRole.WindowText)
    drawing = _drawing(state, line, state_colour(state, palette), round(done, 2))
    made = QPixmap(_pixmap(drawing, round(size * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


def state_colour(state: Shield, palette: QPalette) -> QColor:
    """What stands out in a state's shield; the shape says the same."""
    match state:
        case Shield.RUNNING:
            return style.accent(palette)
        case Shield.ATTENTION:
            return style.warning_colour(palette)
        case Shield.FAILED:
            return style.danger_colour(palette)
        case Shield.SAFE | Shield.PAUSED | Shield.EMPTY:
            return palette.color(QPalette.ColorRole.WindowText)


@cache
def _source(name: str) -> str:
    return (files("secretsbackup.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _drawing(name: str, line: QColor, accent: QColor, done: float = 0.0) -> bytes:
    arc = f"{max(0.0, min(done, 1.0)) * _ROUND:.2f} {_ROUND}"
    text = _source(name).replace("currentColor", line.name()).replace('"accent"', f'"{accent.name()}"')
    return text.replace("PROGRESS", arc).encode()


@lru_cache(maxsize=512)
def _pixmap(drawing: bytes, size: int, below: bytes | None = None) -> QPixmap:
    image = QImage(QSize(size, size), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    if below:
        painter.setOpacity(0.85)
        QSvgRenderer(QByteArray(below)).render(painter, QRectF(0, 0, size, size))
        painter.setOpacity(1.0)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return QPixmap.fromImage(image)
