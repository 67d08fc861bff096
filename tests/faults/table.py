"""The table of faults in the handbook: made of what the tests saw, and held against it."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from types import ModuleType

from tests.faults.bench import Row

PAGE = Path(__file__).parents[2] / "resources" / "help" / "reliability.md"
BEGIN, END = "<!-- faults: written by tests/faults -->", "<!-- faults end -->"
_HEAD = (
    "| what happens | the run ends | and says | status | the next run |",
    "| --- | --- | --- | --- | --- |",
)


def family(module: ModuleType) -> str:
    """What a module of faults is about: the first sentence that it says of itself."""
    return (module.__doc__ or "").partition(".")[0]


def written(rows: Iterable[Row]) -> list[str]:
    """The lines of the table."""
    made = list(_HEAD)
    for name, some in groupby(sorted(rows, key=lambda row: row.family), key=lambda row: row.family):
        made += [f"| **{name}** | | | | |", *(line(row) for row in some)]
    return made


def line(row: Row) -> str:
    """One line."""
    return "| " + " | ".join((row.fault, row.ends, row.says, row.light, row.then)) + " |"


def told() -> list[str]:
    """The lines that the page has."""
    text = PAGE.read_text()
    return text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()


def lines_of(row: Row) -> list[str]:
    """The lines that the page has for the fault of this row, under its family."""
    found, under = [], ""
    for text in told()[len(_HEAD) :]:
        first = text.removeprefix("| ").partition(" | ")[0]
        if first.startswith("**"):
            under = first.strip("*")
        elif (under, first) == (row.family, row.fault):
            found.append(text)
    return found


def write(rows: Iterable[Row]) -> None:
    """Put the table into the page."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin
    assert end
    PAGE.write_text("\n".join((before + begin, *written(rows), end + after)))
