"""The folder of a restore: new, its own, and whole only once its name says so."""

import asyncio
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.model.entry import Entry, EntryKind
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.restore_call import RestoreCall
from secretsbackup.operations.restore import destination_folder
from secretsbackup.operations.restore.destination_folder import DestinationFolder
from secretsbackup.tools import tree

NOW = datetime(2026, 11, 22, 18, 30, 5, tzinfo=UTC)


def test_what_a_restored_link_leads_out_is_refused(tmp_path: Path) -> None:
    folder, outside = tmp_path / "restored", tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    outside.mkdir()
    (folder / "near").symlink_to("deep")
    (folder / "far").symlink_to(outside)
    (folder / "up").symlink_to("..")
    for name in ("a", "deep/a", "near/a", "new/a", "far"):
        destination_folder.inside(folder, folder / name)
    for name in ("far/a", "up/a", "near/../../a", "far/new/a"):
        with pytest.raises(Failure) as caught:
            destination_folder.inside(folder, folder / name)
        assert caught.value.reason is Reason.SNAPSHOT_UNSAFE
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(Failure):
        destination_folder.inside(tmp_path / "link", tmp_path / "link" / "a")


def test_a_new_folder_is_new_and_says_that_it_is_not_whole(tmp_path: Path) -> None:
    first = destination_folder.new_folder(tmp_path, destination_folder.name_at(NOW))
    second = destination_folder.new_folder(tmp_path, destination_folder.name_at(NOW))
    assert first.name.startswith("restored-2026-11-22_")
    assert first.name.endswith("-incomplete")
    assert second.name.endswith("-2-incomplete")
    assert first.stat().st_mode & 0o777 == 0o700
    first.rename(tmp_path / first.name.removesuffix("-incomplete"))
    assert destination_folder.new_folder(tmp_path, destination_folder.name_at(NOW)).name.endswith(
        "-3-incomplete"
    )


def test_a_dangling_link_is_not_taken_for_a_free_name(tmp_path: Path) -> None:
    name = destination_folder.new_folder(tmp_path / ".", destination_folder.name_at(NOW)).name
    (tmp_path / name).rmdir()
    (tmp_path / name.removesuffix("-incomplete")).symlink_to("nowhere")
    assert destination_folder.new_folder(tmp_path, destination_folder.name_at(NOW)).name.endswith(
        "-2-incomplete"
    )


def test_where_there_is_no_folder_there_is_no_restore(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        destination_folder.new_folder(tmp_path / "absent", "restored")
    assert caught.value.reason is Reason.NOT_WRITABLE


def test_a_tree_is_measured_whatever_its_names(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "caf\udce9").write_bytes(b"123")
    (tmp_path / "b").write_bytes(b"4567")
    assert destination_folder.measured(tmp_path) == (2, 7)


def entry(path: bytes, what: EntryKind = EntryKind.FILE, size: int = 4) -> Entry:
    return Entry(path=path, what=what, modified=NOW, least=size, most=size, since=NOW, until=None)


def write(path: Path, content: str = "text", when: float = NOW.timestamp()) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (when, when))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_has_come_whole_is_kept_and_the_rest_is_lacking(tmp_path: Path) -> None:
    write(tmp_path / "a" / "whole")
    write(tmp_path / "a" / "cut off", when=NOW.timestamp() + 5)
    write(tmp_path / "a" / "cut short", "tex")
    write(tmp_path / ".arriving" / "half")
    (tmp_path / "b").write_text("a file that was to be a folder")
    (tmp_path / "link").symlink_to("a")
    listed = [
        *(entry(b"a", EntryKind.FOLDER), entry(b"a/whole"), entry(b"a/cut off"), entry(b"a/cut short")),
        *(entry(b"a/never came"), entry(b"b", EntryKind.FOLDER), entry(b"b/inside"), entry(b"bb")),
        entry(b"link", EntryKind.LINK),
    ]
    lacking = [*DestinationFolder(tmp_path).lacking(iter(listed))]
    assert lacking == [b"a/cut off", b"a/cut short", b"a/never came", b"b", b"bb"]
    assert files(tmp_path) == ["a/whole"]
    assert (tmp_path / "link").is_symlink()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of the user's that a backup means harm to, beside the one that is restored to."""
    folder = tmp_path / "outside"
    write(folder / "precious")
    write(folder / "folder" / "more")
    folder.chmod(0o700)
    return folder


LED_OUT = b"link/precious", b"link/folder", b"../outside/precious", b"link/folder/more"


