"""The handbook in a window: contents on the left, the page on the right, back, forward and a search.

It opens with F1 or a Help button, in each window at the page that is about it. There is one at most.
"""

from collections.abc import Callable, Iterator

import msgspec
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QFontMetrics,
    QKeySequence,
    QShortcut,
    QShowEvent,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from secretsbackup.desktop import icons, markdown, style, widgets
from secretsbackup.words import handbook
from secretsbackup.words.handbook import HandbookPage, Link
from secretsbackup.words.language import _

_PLACE = Qt.ItemDataRole.UserRole
_SCHEME = "handbook"
"""A link to another page is `handbook:TOPIC#ANCHOR` in the window; other links are the desktop's affair."""


class _Visit(msgspec.Struct):
    """A page that was looked at, and how far down."""

    place: Link
    scrolled: int = 0


class Help(QWidget):
    """Shows a page, and remembers those before it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(_("Secrets Backup handbook"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._page: HandbookPage | None = None
        self._visits, self._at = list[_Visit](), -1
        self._contents, self._text = QTreeWidget(), QTextBrowser()
        self._sought, self._none = QLineEdit(), widgets.quiet()
        self._back = _arrow("back", _("Back"), lambda: self._go(-1))
        self._forward = _arrow("next", _("Forward"), lambda: self._go(1))
        self._list_contents()
        self._lay_out()
        self._listen()
        self.resize(120 * style.GRID, 84 * style.GRID)

    @property
    def place(self) -> Link:
        """Which page and section were asked for last."""
        return self._visits[self._at].place

    def show_place(self, place: Link) -> None:
        """Show a page, from its section on."""
        if self._visits:
            self._visits[self._at].scrolled = self._text.verticalScrollBar().value()
        self._visits = [*self._visits[: self._at + 1], _Visit(place)]
        self._at = len(self._visits) - 1
        self._read(place)

    def search(self) -> None:
        """Go to the next place where the text that was typed stands, on this page or one after it."""
        wanted = self._sought.text().strip()
        if not wanted or self._text.find(wanted):
            self._none.hide()
            return
        topic = next(filter(lambda one: _has(one, wanted), self._topics_after()), None)
        self._none.setVisible(topic is None)
        if topic is None:
            self._none.setText(_("The handbook does not mention “{text}”.").format(text=wanted))
            return
        self.show_place(Link(topic))
        self._text.moveCursor(QTextCursor.MoveOperation.Start)
        self._text.find(wanted)

    def _topics_after(self) -> Iterator[str]:
        """All pages in their order, beginning after this one and ending with it."""
        now = handbook.TOPICS.index(self.place.topic)
        yield from (*handbook.TOPICS[now + 1 :], *handbook.TOPICS[: now + 1])

    def _go(self, by: int) -> None:
        if not 0 <= self._at + by < len(self._visits):
            return
        self._visits[self._at].scrolled = self._text.verticalScrollBar().value()
        self._at += by
        self._read(self.place)
        self._text.verticalScrollBar().setValue(self._visits[self._at].scrolled)

    def _read(self, place: Link) -> None:
        if self._page is None or self._page.topic != place.topic:
            self._page = handbook.page(place.topic)
            self._draw(self._page)
        self._scroll_to(place.anchor)
        self._back.setEnabled(self._at > 0)
        self._forward.setEnabled(self._at < len(self._visits) - 1)
        self._mark_contents(place)

    def _draw(self, page: HandbookPage) -> None:
        text = handbook.with_links(page.text, page.topic, _as_link)
        self._text.setDocument(markdown.document(text, self._text.font(), self.palette(), self._text))
        self._text.setAccessibleName(page.title)

    def _scroll_to(self, anchor: str) -> None:
        bar = self._text.verticalScrollBar()
        if self._page is None or not anchor:
            bar.setValue(0)
            return
        layout = self._text.document().documentLayout()
        layout.documentSize()  # lays all of it out
        headings = zip(self._page.sections, markdown.headings(self._text.document()), strict=True)
        block = next((block for section, block in headings if section.anchor == anchor), None)
        if block is not None:
            self._text.setTextCursor(QTextCursor(block))
            bar.setValue(round(layout.blockBoundingRect(block).top()) - style.GRID)

    def _mark_contents(self, place: Link) -> None:
        """Show where one is; only the page that is read has its sections listed."""
        for item in _items(self._contents):
            of_page = item.parent() or item
            here: Link = of_page.data(0, _PLACE.value)
            if item is of_page:
                item.setExpanded(here.topic == place.topic)
            if item.data(0, _PLACE.value) == place:
                self._contents.blockSignals(True)
                self._contents.setCurrentItem(item)
                self._contents.blockSignals(False)

    def _list_contents(self) -> None:
        for topic in handbook.TOPICS:
            page = handbook.page(topic)
            top = _item(self._contents, page.title, Link(topic))
            for section in page.sections:
                if section.level == 2 and section.anchor:
                    _item(top, section.title, Link(topic, section.anchor))

    def _lay_out(self) -> None:
        self._contents.setHeaderHidden(True)
        self._contents.setIndentation(2 * style.GRID)
        self._contents.setFrameShape(QFrame.Shape.NoFrame)
        self._contents.setAccessibleName(_("Contents"))
        self._contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._contents.setFixedWidth(max(32 * style.GRID, 32 * self.fontMetrics().averageCharWidth()))
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text.setOpenLinks(False)
        self._sought.setPlaceholderText(_("Search the handbook"))
        self._sought.setAccessibleName(_("Search the handbook"))
        self._sought.setClearButtonEnabled(True)
        self._sought.addAction(icons.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._none.hide()
        above = QHBoxLayout()
        above.setContentsMargins(*[style.GRID] * 4)
        above.setSpacing(style.GRID)
        above.addWidget(self._back)
        above.addWidget(self._forward)
        above.addWidget(self._sought, 1)
        right = widgets.column(gap=0)
        right.addLayout(above)
        right.addWidget(self._none)
        right.addWidget(widgets.rule())
        right.addWidget(self._text, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._contents)
        row.addLayout(right, 1)

    def _listen(self) -> None:
        self._text.anchorClicked.connect(self._follow)
        self._contents.currentItemChanged.connect(self._chosen)
        self._sought.returnPressed.connect(self.search)
        self._sought.textChanged.connect(lambda _text: self._none.hide())
        keys = QKeySequence.StandardKey
        for key, do in (
            (keys.Find, self._sought.setFocus),
            (keys.FindNext, self.search),
            (keys.Back, lambda: self._go(-1)),
            (keys.Forward, lambda: self._go(1)),
            (keys.Close, self.close),
            (keys.Cancel, self.close),
        ):
            QShortcut(key, self, do)

    def _chosen(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.show_place(item.data(0, _PLACE.value))

    def _follow(self, url: QUrl) -> None:
        """Follow a link: within the handbook here, out of it where the desktop opens such things."""
        if url.scheme() == _SCHEME:
            self.show_place(Link(url.path(), url.fragment()))
        else:
            QDesktopServices.openUrl(url)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Only now is it known how wide the text is, and so where a section begins."""
        super().showEvent(event)
        QTimer.singleShot(0, self, lambda: self._scroll_to(self.place.anchor))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange and self._page:
            scrolled = self._text.verticalScrollBar().value()
            self._draw(self._page)
            self._text.verticalScrollBar().setValue(scrolled)
        super().changeEvent(event)


