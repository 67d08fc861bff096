"""A row of buttons that goes on below where it is too wide: with large text, in a long language, in a small
window."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from secretsbackup.desktop import style


class Flow(QWidget):
    """Lays out its widgets from the left, as text is laid out.

    No QLayout: such a one, written in Python, crashes where Qt itself takes a widget out of it.
    """

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._widgets: list[QWidget] = []
        for widget in widgets:
            self.add(widget)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._widgets.append(widget)
        widget.setParent(self)
        widget.show()
        self.updateGeometry()
        self._lay_out()

    def clear(self) -> None:
        """Take them all away."""
        for widget in self._widgets:
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self.updateGeometry()

    def show_one(self, widget: QWidget, *, shown: bool) -> None:
        """Show one of them, or leave no hole where it was."""
        if widget.isHidden() == shown:
            widget.setVisible(shown)
            self.updateGeometry()
            self._lay_out()

    @property
    def _there(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return max((place.bottom() + 1 for place in self._places(width)), default=0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        sizes = [widget.sizeHint() for widget in self._there]
        wide = sum(size.width() for size in sizes) + style.GRID * max(len(sizes) - 1, 0)
        return QSize(wide, max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        sizes = [widget.sizeHint() for widget in self._there]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button says something longer
            self.updateGeometry()
            self._lay_out()
        return super().event(event)

    def _lay_out(self) -> None:
        for widget, place in zip(self._there, self._places(self.width()), strict=True):
            widget.setGeometry(place)

    def _places(self, width: int) -> list[QRect]:
        x, y, high = 0, 0, 0
        places = []
        for size in (widget.sizeHint() for widget in self._there):
            if x and x + size.width() > width:
                x, y, high = 0, y + high + style.GRID, 0
            places.append(QRect(QPoint(x, y), size))
            x, high = x + size.width() + style.GRID, max(high, size.height())
        return places
