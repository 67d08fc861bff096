"""The tree of a snapshot with check boxes: a folder is read when somebody opens it, however large the rest.

Filtered, it is a list of what has the text in its name.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIcon

from secretsbackup import words
from secretsbackup.desktop import icons, style, work
from secretsbackup.model.entry import Entry, EntryKind
from secretsbackup.model.paths import shown
from secretsbackup.model.selection import Mark, Selection
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import finding
from secretsbackup.words.language import _

NAME, SIZE, MODIFIED = range(3)
ENTRY = Qt.ItemDataRole.UserRole
_FOUND = 500
"""Rows of a filtered list: whoever looks through more types another letter first."""
_TICKED = {
    Mark.ALL: Qt.CheckState.Checked,
    Mark.SOME: Qt.CheckState.PartiallyChecked,
    Mark.NONE: Qt.CheckState.Unchecked,
}
_DRAWN = {EntryKind.FOLDER: "folder", EntryKind.LINK: "link"}
_Index = QModelIndex | QPersistentModelIndex


class Node:
    """A row: an entry, where it hangs, and the rows below it, None until they are read."""

    def __init__(self, entry: Entry | None, above: "Node | None", row: int) -> None:
        self.entry, self.above, self.row = entry, above, row
        self.below: list[Node] | None = None if entry is None or entry.what is EntryKind.FOLDER else []
        self.reading = False

    @property
    def path(self) -> bytes:
        """The node's path; b"" at the top."""
        return self.entry.path if self.entry else b""


class FileTree(QAbstractItemModel):
    """`file` is a catalogue, `at` a snapshot of it; `selection` what is ticked."""

    ticked = Signal()
    filtered = Signal(int)
    """A filter was applied; how many more there are than are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.selection = Selection()
        self._file, self.at = Path(), datetime.now(UTC)
        self._top = self._root = Node(None, None, 0)
        self._top.below = []
        self._sought = ""
        self._icons: dict[str, QIcon] = {}

    def show_snapshot(self, file: Path, at: datetime) -> None:
        """Show a snapshot from its top; what is ticked stays ticked where it is the same one."""
        if (file, at) != (self._file, self.at):
            self.selection = Selection()
        self._file, self.at = file, at
        self._begin_anew(Node(None, None, 0))
        self._top = self._root

    def filter(self, text: str) -> None:
        """Show what has this in its name, in no tree; without a text the tree again."""
        self._sought = text
        if text:
            work.begin(self._find(text))
        elif self._root is not self._top:
            self._begin_anew(self._top)

    def tick(self, path: bytes, *, chosen: bool) -> None:
        """Choose a path and all below it, or do not."""
        self.selection = self.selection.with_(path, chosen=chosen)
        self._repaint(self._root)
        self.ticked.emit()

    def inside(self, path: bytes) -> list[bytes]:
        """The paths in a folder of the snapshot."""
        return [one.path for one in catalogue.folder(self._file, self.at, path)]

    async def _find(self, text: str) -> None:
        found = await work.attempt(
            asyncio.to_thread(
                finding.find, self._file, text.encode("utf-8", "surrogateescape"), at=self.at, limit=_FOUND
            ),
            lambda _message: None,
        )
        if found is None or text != self._sought:
            return
        list_ = Node(None, None, 0)
        list_.below = _rows(found.entries, list_)
        self._begin_anew(list_)
        self.filtered.emit(found.more)

    def _begin_anew(self, root: Node) -> None:
        self.beginResetModel()
        self._root = root
        self.endResetModel()

    def _repaint(self, node: Node) -> None:
        """All that is shown may be ticked otherwise than before."""
        if not node.below:
            return
        first, last = self.createIndex(0, NAME, node.below[0]), self._index(node.below[-1])
        self.dataChanged.emit(first, last, [Qt.ItemDataRole.CheckStateRole])
        for child in node.below:
            self._repaint(child)

    # What Qt asks

    def node(self, index: _Index | None) -> Node:
        """The row that an index stands for; the top for none."""
        found = index.internalPointer() if index is not None and index.isValid() else self._root
        assert isinstance(found, Node)
        return found

    def index(self, row: int, column: int, parent: _Index | None = None) -> QModelIndex:
        below = self.node(parent).below or []
        return self.createIndex(row, column, below[row]) if 0 <= row < len(below) else QModelIndex()

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]
        above = self.node(index).above
        return self._index(above) if above else QModelIndex()

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        return len(self.node(parent).below or ()) if parent is None or parent.column() <= 0 else 0

    def columnCount(self, _parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 3

    def hasChildren(self, parent: _Index | None = None) -> bool:  # noqa: N802 - Qt's name
        return self.node(parent).below != []

    def canFetchMore(self, parent: _Index) -> bool:  # noqa: N802 - Qt's name
        node = self.node(parent)
        return node.below is None and not node.reading

    def fetchMore(self, parent: _Index) -> None:  # noqa: N802 - Qt's name
        if self.canFetchMore(parent):
            node = self.node(parent)
            node.reading = True
            work.begin(self._read(node))

    async def _read(self, node: Node) -> None:
        """Read what a folder has, away from the screen's thread."""
        reading = asyncio.to_thread(catalogue.folder, self._file, self.at, node.path)
        found = await work.attempt(reading, lambda _message: None) or []
        rows = _rows(sorted(found, key=_order), node)
        if rows and self._shows(node):
            self.beginInsertRows(self._index(node), 0, len(rows) - 1)
            node.below = rows
            self.endInsertRows()
        else:
            node.below = rows
        node.reading = False

    def _shows(self, node: Node) -> bool:
        """Whether a row hangs in what is shown now, and not in what was there before a filter."""
        while node.above:
            node = node.above
        return node is self._root

    def _index(self, node: Node) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(node.row, NAME, node)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else flags

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("Name"), _("Size"), _("Changed"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.node(index).entry
        if entry is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(entry, index.column())
            case Qt.ItemDataRole.CheckStateRole if index.column() == NAME:
                return _TICKED[self.selection.mark(entry.path)]
            case Qt.ItemDataRole.DecorationRole if index.column() == NAME:
                return self._icon(_DRAWN.get(entry.what, "file"))
            case Qt.ItemDataRole.ToolTipRole:
                return shown(entry.path)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == SIZE:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case ENTRY.value:
                return entry
            case _:
                return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.tick(self.node(index).path, chosen=Qt.CheckState(value) is Qt.CheckState.Checked)
        return True

    def _text(self, entry: Entry, column: int) -> str:
        match column:
            case 0:
                return shown(entry.name if self._root is self._top else entry.path)
            case 1 if entry.what is EntryKind.FILE:
                return words.roughly(entry.least, entry.most)
            case 2:
                return words.capital(words.when(entry.modified, datetime.now(UTC)))
            case _:
                return ""

    def _icon(self, name: str) -> QIcon:
        """In the palette's colours, which may be others by now."""
        known = f"{name} {style.palette().cacheKey()}"
        if known not in self._icons:
            self._icons[known] = icons.icon(name)
        return self._icons[known]


def _rows(entries: Sequence[Entry], above: Node) -> list[Node]:
    return [Node(entry, above, row) for row, entry in enumerate(entries)]


def _order(entry: Entry) -> tuple[bool, bytes]:
    """Folders first, then by name; capitals do not matter."""
    return entry.what is not EntryKind.FOLDER, finding.folded(entry.name)
