"""The few kinds of text, button and column that every window is made of; one primary button a screen."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from secretsbackup.desktop import style

TEXT = 72
"""Characters: a line of text is not longer."""


def headline(text: str = "") -> QLabel:
    """What a screen says or asks, in one line or two."""
    return _label(text, "headline", 1.5)


def heading(text: str = "") -> QLabel:
    """What a part of a screen is about."""
    return _label(text, "heading", 1.0, bold=True)


def sentence(text: str = "") -> QLabel:
    """Text to be read."""
    return _label(text, "sentence", 1.0)


def quiet(text: str = "") -> QLabel:
    """Text for those who look for it."""
    return _label(text, "quiet", 1.0)


def _label(text: str, kind: str, scale: float, *, bold: bool = False) -> QLabel:
    label = QLabel(text)
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    font = label.font()
    if scale != 1.0:
        _enlarge(font, scale)
    font.setBold(bold or scale > 1.0)
    label.setFont(font)
    return label


def _enlarge(font: QFont, scale: float) -> None:
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * scale)
    else:
        font.setPixelSize(round(font.pixelSize() * scale))


def tabular(widget: QWidget) -> None:
    """Let figures be of one width, so that numbers which change don't jump."""
    font = widget.font()
    if hasattr(font, "setFeature"):  # Qt 6.7
        font.setFeature(QFont.Tag("tnum"), 1)
        widget.setFont(font)


def text_width(metrics: QFontMetrics) -> int:
    """Pixels that the longest line of text may take."""
    return metrics.averageCharWidth() * TEXT


def primary(text: str, clicked: Callable[[], object] | None = None) -> QPushButton:
    """The one thing that a screen is for."""
    made = button(text, clicked)
    made.setProperty("kind", "primary")
    return made


def button(text: str, clicked: Callable[[], object] | None = None) -> QPushButton:
    """Something else that can be done here."""
    made = QPushButton(text)
    made.setAccessibleName(text.replace("&", ""))
    made.setProperty("kind", "button")
    if clicked:
        made.clicked.connect(lambda _checked: clicked())
    return made


def flat(text: str, clicked: Callable[[], object] | None = None) -> QPushButton:
    """Something that can be done, said as quietly as a link."""
    made = button(text, clicked)
    made.setProperty("kind", "flat")
    return made


def card(*children: QWidget) -> QFrame:
    """A quiet surface that holds together what belongs together."""
    made = QFrame()
    made.setProperty("kind", "card")
    box = column(made, margin=2)
    for child in children:
        box.addWidget(child)
    return made


def rule() -> QFrame:
    """A thin line between two parts."""
    made = QFrame()
    made.setProperty("kind", "rule")
    made.setFixedHeight(1)
    return made


def column(parent: QWidget | None = None, *, margin: int = 0, gap: int = 1) -> QVBoxLayout:
    """A column on the grid; margin and gap in steps of it."""
    box = QVBoxLayout(parent) if parent else QVBoxLayout()
    box.setContentsMargins(margin * style.GRID, margin * style.GRID, margin * style.GRID, margin * style.GRID)
    box.setSpacing(gap * style.GRID)
    return box


def into_view(widget: QWidget) -> None:
    """Scroll to where it is, once it is laid out."""
    QTimer.singleShot(0, widget, lambda: _into_view(widget))


def _into_view(widget: QWidget) -> None:
    area = widget.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is not None and widget.isVisible():
        area.ensureWidgetVisible(widget)