_shown: list[Help] = []
"""The window while it is there: nothing else keeps it."""


def show_help(topic: str) -> Help:
    """Open the handbook at a page, or at a part of one: `keys`, `keys#extend`."""
    if not _shown:
        _shown.append(Help())
        _shown[0].destroyed.connect(_shown.clear)
    shown = _shown[0]
    page, _hash, anchor = topic.partition("#")
    shown.show_place(Link(page, anchor))
    shown.show()
    shown.setWindowState(shown.windowState() & ~Qt.WindowState.WindowMinimized)
    shown.raise_()
    shown.activateWindow()
    return shown


def offer_help(window: QWidget, topic: str | Callable[[], str]) -> QPushButton:
    """Have F1 open the handbook in a window, and give a button that does the same.

    A window whose question changes says by a function what it is about now.
    """

    def opened() -> None:
        show_help(topic if isinstance(topic, str) else topic())

    QShortcut(QKeySequence.StandardKey.HelpContents, window, opened)
    made = widgets.flat(_("Help"), opened)
    made.setToolTip(QKeySequence(QKeySequence.StandardKey.HelpContents).toString())
    made.setAutoDefault(False)
    return made


def _has(topic: str, wanted: str) -> bool:
    document = QTextDocument()
    document.setMarkdown(handbook.page(topic).text)
    return not document.find(wanted).isNull()


def _as_link(label: str, to: Link) -> str:
    return f"[{label}]({_SCHEME}:{to.topic}{f'#{to.anchor}' if to.anchor else ''})"


def _arrow(icon: str, name: str, clicked: Callable[[], object]) -> QPushButton:
    made = widgets.flat("", clicked)
    icons.put(made, icon)
    made.setAccessibleName(name)
    made.setToolTip(name)
    return made


def _item(parent: QTreeWidget | QTreeWidgetItem, text: str, place: Link) -> QTreeWidgetItem:
    made = QTreeWidgetItem(parent, [text])
    made.setData(0, _PLACE.value, place)
    made.setToolTip(0, text)
    made.setSizeHint(0, QSize(0, QFontMetrics(made.font(0)).height() + style.GRID))
    return made


def _items(tree: QTreeWidget) -> Iterator[QTreeWidgetItem]:
    for row in range(tree.topLevelItemCount()):
        if top := tree.topLevelItem(row):
            yield top
            yield from filter(None, map(top.child, range(top.childCount())))
