"""Where things are, who may look, and what a power cut leaves."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.store import home as homes
from secretsbackup.store import stage_state
from secretsbackup.store.home import Home
from secretsbackup.store.stage_state import Staged

DOCS = ProfileName("docs")


@pytest.fixture
def profile() -> Profile:
    return Profile(
        name=DOCS,
        sources=(Source("docs", "/docs"),),
        destination=Folder("/disk"),
        key=Fingerprint("A" * 40),
    )


def test_the_users_home_is_where_the_platform_wants_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    at = homes.standard()
    assert (at.config, at.state, at.cache) == tuple(
        tmp_path / name / "secretsbackup" for name in ("CONFIG", "STATE", "CACHE")
    )


def test_a_folder_of_ours_is_the_owners_alone_and_so_are_those_above_it(tmp_path: Path) -> None:
    homes.owner_only(tmp_path / "a" / "b")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o700, 0o700]
    (tmp_path / "a" / "b").chmod(0o755)
    homes.owner_only(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure) as caught:
        homes.owner_only(tmp_path / "file" / "folder")
    assert caught.value.reason is Reason.IN_THE_WAY


@pytest.mark.timeout(20)
@pytest.mark.parametrize("put", [os.mkfifo, Path.touch])
def test_what_is_in_the_place_of_a_folder_is_named(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / "folder")
    with pytest.raises(Failure) as caught:
        homes.owner_only(tmp_path / "folder")
    assert caught.value.cause == causes.InTheWay(str(tmp_path / "folder"))


def test_a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        homes.write(tmp_path / "file", b"one")
        homes.write(tmp_path / "file", b"two")
    finally:
        os.umask(old)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"two"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_replaced_stays_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "inside").touch()
    with pytest.raises(Failure):
        homes.write(tmp_path / "file", b"two")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_staged_is_remembered_of_its_folder_alone(home: Home, profile: Profile) -> None:
    assert stage_state.read(home, profile) is None
    for one in (Staged(("docs",), unsent=False), Staged(("a", "b"), unsent=True, since=1.5, start="x")):
        stage_state.keep(home, profile, one)
        known = replace(one, folder=str(home.stage(profile)), place="file:///disk")
        assert stage_state.read(home, profile) == known
    assert stage_state.read(home, replace(profile, staging="/elsewhere")) is None


def test_what_was_sent_was_sent_to_one_destination(home: Home, profile: Profile) -> None:
    stage_state.keep(home, profile, Staged(("docs",), unsent=False))
    other = stage_state.read(home, replace(profile, destination=Folder("/other")))
    assert (other and other.unsent, other and other.labels) == (True, ("docs",))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"labels": 3}', b"\xff"])
def test_what_is_not_ours_is_not_known(home: Home, profile: Profile, content: bytes) -> None:
    stage_state.keep(home, profile, Staged())
    home.staged(profile.name).write_bytes(content)
    assert stage_state.read(home, profile) is None


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder on a larger disk, say."""
    folder = tmp_path / "large"
    folder.mkdir(mode=0o755)
    return folder


def refused(folder: Path) -> Reason:
    """Why a folder is not taken."""
    with pytest.raises(Failure) as caught:
        homes.owner_only(folder)
    return caught.value.reason


def test_a_cache_may_lie_on_another_disk(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / ".cache").symlink_to(elsewhere)
    made = homes.owner_only(tmp_path / ".cache" / "secretsbackup" / "docs")
    assert made.stat().st_mode & 0o777 == 0o700
    assert (elsewhere / "secretsbackup" / "docs").is_dir()
    assert elsewhere.stat().st_mode & 0o777 == 0o755


def test_what_a_link_leads_to_is_not_made_ours(tmp_path: Path, elsewhere: Path) -> None:
    link = tmp_path / "archive"
    link.symlink_to(elsewhere)
    assert refused(link) is Reason.OPEN_LINK
    assert elsewhere.stat().st_mode & 0o777 == 0o755
    assert homes.ours(link) == link
    elsewhere.chmod(0o700)
    assert homes.owner_only(link) == link


def test_what_is_another_users_is_not_taken(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = os.geteuid()
    (tmp_path / "link").symlink_to(elsewhere)
    monkeypatch.setattr(os, "geteuid", lambda: us + 4711)
    assert refused(elsewhere) is Reason.NOT_YOURS
    if us:
        assert refused(tmp_path / "link" / "docs") is Reason.OTHERS_LINK
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert refused(elsewhere) is Reason.AS_ROOT


def test_the_destination_is_spared_and_not_ours(home: Home, profile: Profile) -> None:
    assert {*home.spared(profile)} - {*home.own(profile)} == {Path("/disk")}


def test_a_planted_name_is_not_written_through(tmp_path: Path) -> None:
    target, victim = tmp_path / "state.json", tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / f".state.json.{os.getpid()}.new").symlink_to(victim)
    homes.replace(target, b"new")
    assert (target.read_text(), victim.read_text()) == ("new", "precious")
    assert not target.is_symlink()


def test_what_a_killed_run_left_of_a_file_is_swept(tmp_path: Path) -> None:
    names = (".state.json.4711.new", ".state.json.ab_12xyz.new", ".other.json.4711.new", ".state.json.new")
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".state.json.4712.new").touch()
    homes.replace(tmp_path / "state.json", b"new")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"state.json", ".other.json.4711.new", ".state.json.new", ".state.json.4712.new"}
