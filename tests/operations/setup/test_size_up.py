"""Appraising: counts as a backup would, and suggests only what is there."""

import asyncio
import os
from pathlib import Path

import pytest

from secretsbackup.model.patterns import literal
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.model.size_estimate import Leftover, SizeEstimate, Tally
from secretsbackup.operations.setup import size_up
from secretsbackup.store.home import Home


def put(path: Path, size: int = 10) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)


def counted(home: Home, *sources: Path, exclude: tuple[str, ...] = ()) -> SizeEstimate:
    paths = [str(source) for source in sources]
    return asyncio.run(size_up.size_up(paths, exclude, home, lambda _: None))


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    put(tmp_path / "docs" / "letter.txt", 100)
    put(tmp_path / "docs" / "film" / "long.mp4", 3 << 20)
    return tmp_path / "docs"


def test_counts_files_and_bytes_of_each_source(docs: Path, home: Home, tmp_path: Path) -> None:
    put(tmp_path / "other" / "a", 7)
    found = counted(home, docs, tmp_path / "other")
    assert found.done
    assert found.of(str(docs), ()) == Tally(2, (3 << 20) + 100)
    assert found.total(()) == Tally(3, (3 << 20) + 107)


def test_a_single_file_and_nothing_at_all_are_sources_too(docs: Path, home: Home, tmp_path: Path) -> None:
    found = counted(home, docs / "letter.txt", tmp_path / "away")
    assert found.total(()) == Tally(1, 100)


def test_links_are_followed_and_loops_are_not(docs: Path, home: Home, tmp_path: Path) -> None:
    put(tmp_path / "far" / "b", 5)
    (docs / "link").symlink_to(tmp_path / "far")
    (docs / "film" / "up").symlink_to(docs)
    (docs / "dangling").symlink_to(tmp_path / "nowhere")
    assert counted(home, docs).total(()) == Tally(3, (3 << 20) + 105)


def test_what_can_be_made_again_is_suggested_where_it_is(docs: Path, home: Home) -> None:
    put(docs / ".cache" / "deep" / "thing", 50)
    put(docs / "web" / "node_modules" / "left-pad" / "index.js", 60)
    put(docs / "py" / "env" / "pyvenv.cfg", 1)
    put(docs / "py" / "env" / "lib" / "mod.py", 9)
    put(docs / "rust" / "target" / "CACHEDIR.TAG", 2)
    put(docs / ".Trash-1000" / "files" / "old", 8)
    put(docs / "debian.iso", 40)
    found = counted(home, docs)
    by_kind = {one.kind: one for one in found.suggestions}
    assert by_kind[Leftover.CACHES].all == Tally(2, 52)
    assert set(by_kind[Leftover.CACHES].patterns) == {".cache/", "/rust/target/"}
    assert by_kind[Leftover.PACKAGES].all == Tally(3, 70)
    assert set(by_kind[Leftover.PACKAGES].patterns) == {"node_modules/", "/py/env/"}
    assert by_kind[Leftover.TRASH].patterns == ("/.Trash-1000/",)
    assert by_kind[Leftover.IMAGES].patterns == ("*.iso",)
    everything = counted(home, docs).total(())
    without = found.total([*by_kind[Leftover.CACHES].patterns, "*.iso"])
    assert everything.bytes - without.bytes == 92


def test_nothing_is_suggested_where_nothing_is(docs: Path, home: Home) -> None:
    assert counted(home, docs).suggestions == ()


def test_the_largest_come_first_and_say_how_to_leave_them_out(docs: Path, home: Home) -> None:
    put(docs / "big.bin", 5 << 20)
    put(docs / "raw" / "1.raw", 2 << 20)
    put(docs / "raw" / "2.raw", 2 << 20)
    found = counted(home, docs)
    paths = [(Path(thing.path).name, thing.pattern) for thing in found.largest]
    assert paths[0] == ("big.bin", "/big.bin")
    assert paths[1] == ("raw", "/raw/")
    assert ("long.mp4", "/film/long.mp4") in paths
    assert ("film", "/film/") not in paths, "it is but that one file"
    less = counted(home, docs, exclude=("/big.bin", "/film/", "/raw/"))
    assert less.total(()) == Tally(1, 100)
    assert less.largest == ()


def test_our_own_folders_are_not_counted(docs: Path, tmp_path: Path) -> None:
    home = Home(docs / "config", docs / "state", docs / "cache")
    put(home.cache / "p" / "stage" / "a", 1000)
    assert counted(home, docs).total(()) == Tally(2, (3 << 20) + 100)


def test_names_that_are_no_text_are_counted_and_not_suggested(docs: Path, home: Home) -> None:
    folder = os.fsencode(docs) + b"/\xff"
    os.mkdir(folder)
    with open(folder + b"/CACHEDIR.TAG", "wb") as file:
        file.write(b"x" * (2 << 20))
    found = counted(home, docs)
    assert found.suggestions == ()
    assert found.total(()).files == 3
    assert all("\udcff" not in thing.pattern for thing in found.largest)


def test_a_count_can_be_called_off(docs: Path, home: Home) -> None:
    for number in range(300):
        put(docs / f"{number}" / "a", 1)

    async def called_off() -> None:
        counting = asyncio.create_task(size_up.size_up([str(docs)], (), home, lambda _: None))
        await asyncio.sleep(0)
        counting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await counting

    asyncio.run(called_off())


@pytest.mark.parametrize(
    ("pattern", "path", "folder", "out"),
    [
        ("*.iso", "a/b.iso", False, True),
        ("cache/", "a/cache", True, True),
        ("cache/", "a/cache", False, False),
        ("/a/b", "a/b", False, True),
        ("/a/b", "c/a/b", False, False),
        ("a/b", "c/a/b", False, True),
        ("/a/**/z", "a/m/n/z", False, True),
        ("[!a]", "b", False, True),
    ],
)
def test_patterns_are_read_as_rsync_reads_them(pattern: str, path: str, folder: bool, out: bool) -> None:
    assert Patterns([pattern]).match(path.encode(), folder=folder) is out


@pytest.mark.parametrize("name", ["plain", "with [brackets]", "a*b", "back\\slash"])
def test_a_literal_pattern_leaves_out_what_it_is_made_of(name: str) -> None:
    assert Patterns([literal(f"x/{name}")]).match(f"x/{name}".encode(), folder=False)
    assert not Patterns([literal(f"x/{name}")]).match(b"x/other", folder=False)
