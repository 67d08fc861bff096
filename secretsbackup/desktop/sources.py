"""What to protect and what to leave out, with how much that is: counted while one chooses."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.elided_label import ElidedLabel
from secretsbackup.model.paths import legible
from secretsbackup.model.profile import Source, labelled
from secretsbackup.operations.setup.measure import Amount, measure
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio

_PATH = Qt.ItemDataRole.UserRole
_SOON = 400
"""Milliseconds after the last change: whoever types is let finish."""


class Sources(QWidget):
    """Folders, and patterns of what is left out of them."""

    changed = Signal()

    def __init__(self, own: Sequence[Path] = ()) -> None:
        super().__init__()
        self._own = own
        self._kept: dict[str, Source] = {}
        self._paths: dict[str, str] = {}
        self._counting: asyncio.Task[None] | None = None
        self._list, self._patterns = QListWidget(), QPlainTextEdit()
        self._amount, self._idle = ElidedLabel("sentence"), widgets.quiet()
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self._count)
        self._lay_out()
        self._patterns.textChanged.connect(self._touched)

    def show_sources(self, sources: Sequence[Source], exclude: Sequence[str]) -> None:
        """Copy these into the controls."""
        self._kept = {source.path: source for source in sources}
        self._list.clear()
        for source in sources:
            self._append(source.path)
        self._patterns.setPlainText("\n".join(exclude))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The folders; a label once given stays, for it is a folder's name in every snapshot."""
        paths = [self._paths[shown] for shown in self._shown]
        kept = [self._kept[path] for path in paths if path in self._kept]
        taken = {source.label for source in kept}
        new = [path for path in paths if path not in self._kept]
        fresh = [source for source in labelled([*(one.path for one in kept), *new]) if source.path in new]
        made = {one.path: one for one in (*kept, *(_relabelled(source, taken) for source in fresh))}
        return tuple(made[path] for path in paths)

    @property
    def exclude(self) -> tuple[str, ...]:
        """The patterns, one a line."""
        return tuple(line for line in self._patterns.toPlainText().splitlines() if line.strip())

    def stop(self) -> None:
        """Count no more."""
        self._soon.stop()
        if self._counting:
            self._counting.cancel()

    def add(self, path: str) -> None:
        """Protect this folder too."""
        if legible(path) not in self._shown:
            self._append(path)
            self._touched()

    def _append(self, path: str) -> None:
        shown = legible(path)  # Qt drops what is not UTF-8
        self._paths[shown] = path
        item = QListWidgetItem(icons.icon("folder"), shown)
        item.setData(_PATH, shown)
        self._list.addItem(item)

    @property
    def _shown(self) -> list[str]:
        return [self._list.item(row).data(_PATH) for row in range(self._list.count())]

    def _remove(self) -> None:
        for item in self._list.selectedItems():
            self._list.takeItem(self._list.row(item))
        self._touched()

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose a folder to back up"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.add)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _touched(self) -> None:
        self._soon.start()
        self.changed.emit()

    def _count(self) -> None:
        if self._counting:
            self._counting.cancel()
        self._amount.show_text(_("Counting…") if self.sources else "")
        self._counting = work.begin(self._measure()) if self.sources else None

    async def _measure(self) -> None:
        self._show(await measure(self.sources, self.exclude, self._own, self._show))

    def _show(self, amount: Amount) -> None:
        self._amount.show_text(
            words.amount(amount.files, amount.bytes, amount.largest, counting=amount.counting)
        )
        self._idle.setText(words.idle(amount.idle))

    def _lay_out(self) -> None:
        self._list.setAccessibleName(_("Folders to back up"))
        self._list.setMinimumHeight(12 * style.GRID)
        self._list.setMaximumHeight(24 * style.GRID)
        self._patterns.setAccessibleName(_("Skipped files"))
        self._patterns.setTabChangesFocus(True)
        self._patterns.setPlaceholderText("*.iso\nnode_modules/\n/Downloads/")
        self._patterns.setMaximumHeight(12 * style.GRID)
        QShortcut(QKeySequence.StandardKey.Delete, self._list, self._remove)
        add = widgets.button(_("Add a &folder…"), self._choose)
        remove = widgets.button(_("Re&move"), self._remove)
        self._list.itemSelectionChanged.connect(lambda: remove.setEnabled(bool(self._list.selectedItems())))
        remove.setEnabled(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(style.GRID)
        buttons.addWidget(add)
        buttons.addWidget(remove)
        buttons.addWidget(self._amount, 1)
        box = widgets.column(self)
        box.addWidget(self._list)
        box.addLayout(buttons)
        box.addSpacing(style.GRID)
        box.addWidget(widgets.sentence(_("Files to skip: one rsync pattern per line")))
        box.addWidget(self._patterns)
        box.addWidget(self._idle)


def _relabelled(source: Source, taken: set[str]) -> Source:
    """A label that no folder has which was there before."""
    label, number = source.label, 2
    while label in taken:
        label, number = f"{source.label}-{number}", number + 1
    return Source(label, source.path)
