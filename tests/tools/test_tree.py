"""A look at a source: loops, links that lead nowhere, folders of our own."""

import os
import shutil
from pathlib import Path

import pytest

from secretsbackup.tools import tree
from secretsbackup.tools.tree import Survey


def test_an_ordinary_tree_holds_nothing_to_mind(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "file").touch()
    (tmp_path / "link").symlink_to("a/file")
    (tmp_path / "folder").symlink_to("a/b")
    assert tree.survey(tmp_path) == Survey()


def test_links_up_the_tree_are_loops_wherever_they_are_met(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "a").mkdir(parents=True)
    for name, target in {"self": ".", "parent": "..", "above": "../.."}.items():
        (source / "a" / name).symlink_to(target)
    (source / "b").symlink_to("a")
    assert sorted(tree.survey(source).loops) == [
        *(b"a/above", b"a/parent", b"a/self"),
        *(b"b/above", b"b/parent", b"b/self"),
    ]


def test_a_link_to_a_brother_is_no_loop(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "to-a").symlink_to("../a")
    assert tree.survey(tmp_path).loops == ()


def test_links_that_lead_nowhere_are_unreachable(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "to-itself").symlink_to("to-itself")
    assert sorted(tree.survey(tmp_path).unreachable) == [b"broken", b"to-itself"]


def test_our_own_folders_are_known_by_any_name_and_not_entered(tmp_path: Path) -> None:
    own = tmp_path / "cache"
    (own / "deep").mkdir(parents=True)
    (own / "broken").symlink_to("nowhere")
    (tmp_path / "another-name").symlink_to("cache")
    found = tree.survey(tmp_path, [own, tmp_path / "absent"])
    assert sorted(found.ours) == [b"another-name", b"cache"]
    assert found.unreachable == ()


def test_a_file_or_nothing_at_all_is_no_tree(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert tree.survey(tmp_path / "file") == tree.survey(tmp_path / "absent") == Survey()


def test_a_name_need_not_be_text(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9").symlink_to(".")
    assert tree.survey(tmp_path).loops == (b"caf\xe9",)


def test_a_path_lies_in_a_folder_by_whatever_name(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    (folder / "deep").mkdir(parents=True)
    other.mkdir()
    (tmp_path / "link").symlink_to(folder)
    (folder / "out").symlink_to(other)
    for path in (
        folder,
        folder / "deep",
        folder / "not there" / "yet",
        tmp_path / "link" / "deep",
        other / "../folder",
    ):
        assert tree.within(path, folder)
        assert tree.within(path, tmp_path / "link")
    for path in (tmp_path, other, folder / "out" / "x", tmp_path / "folder-2"):
        assert not tree.within(path, folder)
    assert tree.within(tmp_path / "nowhere" / "deep", tmp_path / "nowhere")
    assert not tree.within(folder, tmp_path / "nowhere")


def deep(folder: Path, names: list[str]) -> None:
    """Folders in each other, and a file at the bottom, however long the path becomes."""
    there = os.open(folder, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=there)
        inner = os.open(name, os.O_RDONLY, dir_fd=there)
        os.close(there)
        there = inner
    os.close(os.open("bottom", os.O_CREAT | os.O_WRONLY, dir_fd=there))
    os.close(there)


def test_what_is_too_long_for_its_copy_is_known_and_not_entered(tmp_path: Path) -> None:
    source, copy = tmp_path / "s", tmp_path / "a longer name"
    source.mkdir()
    deep(source, ["p" * 250] * 20)
    (source / "other").mkdir()
    found = tree.survey(source, copy=copy)
    (too_long,) = found.too_long
    assert found == Survey(too_long=(too_long,))
    assert len(bytes(copy)) + 1 + len(too_long) > tree.LONGEST
    assert len(bytes(copy)) + 1 + len(os.path.dirname(too_long)) <= tree.LONGEST


def test_a_walk_passes_over_what_it_cannot_name_and_goes_on(tmp_path: Path) -> None:
    deep(tmp_path, ["p" * 250] * 20)
    (tmp_path / "caf\udce9\n").touch()
    (tmp_path / "to-itself").symlink_to("to-itself")
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-folder").symlink_to("folder")
    root = len(bytes(tmp_path)) + 1
    assert sorted(path[root:] for path, _ in tree.files_below(tmp_path)) == [b"caf\xe9\n", b"to-itself"]
    folders = [path[root:] for path, _ in tree.folders_below(tmp_path)]
    assert {b"folder", b"to-folder", b"p" * 250} <= {*folders}
    assert all(len(path) <= tree.LONGEST for path in folders)


def test_a_thousand_folders_in_each_other_are_walked_and_removed(tmp_path: Path) -> None:
    deep(tmp_path, ["a"] * 1500)
    assert [os.path.basename(path) for path, _ in tree.files_below(tmp_path)] == [b"bottom"]
    assert tree.survey(tmp_path) == Survey()
    tree.remove(tmp_path / "a")
    assert not any(tmp_path.iterdir())


def test_a_copy_is_the_tree_and_its_first_error_names_the_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    deep(source, ["a", "b"])
    (source / "to-a").symlink_to("a")
    (source / "left out").touch()
    source.chmod(0o750)
    tree.copy(source, tmp_path / "copy", leave_out=["left out"])
    there = {path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*")}
    assert {str(path) for path in there} == {"a", "a/b", "a/b/bottom", "to-a", "to-a/b", "to-a/b/bottom"}
    assert (tmp_path / "copy").stat().st_mode == source.stat().st_mode
    os.mkfifo(source / "a" / "zz")
    with pytest.raises(shutil.SpecialFileError):
        tree.copy(source, tmp_path / "another")
    with pytest.raises(FileExistsError) as raised:
        tree.copy(source, tmp_path / "copy")
    assert raised.value.filename == str(tmp_path / "copy")


def test_times_that_cannot_be_set_name_what_they_were_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a").touch()
    monkeypatch.setattr(os, "utime", refuse)
    with pytest.raises(PermissionError) as raised:
        tree.copy(tmp_path / "source", tmp_path / "copy")
    assert raised.value.filename == bytes(tmp_path / "copy" / "a")