@pytest.mark.parametrize("path", LED_OUT)
def test_what_a_link_leads_to_is_not_taken_away_as_not_whole(
    tmp_path: Path, outside: Path, path: bytes
) -> None:
    before = files(outside)
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored" / "link").symlink_to(outside)
    with pytest.raises(Failure) as refused:
        list(
            DestinationFolder(tmp_path / "restored").lacking(
                iter([entry(b"link", EntryKind.LINK), entry(path)])
            )
        )
    assert refused.value.reason is Reason.SNAPSHOT_UNSAFE
    assert files(outside) == before


@pytest.mark.parametrize("link", [".arriving", ".arriving/deep"])
def test_what_a_link_leads_to_does_not_arrive(tmp_path: Path, outside: Path, link: str) -> None:
    target = DestinationFolder(tmp_path / "restored")
    place = target.folder / link
    place.parent.mkdir(parents=True)
    place.symlink_to(outside)
    path = b"docs/precious" if link == ".arriving" else b"docs/deep/precious"
    restore_call = RestoreCall(b"docs", (path,), frozenset())
    with pytest.raises(Failure) as refused:
        target.arrived(target.folder / ".arriving", restore_call)
    assert refused.value.reason is Reason.SNAPSHOT_UNSAFE
    assert (outside / "precious").is_file()


def test_what_a_link_leads_to_is_not_dressed(tmp_path: Path, outside: Path) -> None:
    target = DestinationFolder(tmp_path / "restored")
    target.folder.mkdir()
    (target.folder / "link").symlink_to(outside)
    says = tmp_path / "duplicity-full-signatures.20261101T000000Z.sigtar"
    with tarfile.open(says, "w") as archive:
        member = tarfile.TarInfo("snapshot/link")
        member.type, member.mode = tarfile.DIRTYPE, 0o777
        archive.addfile(member)
    target.dress([says])
    assert outside.stat().st_mode & 0o777 == 0o700


def test_of_a_restore_call_what_was_wanted_arrives_and_the_rest_goes(tmp_path: Path) -> None:
    target = DestinationFolder(tmp_path)
    restore_call = RestoreCall(b"docs", (b"docs/one", b"docs/deep/two"), frozenset())
    arriving = target.into(restore_call)
    for name in ("one", "deep/two", "three"):
        write(arriving / name)
    target.arrived(arriving, restore_call)
    assert files(tmp_path) == ["docs/deep/two", "docs/one"]
    assert target.into(RestoreCall(b"", (b"",), frozenset())) != tmp_path, "there is something already"


def test_a_whole_path_comes_right_to_its_place_if_that_can_be_said(tmp_path: Path) -> None:
    target = DestinationFolder(tmp_path)
    for path in (b"docs/deep", "docs/Käse (1)".encode()):
        restore_call = RestoreCall(path, (path,), frozenset())
        place = target.into(restore_call)
        assert bytes(place) == bytes(tmp_path) + b"/" + path
        write(place / "one")
        target.arrived(place, restore_call)
    assert files(tmp_path) == ["docs/Käse (1)/one", "docs/deep/one"]
    for path in (b"docs/\xff", b"docs/$HOME", b"~ada", b"a\nb", b"docs/deep"):
        assert target.into(RestoreCall(path, (path,), frozenset())).name == ".arriving"
    (tmp_path / "far").symlink_to("..")
    with pytest.raises(Failure) as refused:
        target.into(RestoreCall(b"far/a", (b"far/a",), frozenset()))
    assert refused.value.reason is Reason.SNAPSHOT_UNSAFE


ODD = b"back\\slash", b"new\nline", b"caf\xe9", b"\x1b[2J", "a\u2028b".encode(), b"$HOME", b"~", b"x" * 255


@pytest.mark.parametrize("name", ODD)
def test_a_name_of_any_bytes_arrives_alone_and_in_its_folder(tmp_path: Path, name: bytes) -> None:
    target = DestinationFolder(tmp_path)
    for path in (name, b"docs/" + name, b"docs/\\deep/" + name):
        restore_call = RestoreCall(path, (path,), frozenset())
        arriving = target.into(restore_call)
        write(arriving)
        target.arrived(arriving, restore_call)
        assert (tmp_path / os.fsdecode(path)).read_text() == "text"
    assert not (tmp_path / ".arriving").exists()


