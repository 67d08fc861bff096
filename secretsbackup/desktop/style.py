"""The style: an 8 px grid, colours made of the palette's, and the style sheet of our kinds of widget."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

GRID = 8
"""Pixels; every distance is a multiple."""


def palette() -> QPalette:
    """The palette of the desktop that we run on."""
    return QGuiApplication.palette()


def is_dark(colours: QPalette) -> bool:
    """Whether text is lighter than what it stands on."""
    text, window = QPalette.ColorRole.WindowText, QPalette.ColorRole.Window
    return colours.color(text).lightness() > colours.color(window).lightness()


def accent(colours: QPalette) -> QColor:
    """What the primary button and running work are drawn in."""
    return colours.color(QPalette.ColorRole.Accent)


def quiet_colour(colours: QPalette) -> QColor:
    """For text that is there for those who look for it; still readable (4.5 to 1)."""
    return mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.68)


def line_colour(colours: QPalette) -> QColor:
    """For what separates."""
    return mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.14)


def warning_colour(colours: QPalette) -> QColor:
    """For what wants attention."""
    return QColor("#e5a50a" if is_dark(colours) else "#b06000")


def danger_colour(colours: QPalette) -> QColor:
    """For what failed and for what destroys."""
    return QColor("#ff7b72" if is_dark(colours) else "#c01c28")


def safe_colour(colours: QPalette) -> QColor:
    """For what is safe."""
    return QColor("#57c785" if is_dark(colours) else "#1a7f43")


def mixed(colours: QPalette, one: QPalette.ColorRole, other: QPalette.ColorRole, share: float) -> QColor:
    """A colour between two of the palette; `share` of the first."""
    first, second = colours.color(one), colours.color(other)

    def between(a: int, b: int) -> int:
        return round(a * share + b * (1 - share))

    return QColor(
        between(first.red(), second.red()),
        between(first.green(), second.green()),
        between(first.blue(), second.blue()),
    )


def mark(widget: QWidget, kind: str) -> None:
    """Let a widget look as another kind from now on."""
    if widget.property("kind") != kind:
        widget.setProperty("kind", kind)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def apply_style(app: QApplication, redraw: Callable[[], object]) -> None:
    """Give our kinds of text and buttons their look, now and whenever the palette changes; `redraw` then
    draws what no style sheet reaches.

    Before the first window, not before: a style sheet costs as much memory as all the rest of a tray.
    """
    if app.styleSheet():
        return
    app.setStyleSheet(_sheet(app.palette(), QFontMetrics(app.font()).height()))
    follower = _Repainter(app, redraw)
    app.installEventFilter(follower)


class _Repainter(QObject):
    def __init__(self, app: QApplication, redraw: Callable[[], object]) -> None:
        super().__init__(app)
        self._app, self._redraw = app, redraw

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.ApplicationPaletteChange and watched is self._app:
            sheet = _sheet(self._app.palette(), QFontMetrics(self._app.font()).height())
            if sheet != self._app.styleSheet():
                self._app.setStyleSheet(sheet)
            QTimer.singleShot(0, self, self._redraw)
        return False


def _sheet(colours: QPalette, text: int) -> str:
    """`text` is a line's height in pixels: what is ticked is as large as what is read."""
    inside = text - text % 2
    line, quiet_text, danger = line_colour(colours), quiet_colour(colours), danger_colour(colours)
    main = accent(colours)
    on_main = QColor("#ffffff") if main.lightness() < 165 else QColor("#000000")
    base = colours.color(QPalette.ColorRole.Base)
    within, without = f"stop:0 {main.name()}, stop:0.5 {main.name()}", f"stop:0.6 {base.name()}"
    dot = f"qradialgradient(cx:0.5, cy:0.5, radius:0.5, fx:0.5, fy:0.5, {within}, {without})"
    hover = mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.07)
    pressed = mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.14)
    face = mixed(colours, QPalette.ColorRole.Button, QPalette.ColorRole.Base, 0.5)
    side = mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.04)
    faint = mixed(colours, QPalette.ColorRole.WindowText, QPalette.ColorRole.Window, 0.4)
    return f"""
    QLabel[kind="quiet"] {{ color: {quiet_text.name()}; }}
    QLabel[kind="problem"] {{ color: {danger.name()}; }}
    QFrame[kind="card"] {{ background: {base.name()}; border: 1px solid {line.name()}; border-radius: 8px; }}
    QFrame[kind="steps"], QFrame[kind="side"] {{ background: {side.name()}; border: none; }}
    QFrame[kind="rule"] {{ background: {line.name()}; border: none; }}
    QPushButton[kind="primary"], QPushButton[kind="button"], QPushButton[kind="danger"] {{
        padding: 6px 16px; border-radius: 6px; border: 1px solid {line.name()}; min-height: 20px; }}
    QPushButton[kind="button"] {{ background: {face.name()}; }}
    QPushButton[kind="button"]:hover, QPushButton[kind="danger"]:hover {{ background: {hover.name()}; }}
    QPushButton[kind="button"]:pressed, QPushButton[kind="danger"]:pressed {{ background: {pressed.name()}; }}
    QPushButton[kind="danger"] {{ background: {face.name()}; color: {danger.name()}; }}
    QPushButton[kind="primary"] {{
        background: {main.name()}; color: {on_main.name()}; border-color: {main.name()}; }}
    QPushButton[kind="primary"]:hover {{ background: {main.lighter(110).name()}; }}
    QPushButton[kind="primary"]:pressed {{ background: {main.darker(112).name()}; }}
    QPushButton[kind="primary"]:focus, QPushButton[kind="button"]:focus, QPushButton[kind="danger"]:focus {{
        border: 2px solid {colours.color(QPalette.ColorRole.WindowText).name()}; padding: 5px 15px; }}
    QPushButton[kind="primary"]:disabled, QPushButton[kind="button"]:disabled,
    QPushButton[kind="danger"]:disabled {{
        background: transparent; color: {faint.name()}; border-color: {line.name()}; }}
    QLineEdit, QComboBox, QSpinBox, QTimeEdit {{ min-height: 24px; }}
    QRadioButton::indicator {{ width: {inside}px; height: {inside}px; border-radius: {inside // 2 + 1}px;
        border: 1px solid {faint.name()}; background: {base.name()}; }}
    QRadioButton::indicator:focus {{ border-color: {main.name()}; }}
    QRadioButton::indicator:checked {{ border-color: {main.name()}; background: {dot}; }}
    QCheckBox::indicator, QTreeView::indicator, QListView::indicator {{
        width: {inside}px; height: {inside}px; }}
    QCheckBox::indicator:unchecked, QTreeView::indicator:unchecked, QListView::indicator:unchecked {{
        width: {inside - 2}px; height: {inside - 2}px; border-radius: 3px;
        border: 1px solid {faint.name()}; background: {base.name()}; }}
    QPushButton[kind="flat"] {{ background: transparent; border: 2px solid transparent; border-radius: 6px;
        padding: 5px 8px; text-align: left; }}
    QPushButton[kind="flat"]:hover {{ background: {hover.name()}; }}
    QPushButton[kind="flat"]:pressed {{ background: {pressed.name()}; }}
    QPushButton[kind="flat"]:focus {{ border: 2px solid {main.name()}; }}
    QPushButton[kind="flat"]:disabled {{ color: {faint.name()}; }}
    """
