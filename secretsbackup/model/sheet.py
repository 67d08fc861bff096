"""Sheets: what a recovery kit says when it is printed, part by part."""

import msgspec

BLANK = "_" * 40
"""Where somebody writes by hand."""


class SheetPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the sheet; `facts` have a name each, `commands` are for a terminal."""

    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A kit as it is printed: what it says, the lines, the codes and the armored block."""

    title: str
    subtitle: str
    parts: tuple[SheetPart, ...]
    codes: SheetPart
    typing: SheetPart
    block: SheetPart
    lines: tuple[str, ...]
    pieces: tuple[str, ...]
    armor: str
