"""The list of profiles on the left of the window: each with its state as a shape, and a few words."""

from datetime import UTC, datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from secretsbackup import words
from secretsbackup.desktop import icons, style
from secretsbackup.desktop.profile_states import ProfileState, ProfileStates
from secretsbackup.model.profile import ProfileName

_STATE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class ProfileListModel(QAbstractListModel):
    """The profiles, in the order of the settings."""

    def __init__(self, states: ProfileStates) -> None:
        super().__init__()
        self._states = states
        self._names = list(states.all)
        states.listed.connect(self._listed)
        states.changed.connect(self._changed)

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        state = self._states.of(self._names[index.row()])
        if state is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return state.profile.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{state.profile.name}: {_told(state)}"
            case _STATE.value:
                return state
            case _:
                return None

    def row(self, name: str) -> int:
        """Where a profile stands; -1 if nowhere."""
        return self._names.index(ProfileName(name)) if name in self._names else -1

    def _listed(self) -> None:
        self.beginResetModel()
        self._names = list(self._states.all)
        self.endResetModel()

    def _changed(self, name: str) -> None:
        if (row := self.row(name)) >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))


def _told(state: ProfileState) -> str:
    now = datetime.now(UTC)
    return words.status_line(state.status, now, state.next_run, state.paused)


class ProfileDelegate(QStyledItemDelegate):
    """Draws a profile: its state as a shape, its name, and how it stands in a few words."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(20 * style.GRID, 2 * option.fontMetrics.height() + 3 * style.GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        state: ProfileState = index.data(_STATE.value)
        colours: QPalette = option.palette
        rect: QRect = option.rect.adjusted(style.GRID, style.GRID, -style.GRID, -style.GRID)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        text = colours.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.WindowText)
        shield = state.shield(datetime.now(UTC))
        accent = text if chosen else icons.state_colour(shield, colours)
        drawing = icons.shield(shield, text, accent, state.done).pixmap(
            QSize(22, 22), widget.devicePixelRatioF()
        )
        painter.drawPixmap(rect.left(), rect.center().y() - 10, drawing)
        lines = rect.adjusted(4 * style.GRID, 0, 0, 0)
        font = QFont(option.font)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(text)
        cut = Qt.TextElideMode.ElideRight
        painter.drawText(
            lines,
            Qt.AlignmentFlag.AlignTop,
            painter.fontMetrics().elidedText(state.profile.name, cut, lines.width()),
        )
        painter.setFont(option.font)
        painter.setPen(text if chosen else style.quiet_colour(colours))
        now = datetime.now(UTC)
        below = painter.fontMetrics().elidedText(
            words.brief(state.status, now, state.paused), cut, lines.width()
        )
        painter.drawText(lines, Qt.AlignmentFlag.AlignBottom, below)
