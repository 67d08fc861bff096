"""What to protect: folders with their sizes, counted while one chooses, and what could be left out."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.elided_label import ElidedLabel
from secretsbackup.desktop.form import Problem, of_draft
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.short_names import name_of, short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.draft import problems
from secretsbackup.model.plan import Protected, StartFrom
from secretsbackup.model.profile import labelled
from secretsbackup.model.size_estimate import LargeItem, Leftover, SizeEstimate, Suggestion, chosen
from secretsbackup.operations.setup import registry, size_up
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio

_SOON = 300
"""Milliseconds after the last change."""
_PLACES = (
    QStandardPaths.StandardLocation.DocumentsLocation,
    QStandardPaths.StandardLocation.PicturesLocation,
    QStandardPaths.StandardLocation.DesktopLocation,
    QStandardPaths.StandardLocation.MusicLocation,
    QStandardPaths.StandardLocation.MoviesLocation,
    QStandardPaths.StandardLocation.DownloadLocation,
    QStandardPaths.StandardLocation.HomeLocation,
)


class FilesPage(Page[Protected]):
    """Folders, what is left out of them, and a name for it all."""

    def __init__(self, start: StartPage, home: Home, taken: Callable[[], Sequence[str]]) -> None:
        super().__init__(
            _("Files"),
            _("What can’t you afford to lose?"),
            _(
                "Choose folders. They are only read, never changed. Files that links point to "
                "are backed up, too."
            ),
        )
        self._start, self._home, self._taken = start, home, taken
        self._sources: list[str] = []
        self._exclude: list[str] = []
        self._decided: set[str] = set()
        self._seen = SizeEstimate()
        self._counting: asyncio.Task[None] | None = None
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self._count)
        self._sizes: dict[str, QLabel] = {}
        self._boxes: dict[Leftover, QCheckBox] = {}
        self._listed: tuple[list[LargeItem], list[str]] = ([], [])
        self.name = QLineEdit()
        self._named = False
        self._rows, self._offers = widgets.column(gap=0), QHBoxLayout()
        self._total, self._out, self._large = widgets.sentence(), widgets.column(gap=1), widgets.column(gap=0)
        self._lay_out()
        self.name.textEdited.connect(self._typed)
        self.take(Protected(sources=self._usual()[:1]))

    @property
    def answer(self) -> Protected:
        return Protected(self.name.text().strip(), tuple(self._sources), tuple(self._exclude))

    @property
    def appraisal(self) -> SizeEstimate:
        """What was counted so far."""
        return self._seen

    def wanted(self) -> bool:
        return self._start.answer in (StartFrom.NEW, StartFrom.THERE)

    def entered(self) -> None:
        if not self._seen.done:
            self._soon.start()

    def take(self, what: Protected) -> None:
        """Show these folders, and count them."""
        self._sources, self._exclude = list(what.sources), list(what.exclude)
        self._named = bool(what.name)
        self.name.setText(what.name)
        self._decided = {*what.exclude}
        self._changed()

    def problems(self) -> Sequence[Problem]:
        draft = registry.partial_profile(
            self.name.text().strip(), labelled(self._sources), tuple(self._exclude)
        )
        found = [of_draft(one) for one in problems(draft) if one.field in ("name", "sources", "exclude")]
        found += [
            Problem("sources", _("“{path}” does not exist.").format(path=path))
            for path in self._sources
            if not Path(path).exists()
        ]
        if draft.name in self._taken():
            found.append(Problem("name", _("A backup with this name already exists.")))
        return found

    def stop(self) -> None:
        """Count no more."""
        self._soon.stop()
        if self._counting:
            self._counting.cancel()

    def add(self, path: str) -> None:
        """Protect this folder too."""
        if path not in self._sources:
            self._sources.append(path)
            self._changed()
            self.touch("sources")

    def remove(self, path: str) -> None:
        """Do not protect this folder."""
        self._sources.remove(path)
        self._changed()
        self.touch("sources")

    def leave_out(self, patterns: Sequence[str], *, out: bool) -> None:
        """Leave out what these patterns match, or take it in again."""
        self._decided.update(patterns)
        self._exclude = [one for one in self._exclude if one not in patterns]
        self._exclude += patterns if out else ()
        known = {pattern for one in self._seen.suggestions for pattern in one.patterns}
        if not {*patterns} <= known:
            self._soon.start()
        self._draw()
        self.refresh()

    # Counting

    def _changed(self) -> None:
        self._suggest_name()
        self._seen = SizeEstimate()
        self._draw()
        self._soon.start()
        self.refresh()

    def _count(self) -> None:
        if self._counting:
            self._counting.cancel()
        self._counting = work.begin(self._appraise())

    async def _appraise(self) -> None:
        self._hear(await size_up.size_up(self._sources, self._exclude, self._home, self._hear))

    def _hear(self, seen: SizeEstimate) -> None:
        """What programs make again is left out as soon as it is found, unless somebody said otherwise."""
        self._seen = seen
        for one in seen.suggestions:
            fresh = [pattern for pattern in one.patterns if pattern not in self._decided]
            if one.kind.offered and fresh:
                self._decided.update(fresh)
                self._exclude += [pattern for pattern in fresh if pattern not in self._exclude]
        self._draw()

    # Showing

    def _draw(self) -> None:
        """What only changes its figures stays as it is, so that the keyboard's place is not lost."""
        if list(self._sizes) != self._sources:
            _clear(self._rows)
            self._sizes = {}
            for path in self._sources:
                self._rows.addWidget(self._row(path))
            self._offer()
        for path, size in self._sizes.items():
            tally = self._seen.of(path, self._exclude)
            size.setText(words.size(tally.bytes) if path in self._seen.sources else _("counting…"))
            size.setToolTip(words.files(tally.files))
        self._total.setText(self._sum())
        self._show_suggestions()
        self._show_largest()

    def _offer(self) -> None:
        _clear(self._offers)
        for path in [one for one in self._usual() if one not in self._sources][:4]:
            self._offers.addWidget(self._button(path))
        self._offers.addStretch(1)

    def _button(self, path: str) -> QWidget:
        button = widgets.flat(_("+ {folder}").format(folder=name_of(path)), lambda: self.add(path))
        button.setAccessibleName(_("Back up {path}").format(path=path))
        return button

    def _sum(self) -> str:
        if not self._sources:
            return ""
        total = self._seen.total(self._exclude)
        counted = f"{words.files(total.files)}, {words.size(total.bytes)}"
        return counted if self._seen.done else _("{so_far}, counting…").format(so_far=counted)

    def _row(self, path: str) -> QWidget:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(style.GRID)
        mark = QLabel()
        icons.keep(mark, lambda one: one.setPixmap(icons.icon("folder").pixmap(20, 20)))
        name = ElidedLabel("sentence")
        name.show_text(short(path))
        size = self._sizes[path] = widgets.quiet()
        size.setWordWrap(False)
        widgets.tabular(size)
        away = widgets.flat("", lambda: self.remove(path))
        icons.put(away, "close")
        away.setToolTip(_("Do not back up {path}").format(path=path))
        away.setAccessibleName(_("Do not back up {path}").format(path=path))
        box.addWidget(mark)
        box.addWidget(name, 1)
        box.addWidget(size)
        box.addWidget(away)
        return row

    def _show_suggestions(self) -> None:
        there = {one.kind for one in self._seen.suggestions}
        for kind, box in self._boxes.items():
            box.setVisible(kind in there)
        for one in self._seen.suggestions:
            self._box(one)
        self._out_title.setVisible(bool(self._seen.suggestions))

    def _box(self, one: Suggestion) -> None:
        box = self._boxes.get(one.kind)
        if box is None:
            box = self._boxes[one.kind] = QCheckBox()
            kind = one.kind
            box.clicked.connect(lambda out: self.leave_out(self._patterns(kind), out=out))
            self._out.addWidget(box)
        title = words.leftover(one.kind)
        box.setText(f"{title.title} · {words.size(one.all.bytes)}")
        box.setToolTip("\n".join((title.advice, *one.patterns[:12])))
        box.setAccessibleDescription(title.advice)
        box.setChecked(chosen(one, self._exclude))
        box.show()

    def _patterns(self, kind: Leftover) -> tuple[str, ...]:
        return next((one.patterns for one in self._seen.suggestions if one.kind is kind), ())

    def _show_largest(self) -> None:
        large = [thing for thing in self._seen.largest if thing.pattern not in self._exclude][:5]
        large = large if self._seen.done else []
        own = [one for one in self._exclude if one.startswith("/") and not self._suggested(one)]
        if (large, own) == self._listed:
            return
        self._listed = (large, own)
        _clear(self._large)
        self._large_title.setVisible(bool(large or own))
        for thing in large:
            self._large.addWidget(self._thing(thing))
        for pattern in own:
            self._large.addWidget(self._taken_out(pattern))

    def _suggested(self, pattern: str) -> bool:
        return any(pattern in one.patterns for one in self._seen.suggestions)

    def _thing(self, thing: LargeItem) -> QWidget:
        return _line(
            "folder" if thing.folder else "file",
            short(thing.path),
            words.size(thing.bytes),
            _("Skip"),
            _("Skip {path}").format(path=thing.path),
            lambda: self.leave_out([thing.pattern], out=True),
        )

    def _taken_out(self, pattern: str) -> QWidget:
        return _line(
            "minus",
            pattern.strip("/"),
            _("skipped"),
            _("Include again"),
            _("Include {path} again").format(path=pattern),
            lambda: self.leave_out([pattern], out=False),
        )

    # The name, and the rest

    def _suggest_name(self) -> None:
        """The first folder's name, until somebody types another."""
        if not self._named:
            wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(self._sources[0]).name) if self._sources else ""
            self.name.setText(registry.free_name(wanted, self._taken()))

    def _typed(self) -> None:
        self._named = bool(self.name.text())
        self.touch("name")

    def _usual(self) -> tuple[str, ...]:
        places = (QStandardPaths.writableLocation(place) for place in _PLACES)
        return tuple(dict.fromkeys(place for place in places if place and Path(place).is_dir()))

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose a folder to back up"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.add)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _lay_out(self) -> None:
        folders = widgets.card()
        inside = folders.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addLayout(self._rows)
        adding = QHBoxLayout()
        adding.addWidget(widgets.button(_("&Add a folder…"), self._choose))
        adding.addLayout(self._offers, 1)
        inside.addLayout(adding)
        inside.addWidget(widgets.rule())
        widgets.tabular(self._total)
        inside.addWidget(self._total)
        self.add_field("sources", "", folders)
        folders.setAccessibleName(_("Folders to back up"))
        self._out_title = widgets.heading(_("Suggestions to skip"))
        self._large_title = widgets.heading(_("Largest items"))
        for title, box in ((self._out_title, self._out), (self._large_title, self._large)):
            title.hide()
            self.body.addWidget(title)
            self.body.addLayout(box)
        self.add_field("name", _("Na&me of this backup"), self.name)
        self.name.setMaximumWidth(40 * style.GRID)


def _line(icon: str, text: str, amount: str, label: str, spoken: str, do: Callable[[], object]) -> QWidget:
    row = QWidget()
    box = QHBoxLayout(row)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(style.GRID)
    mark, name, size = QLabel(), ElidedLabel("sentence"), widgets.quiet(amount)
    icons.keep(mark, lambda one: one.setPixmap(icons.icon(icon).pixmap(16, 16)))
    name.show_text(text)
    size.setWordWrap(False)
    button = widgets.flat(label, do)
    button.setAccessibleName(spoken)
    box.addWidget(mark)
    box.addWidget(name, 1)
    box.addWidget(size)
    box.addWidget(button)
    return row


def _clear(box: QVBoxLayout | QHBoxLayout) -> None:
    while item := box.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
