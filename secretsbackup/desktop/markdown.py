"""Markdown as a window shows it: Qt reads it, but leaves out distances, surfaces and legible links."""

from collections.abc import Iterator

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)

from secretsbackup.desktop import style

_SIZES = {1: 1.6, 2: 1.25, 3: 1.05}
"""How much larger than text a heading is, by its level."""


def document(text: str, font: QFont, colours: QPalette, parent: QObject) -> QTextDocument:
    """A text of Markdown, in this font and in colours that can be read on this palette."""
    made = QTextDocument(parent)
    made.setDefaultFont(font)
    made.setDocumentMargin(3 * style.GRID)
    made.setMarkdown(text)
    for block in blocks(made):
        _dress(block, font, colours)
    for frame in made.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame, colours)
    return made


def headings(of: QTextDocument) -> Iterator[QTextBlock]:
    """The headings, from top to bottom."""
    return (block for block in blocks(of) if block.blockFormat().headingLevel())


def blocks(of: QTextDocument) -> Iterator[QTextBlock]:
    """All paragraphs, lines of code and cells of tables, from top to bottom."""
    block = of.begin()
    while block.isValid():
        yield block
        block = block.next()


def link_colour(colours: QPalette) -> QColor:
    """For links: 4.5 to 1 on what they stand on, which the palettes of many desktops miss."""
    return QColor("#7ab8f5" if style.is_dark(colours) else "#1a5fb4")


def _dress(block: QTextBlock, font: QFont, colours: QPalette) -> None:
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    if level := block.blockFormat().headingLevel():
        _dress_heading(cursor, level, font)
    elif _is_code(block):
        _dress_code(cursor, block, colours)
    elif not cursor.currentTable():
        goes_on = block.textList() and block.next().textList()
        cursor.mergeBlockFormat(_apart(0, 0.5 if goes_on else 1.25))
    _dress_links(block, colours)


def _dress_heading(cursor: QTextCursor, level: int, font: QFont) -> None:
    text = QTextCharFormat()
    text.setFontPointSize(font.pointSizeF() * _SIZES.get(level, 1.0))
    text.setFontWeight(QFont.Weight.Bold)
    cursor.mergeCharFormat(text)
    cursor.mergeBlockFormat(_apart(0 if level == 1 else 3, 1))


def _dress_code(cursor: QTextCursor, block: QTextBlock, colours: QPalette) -> None:
    text = QTextCharFormat()
    text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    cursor.mergeCharFormat(text)
    surface = _apart(0, 0 if _is_code(block.next()) else 2)
    surface.setNonBreakableLines(False)
    surface.setBackground(
        QBrush(style.mixed(colours, QPalette.ColorRole.Text, QPalette.ColorRole.Base, 0.08))
    )
    surface.setLeftMargin(2 * style.GRID)
    cursor.mergeBlockFormat(surface)


def _dress_links(block: QTextBlock, colours: QPalette) -> None:
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        if fragment.charFormat().isAnchor():
            cursor = QTextCursor(block)
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            text = QTextCharFormat()
            text.setForeground(QBrush(link_colour(colours)))
            cursor.mergeCharFormat(text)
        fragments += 1


def _dress_table(table: QTextTable, colours: QPalette) -> None:
    made = table.format()
    made.setCellPadding(style.GRID // 2)
    made.setCellSpacing(0)
    made.setBorder(1)
    made.setBorderCollapse(True)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBorderBrush(QBrush(style.line_colour(colours)))
    made.setBottomMargin(2 * style.GRID)
    table.setFormat(made)


def _apart(above: float, below: float) -> QTextBlockFormat:
    made = QTextBlockFormat()
    made.setTopMargin(above * style.GRID)
    made.setBottomMargin(below * style.GRID)
    return made


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)
