"""A kit is written as its owner's own, also where others may write."""

import asyncio
import os
from pathlib import Path

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.model.sheet import Sheet, SheetPart
from secretsbackup.tools import kit_pdf

SHEET = Sheet(
    title="A kit",
    subtitle="of a test",
    parts=(),
    codes=SheetPart(title="Codes"),
    block=SheetPart(title="Block"),
    armor="",
    typing=SheetPart(title="Typing"),
    lines=(),
    pieces=(),
)


async def _as_text(sheet: Sheet, path: Path) -> None:
    kit_pdf.write_text(sheet, path)


@pytest.mark.parametrize("write", [_as_text, kit_pdf.write_pdf])
def test_what_was_planted_is_not_written_to(tmp_path: Path, write: object) -> None:
    assert callable(write)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / f".kit.{os.getpid()}.new").hardlink_to(victim)
    asyncio.run(write(SHEET, tmp_path / "kit"))
    assert victim.read_text() == "precious"
    status = (tmp_path / "kit").stat()
    assert (status.st_mode & 0o777, status.st_nlink, status.st_uid) == (0o600, 1, os.geteuid())
    assert status.st_size > 0


@pytest.mark.parametrize("write", [_as_text, kit_pdf.write_pdf])
def test_what_could_not_be_written_leaves_nothing(tmp_path: Path, write: object) -> None:
    assert callable(write)
    (tmp_path / "kit").mkdir()
    with pytest.raises(Failure):
        asyncio.run(write(SHEET, tmp_path / "kit"))
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]
