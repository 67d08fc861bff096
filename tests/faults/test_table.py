"""The README tells of the faults just what was seen."""

import pytest

from tests.faults import table
from tests.faults.bench import Row


def test_the_readme_tells_what_was_seen(rows: list[Row], request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-table", default=False):
        table.write(rows)
    known = table.told()
    assert [table.line(row) for row in rows if table.line(row) not in known] == []
    there_are = sum("faults" in item.path.parts for item in request.session.items) - 1
    if len(rows) == there_are:
        assert sorted(known) == sorted(table.written(rows))
