"""The tree with check boxes: read folder by folder, ticked as a person expects, smooth however large."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from secretsbackup.desktop.restore.tree import NAME, SIZE, FileTree
from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.store.catalogue import filling
from secretsbackup.store.catalogue.filling import SnapshotListing
from tests.desktop.conftest import Play, hold_up_nothing, until
from tests.desktop.restore.conftest import FILES, FOLDERS, TIMES

Make = Callable[[], FileTree]


@pytest.fixture
def make(play: Play, catalogue_file: Path, tmp_path: Path) -> Make:
    """Makes the tree of the newest snapshot, on a loop that runs."""
    shutil.copy(catalogue_file, tmp_path / "catalogue.sqlite")

    def tree() -> FileTree:
        made = FileTree()
        made.show_snapshot(tmp_path / "catalogue.sqlite", TIMES[-1])
        return made

    return tree


async def opened(tree: FileTree, *names: str) -> QModelIndex:
    """Open one folder after the other, as a view does; the last of them."""
    at = QModelIndex()
    for name in ("", *names):
        if name:
            rows = range(tree.rowCount(at))
            at = next(one for row in rows if (one := tree.index(row, NAME, at)).data() == name)
        tree.fetchMore(at)
        await until(lambda at=at: tree.node(at).below is not None)
    return at


def test_a_folder_is_read_when_it_is_opened(play: Play, make: Make) -> None:
    async def look() -> None:
        tree = make()
        top = await opened(tree)
        assert [tree.index(row, NAME, top).data() for row in range(tree.rowCount(top))] == [
            "Documents",
            "Pictures",
        ]
        documents = await opened(tree, "Documents")
        assert [tree.index(row, NAME, documents).data() for row in range(2)] == [
            "report.pdf",
            "taxes 2025.ods",
        ]
        assert tree.index(1, SIZE, documents).data() == "48 kB"
        assert not tree.hasChildren(tree.index(0, NAME, documents))

    play(look())


def test_a_tick_on_a_folder_is_one_on_all_below_it(play: Play, make: Make) -> None:
    async def look() -> None:
        tree = make()
        pictures, documents = await opened(tree, "Pictures"), await opened(tree, "Documents")
        assert tree.setData(pictures, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
        inside = tree.index(5, NAME, pictures)
        ticked = Qt.ItemDataRole.CheckStateRole
        assert inside.data(ticked) == Qt.CheckState.Checked
        tree.setData(inside, Qt.CheckState.Unchecked.value, ticked)
        assert pictures.data(ticked) == Qt.CheckState.PartiallyChecked
        assert documents.data(ticked) == Qt.CheckState.Unchecked
        chosen = tree.selection.chosen(tree.inside)
        assert len(chosen) == FOLDERS - 1
        assert b"Pictures/0005" not in chosen

    play(look())


def test_a_filter_finds_what_the_snapshot_has_and_a_tick_there_stays(play: Play, make: Make) -> None:
    async def look() -> None:
        tree = make()
        tree.filter("REPORT")
        await until(lambda: tree.rowCount() == 1)
        found = tree.index(0, NAME)
        assert found.data() == "Documents/report.pdf"
        tree.setData(found, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
        tree.filter("letter")
        await until(lambda: tree.rowCount() == 0)
        tree.filter("")
        documents = await opened(tree, "Documents")
        assert documents.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.PartiallyChecked
        assert tree.selection.chosen(tree.inside) == (b"Documents/report.pdf",)

    play(look())


def test_another_snapshot_begins_with_nothing_ticked(play: Play, make: Make, tmp_path: Path) -> None:
    async def look() -> None:
        tree = make()
        tree.tick(b"Documents", chosen=True)
        tree.show_snapshot(tmp_path / "catalogue.sqlite", TIMES[0])
        assert tree.selection.chosen(tree.inside) == ()
        documents = await opened(tree, "Documents")
        assert tree.rowCount(documents) == 3

    play(look())


def test_a_hundred_thousand_paths_hold_up_nothing(play: Play, make: Make) -> None:
    async def look() -> None:
        tree = make()
        folder = await opened(tree, "Pictures", "0042")
        assert tree.rowCount(folder) == FILES
        tree.tick(b"", chosen=True)
        for text in ("i", "im", "img_0", "042", ""):
            tree.filter(text)
            await asyncio.sleep(0.2)

    play(hold_up_nothing(look))


def test_it_keeps_the_rules_of_a_model(play: Play, tmp_path: Path) -> None:
    """Qt's own tester opens every folder, whenever something changes."""
    file = tmp_path / "catalogue.sqlite"
    paths = (b"a", b"a/b", b"a/b/c", b"d", b"d/e")
    kinds = (EntryKind.FOLDER, EntryKind.FOLDER, EntryKind.FILE, EntryKind.FOLDER, EntryKind.LINK)
    filling.add(
        file, SnapshotListing(TIMES[0], True, [SeenEntry(*one) for one in zip(paths, kinds, strict=True)])
    )

    async def look() -> None:
        tree = FileTree()
        _watch = QAbstractItemModelTester(tree, QAbstractItemModelTester.FailureReportingMode.Warning)
        tree.show_snapshot(file, TIMES[0])
        inside = await opened(tree, "a", "b")
        await until(lambda: tree.rowCount(inside) == 1)
        tree.tick(b"a", chosen=True)
        tree.filter("c")
        await until(lambda: tree.index(0, NAME).data() == "a/b/c")
        tree.filter("")
        assert tree.rowCount() == 2

    play(look())
