"""The handbook tells of the faults just what was seen."""

import dataclasses
from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.bench import Row


def test_the_handbook_tells_what_was_seen(rows: list[Row], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-table", default=False):
        table.write(rows)
    known = table.told()
    assert [table.line(row) for row in rows if table.line(row) not in known] == []
    here = [item.path for item in request.session.items if "faults" in item.path.parts]
    chosen = request.config.getoption("keyword") or any("::" in word for word in request.config.args)
    all_files = {*here} == {*Path(__file__).parent.glob("test_*.py")}
    telling = [item for item in request.session.items if "rows" in getattr(item, "fixturenames", ())]
    if request.config.getoption("--slow") and all_files and not chosen and len(rows) == len(telling) - 1:
        assert sorted(known) == sorted(table.written(rows))


def test_a_row_that_the_handbook_tells_otherwise_is_found() -> None:
    row = Row("Full disks", "disk full, at the stage", "completed", "", "good", "completed")
    told = table.lines_of(row)
    assert len(told) == 1
    assert told != [table.line(row)]
    assert table.lines_of(dataclasses.replace(row, family="Kills")) == []
