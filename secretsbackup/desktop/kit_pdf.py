"""Paints a recovery kit: `python -m secretsbackup.desktop.kit_pdf OUT.pdf`, with the sheet as JSON on stdin.

A program of its own, since only the desktop knows Qt: whoever wants a PDF starts it. What it paints fits
on A4 as well as on US Letter.
"""

import io
import sys
from html import escape

import msgspec
import segno
from PySide6.QtCore import QMarginsF, QUrl
from PySide6.QtGui import (
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextDocument,
)

from secretsbackup.model.sheet import BLANK, Sheet, SheetPart

_MARGINS = QMarginsF(40, 28, 32, 70)
"""Points; with them a page of A4 (595 × 842) needs no more than Letter (612 × 792) can print."""
_LONG = 64
"""Lines; more stand in two columns."""
_PIXELS = 8
"""For a module of a code, so that no viewer blurs it."""
_PIXEL = 96 / 72
"""Of Qt's documents, in points."""
_STYLE = """
body { font-size: 9pt; color: #111; }
p { margin-top: 0px; margin-bottom: 5px; }
.title { font-size: 22pt; font-weight: bold; margin-bottom: 0px; }
.head { font-size: 11pt; font-weight: bold; margin-top: 13px; margin-bottom: 3px; }
.grey { color: #555; }
.mono { font-family: MONO; font-size: 8pt; white-space: pre; }
"""


def paint(sheet: Sheet, path: str) -> None:
    """Paint a sheet; the codes below what is to be read, the lines on a page of their own."""
    writer = QPdfWriter(path)
    a4, upright = QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait
    layout = QPageLayout(a4, upright, _MARGINS)
    writer.setPageLayout(layout)
    writer.setTitle(f"{sheet.title} {sheet.subtitle}")
    writer.setCreator("Secrets Backup")
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setPageSize(layout.paintRect(QPageLayout.Unit.Point).size() * _PIXEL)
    mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    document.setDefaultStyleSheet(_STYLE.replace("MONO", mono))
    for number, piece in enumerate(sheet.pieces):
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"code:{number}"), _code(piece))
    document.setHtml(_page(sheet))
    document.print_(writer)


def _code(piece: str) -> QImage:
    """A QR code with the white around it that a reader needs (ISO/IEC 18004: four modules)."""
    drawn = io.BytesIO()
    segno.make_qr(piece, error="l").save(drawn, kind="png", scale=_PIXELS, border=4)
    return QImage.fromData(drawn.getvalue())


def _page(sheet: Sheet) -> str:
    title = f"<p class=title>{escape(sheet.title)}</p><p class=grey>{escape(sheet.subtitle)}</p>"
    first = "".join(_part(part) for part in (*sheet.parts, sheet.codes))
    second = _part(sheet.typing, before="always")
    return f"<body>{title}{first}{_codes(len(sheet.pieces))}{second}{_lines(sheet.lines)}</body>"


def _part(part: SheetPart, before: str = "auto") -> str:
    title = f'<p class=head style="page-break-before: {before}">{escape(part.title)}</p>'
    text = f"<p>{escape(part.text)}</p>" if part.text else ""
    return f"{title}{text}{_facts(part)}{_commands(part)}"


def _facts(part: SheetPart) -> str:
    rows = "".join(
        f"<tr>{_label(name)}<td width=100%>{_value(value)}</td></tr>" for name, value in part.facts
    )
    return f"<table width=100% cellspacing=0 cellpadding=1>{rows}</table>" if rows else ""


def _label(name: str) -> str:
    return f'<td class=grey style="white-space: pre">{escape(name)}    </td>'


def _value(value: str) -> str:
    """A value, or a box to write in by hand."""
    if value == BLANK:
        return "<table border=1 cellspacing=0 width=100%><tr><td>&nbsp;<br>&nbsp;<br>&nbsp;</td></tr></table>"
    return f'<span class=mono style="white-space: pre-wrap">{escape(value)}</span>'


def _commands(part: SheetPart) -> str:
    cell = f'<td bgcolor="#f0f0f0"><pre class=mono>{escape(chr(10).join(part.commands))}</pre></td>'
    return f"<table width=100% cellspacing=0 cellpadding=5><tr>{cell}</tr></table>" if part.commands else ""


def _codes(count: int) -> str:
    """Up to three in a row; each with its number."""
    size = 215 if count <= 3 else 146
    square = f"width={size} height={size}"
    cells = [
        f'<td align=center><img src="code:{number}" {square}><br>{number + 1} of {count}</td>'
        for number in range(count)
    ]
    rows = "".join(f"<tr>{''.join(cells[at : at + 3])}</tr>" for at in range(0, count, 3))
    return f"<table width=100% cellspacing=0 cellpadding=0>{rows}</table>"


def _lines(lines: tuple[str, ...]) -> str:
    """The lines as large as they fit: in one column, or in two where there are many."""
    if len(lines) <= _LONG:
        return _column(lines, 9.5)
    half = -(-len(lines) // 2)
    cells = "".join(f"<td>{_column(part, 5.3)}</td>" for part in (lines[:half], lines[half:]))
    return f"<table width=100% cellspacing=0 cellpadding=0><tr>{cells}</tr></table>"


def _column(lines: tuple[str, ...], points: float) -> str:
    return f'<pre class=mono style="font-size: {points}pt">{escape(chr(10).join(lines))}</pre>'


def main() -> int:
    """Read a sheet, paint it; the path is the only argument."""
    sheet = msgspec.json.decode(sys.stdin.buffer.read(), type=Sheet)
    application = QGuiApplication(sys.argv[:1])
    paint(sheet, sys.argv[1])
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
