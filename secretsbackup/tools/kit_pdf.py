"""Paper: writes a kit as a text and as a PDF, and reads a text, a PDF or a picture of its codes.

The PDF is painted by Qt, which only the desktop knows: so by a child process of its own.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import Secret
from secretsbackup.model.sheet import Sheet, SheetPart
from secretsbackup.tools import process

_MOST = 1 << 24
"""Bytes; a kit has some thousands, a photograph of one some millions."""
_WIDTH = 100
_LIMIT_S = 60.0
"""Seconds; Qt needs one."""


def with_passphrase(sheet: Sheet, fact: str, passphrase: Secret) -> Sheet:
    """The sheet with the passphrase in the place of that fact's blank line."""

    def filled(part: SheetPart) -> SheetPart:
        facts = tuple((name, passphrase.reveal() if name == fact else value) for name, value in part.facts)
        return msgspec.structs.replace(part, facts=facts)

    return msgspec.structs.replace(sheet, parts=tuple(map(filled, sheet.parts)))


def write_text(sheet: Sheet, path: Path) -> None:
    """Write the sheet as a text, whole or not at all, owner-only."""
    _write(path, text(sheet))


def text(sheet: Sheet) -> bytes:
    """The sheet as a text, which plain gpg can import."""
    return "\n".join(_text(sheet)).encode() + b"\n"


async def write_pdf(sheet: Sheet, path: Path) -> None:
    """Write the sheet as a PDF, whole or not at all, owner-only; Failure(TOOL_FAILED) without Qt."""
    with _replacing(path) as new:
        try:
            async with asyncio.timeout(_LIMIT_S):
                ended = await process.run(
                    Path(sys.executable),
                    ["-m", "secretsbackup.desktop.kit_pdf", f"/dev/fd/{new}"],
                    env=process.environment(QT_QPA_PLATFORM="offscreen"),
                    given=msgspec.json.encode(sheet),
                    held=new,
                )
        except TimeoutError:
            raise Failure(causes.ToolFailed("painting the PDF")) from None
        if ended.status != 0 or not os.fstat(new).st_size:
            raise Failure(causes.ToolFailed("painting the PDF"), ended.last_lines[-5:])


async def read(path: Path) -> str:
    """The text of a kit: of a text file, of a PDF (by poppler) or of a picture of its codes (by ZBar)."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST)
    except OSError as error:
        raise Failure(causes.KitBroken(f"{path}: {error.strerror or error}")) from None
    if content.startswith(b"%PDF"):
        return await _said("pdftotext", ["-raw", "-enc", "UTF-8", str(path.absolute()), "-"])
    if content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return await _said("zbarimg", ["--quiet", "--raw", str(path.absolute())])
    return content.decode("utf-8", "replace")


async def _said(program: str, words: list[str]) -> str:
    lines: list[bytes] = []
    await process.run(process.find(program), words, on_line=lines.append)
    return b"\n".join(lines).decode("utf-8", "replace")


def _write(path: Path, content: bytes) -> None:
    with _replacing(path) as new, open(new, "wb", closefd=False) as file:
        file.write(content)


@contextmanager
def _replacing(path: Path) -> Iterator[int]:
    """A new file that takes this place once it is written; Failure(NOT_WRITABLE).

    Others may be able to write to the folder: they cannot guess its name, and it is written to by its
    descriptor alone.
    """
    try:
        descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    except OSError as error:
        raise Failure(causes.NotWritable(str(path)), (str(error),)) from None
    try:
        yield descriptor
        os.fsync(descriptor)
        Path(new).replace(path)
    except OSError as error:
        raise Failure(causes.NotWritable(str(path)), (str(error),)) from None
    finally:
        os.close(descriptor)
        Path(new).unlink(missing_ok=True)


def _text(sheet: Sheet) -> list[str]:
    said = [sheet.title.upper(), sheet.subtitle, ""]
    for part in sheet.parts:
        said += _part(part)
    said += [*_part(sheet.block), sheet.armor, "", *_part(sheet.typing), *sheet.lines]
    return said


def _part(part: SheetPart) -> list[str]:
    import textwrap

    width = max((len(name) for name, _ in part.facts), default=0)
    facts = [f"  {name:{width}}  {value}" for name, value in part.facts]
    commands = [textwrap.indent(command, "    ") for command in part.commands]
    blocks = [textwrap.wrap(part.text, _WIDTH), facts, commands]
    return [part.title, "-" * len(part.title), *(line for block in blocks if block for line in (*block, ""))]
