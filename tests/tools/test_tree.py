"""A look at a source: loops, links that lead nowhere, folders of our own."""

from pathlib import Path

from secretsbackup.tools import tree
from secretsbackup.tools.tree import Tree


def test_an_ordinary_tree_holds_nothing_to_mind(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "file").touch()
    (tmp_path / "link").symlink_to("a/file")
    (tmp_path / "folder").symlink_to("a/b")
    assert tree.look(tmp_path) == Tree()


def test_links_up_the_tree_are_loops_wherever_they_are_met(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "a").mkdir(parents=True)
    for name, target in {"self": ".", "parent": "..", "above": "../.."}.items():
        (source / "a" / name).symlink_to(target)
    (source / "b").symlink_to("a")
    assert sorted(tree.look(source).loops) == [
        *(b"a/above", b"a/parent", b"a/self"),
        *(b"b/above", b"b/parent", b"b/self"),
    ]


def test_a_link_to_a_brother_is_no_loop(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "to-a").symlink_to("../a")
    assert tree.look(tmp_path).loops == ()


def test_links_that_lead_nowhere_are_unreachable(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "to-itself").symlink_to("to-itself")
    assert sorted(tree.look(tmp_path).unreachable) == [b"broken", b"to-itself"]


def test_our_own_folders_are_known_by_any_name_and_not_entered(tmp_path: Path) -> None:
    own = tmp_path / "cache"
    (own / "deep").mkdir(parents=True)
    (own / "broken").symlink_to("nowhere")
    (tmp_path / "another-name").symlink_to("cache")
    found = tree.look(tmp_path, [own, tmp_path / "absent"])
    assert sorted(found.ours) == [b"another-name", b"cache"]
    assert found.unreachable == ()


def test_a_file_or_nothing_at_all_is_no_tree(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert tree.look(tmp_path / "file") == tree.look(tmp_path / "absent") == Tree()


def test_a_name_need_not_be_text(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9").symlink_to(".")
    assert tree.look(tmp_path).loops == (b"caf\xe9",)


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