def test_everything_comes_right_into_an_empty_folder(tmp_path: Path) -> None:
    target = DestinationFolder(tmp_path)
    assert target.empty
    assert target.into(RestoreCall(b"", (b"docs", b"mail"), frozenset())) != tmp_path, "not all is wanted"
    everything = RestoreCall(b"", (b"",), frozenset())
    whole = target.into(everything)
    assert whole.parent == tmp_path
    write(whole / "docs" / "letter")
    (whole / "docs").chmod(0o555)
    os.utime(whole, (5, 5))
    whole.chmod(0o755)
    assert tmp_path.stat().st_mode & 0o777 == 0o700, "until it is finished nobody else can enter"
    target.arrived(whole, everything)
    finished = target.finished()
    assert [path.relative_to(finished).as_posix() for path in sorted(finished.rglob("*"))] == [
        "docs",
        "docs/letter",
    ]
    assert (finished.stat().st_mode & 0o777, finished.stat().st_mtime) == (0o755, 5)
    assert (finished / "docs").stat().st_mode & 0o777 == 0o555


def test_what_did_not_come_is_named(tmp_path: Path) -> None:
    target = DestinationFolder(tmp_path)
    restore_call = RestoreCall(b"docs", (b"docs/one",), frozenset())
    arriving = target.into(restore_call)
    write(arriving / "two")
    with pytest.raises(Failure) as failed:
        target.arrived(arriving, restore_call)
    assert failed.value.cause.about == "docs/one"


def test_no_restore_goes_where_a_run_would_delete_it(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "link").symlink_to("cache")
    asyncio.run(tree.outside(tmp_path, [tmp_path / "cache"]))
    for folder in (tmp_path / "cache", tmp_path / "cache" / "deep", tmp_path / "link"):
        with pytest.raises(Failure) as caught:
            asyncio.run(tree.outside(folder, [tmp_path / "nowhere", tmp_path / "cache"]))
        assert caught.value.reason is Reason.FOLDER_IS_OURS


def of(folder: Path, *exclude: str) -> Profile:
    return Profile(
        name=ProfileName("docs"),
        sources=(Source("docs", str(folder)),),
        destination=Folder("/media/disk"),
        key=Fingerprint("A" * 40),
        exclude=exclude,
    )


def test_who_will_save_a_folder_is_known_by_whatever_name_it_is_reached(tmp_path: Path) -> None:
    docs, other = tmp_path / "docs", tmp_path / "other"
    (docs / "deep").mkdir(parents=True)
    other.mkdir()
    (tmp_path / "link").symlink_to(docs)
    saves = of(docs)
    for parent in (docs, docs / "deep", tmp_path / "link", other / ".." / "docs"):
        assert destination_folder.saved_with(parent / "restored", [of(other), saves]) == str(docs), parent
    assert destination_folder.saved_with(docs / "restored", [of(tmp_path / "link")]) == str(tmp_path / "link")
    for parent in (tmp_path, other, tmp_path / "docs too"):
        assert destination_folder.saved_with(parent / "restored", [saves]) == "", parent
    assert destination_folder.saved_with(docs / "restored", [of(tmp_path / "gone")]) == ""


def test_a_link_inside_a_source_that_leads_to_a_folder_is_noticed(tmp_path: Path) -> None:
    docs, desk = tmp_path / "docs", tmp_path / "desk"
    (docs / "deep").mkdir(parents=True)
    (desk / "inner").mkdir(parents=True)
    (docs / "deep" / "to the desk").symlink_to(desk)
    (docs / "loop").symlink_to(docs)
    (docs / "up").symlink_to(tmp_path)
    (docs / "nowhere").symlink_to(tmp_path / "gone")
    for parent in (desk, desk / "inner"):
        assert destination_folder.saved_with(parent / "restored", [of(docs)]) == str(docs), parent
    assert destination_folder.saved_with(tmp_path / "restored", [of(docs)]) == "", "that link loops"
    for pattern in ("restored", "to the desk", "/deep", "deep/to the desk/inner"):
        assert destination_folder.saved_with(desk / "inner" / "restored", [of(docs, pattern)]) == "", pattern
    (docs / "deep" / "to the desk").unlink()
    assert destination_folder.saved_with(desk / "restored", [of(docs)]) == ""


def test_what_a_profile_leaves_out_it_will_not_save(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for pattern in ("restored-*", "/deep", "deep/", f"{tmp_path}/deep", "docs/deep/restored-1"):
        assert (
            destination_folder.saved_with(tmp_path / "deep" / "restored-1", [of(tmp_path, pattern)]) == ""
        ), pattern
    for pattern in ("*.bak", "/restored-1", "other/"):
        found = destination_folder.saved_with(tmp_path / "deep" / "restored-1", [of(tmp_path, pattern)])
        assert found == str(tmp_path), pattern
