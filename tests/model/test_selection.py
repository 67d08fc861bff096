"""A selection is what its check boxes show, held against a plain set of chosen files."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as some

from secretsbackup.model.selection import Mark, Selection

FILES = tuple(
    b"/".join(parts)
    for parts in (
        (b"a", b"one"),
        (b"a", b"b", b"two"),
        (b"a", b"b", b"three"),
        (b"a", b"b.", b"four"),
        (b"ab", b"five"),
        (b"six",),
    )
)
PATHS = (b"", *{file[:end] for file in FILES for end in range(1, len(file) + 1) if (file + b"/")[end] == 47})


def below(folder: bytes) -> set[bytes]:
    """The files at or below a path."""
    return {file for file in FILES if folder in (b"", file) or file.startswith(folder + b"/")}


def children(folder: bytes) -> Iterable[bytes]:
    """What lies in a folder."""
    start = len(folder) + 1 if folder else 0
    found = {file[: (file + b"/").index(b"/", start)] for file in below(folder) if file != folder}
    return sorted(found)


@given(some.lists(some.tuples(some.sampled_from(PATHS), some.booleans()), max_size=12))
def test_it_holds_what_was_ticked_last(ticks: list[tuple[bytes, bool]]) -> None:
    selection, files = Selection(), set[bytes]()
    for path, chosen in ticks:
        selection = selection.with_(path, chosen=chosen)
        files = files | below(path) if chosen else files - below(path)
    assert {file for file in FILES if selection.holds(file)} == files
    paths = selection.chosen(children)
    assert {file for path in paths for file in below(path)} == files
    assert sum(len(below(path)) for path in paths) == len(files), "nothing is named twice"
    for path in PATHS:
        if selection.mark(path) is Mark.ALL:
            assert below(path) <= files
        if selection.mark(path) is Mark.NONE:
            assert not below(path) & files


def test_a_folder_of_which_some_is_chosen_shows_it() -> None:
    selection = Selection().with_(b"a", chosen=True).with_(b"a/b/two", chosen=False)
    assert [selection.mark(path) for path in (b"", b"a", b"a/b", b"a/one", b"a/b/two")] == [
        Mark.SOME,
        Mark.SOME,
        Mark.SOME,
        Mark.ALL,
        Mark.NONE,
    ]
    assert selection.chosen(children) == (b"a/b/three", b"a/b.", b"a/one")
    assert selection.with_(b"a/b/two", chosen=True) == Selection({b"a": True})


def test_only_what_is_half_chosen_is_looked_into() -> None:
    def nobody_asks(_folder: bytes) -> Iterable[bytes]:
        raise AssertionError

    assert Selection().with_(b"a/b", chosen=True).chosen(nobody_asks) == (b"a/b",)
    assert Selection().with_(b"", chosen=True).chosen(nobody_asks) == (b"",)
