"""What is in the place of a file of ours, or refuses it: a Failure that names it, and never a wait."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup.model import system_errors
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.store import (
    archive_state,
    boundary,
    catalogue,
    drafts,
    history,
    journal,
    kit,
    language_setting,
    lock,
    notes,
    pause,
    profiles,
    unfinished,
)
from secretsbackup.store.home import Home
from tests.conftest import as_nobody

DOCS = ProfileName("docs")
Put = Callable[[Path], None]


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def full_folder(path: Path) -> None:
    path.mkdir()
    (path / "inside").touch()


IN_THE_WAY: list[Put] = [os.mkfifo, full_folder, loop]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, Reason.NO_ROOM),
        (errno.EDQUOT, Reason.NO_ROOM),
        (errno.EROFS, Reason.DISK_READ_ONLY),
        (errno.EIO, Reason.DISK_FAILING),
        (errno.ESTALE, Reason.DISK_FAILING),
        (errno.ENOTCONN, Reason.DISK_FAILING),
        *((number, Reason.DISK_FAILING) for number in system_errors.DISK),
        (errno.EMFILE, Reason.SYSTEM_LIMIT),
        (errno.EFBIG, Reason.FILE_TOO_LARGE),
        (errno.ENOMEM, Reason.SYSTEM_LIMIT),
        (errno.EISDIR, Reason.IN_THE_WAY),
        (errno.ENOTDIR, Reason.IN_THE_WAY),
        (errno.ENAMETOOLONG, Reason.PATH_TOO_LONG),
        (errno.ENOENT, Reason.FILE_UNUSABLE),
        (errno.EACCES, Reason.FILE_UNUSABLE),
    ],
)
def test_each_refusal_has_its_reason(number: int, reason: Reason) -> None:
    found = boundary.failure(OSError(number, os.strerror(number), "/etc/hostname"))
    assert found
    assert found.reason is reason
    assert "/etc/hostname" in found.cause.about or reason is Reason.SYSTEM_LIMIT


def test_a_full_disk_needs_no_name_and_a_mistake_has_none() -> None:
    full = boundary.failure(OSError(errno.ENOSPC, "No space left on device"))
    assert full
    assert full.reason is Reason.NO_ROOM
    stale = boundary.failure(OSError(errno.ESTALE, "Stale file handle"))
    assert stale
    assert stale.reason is Reason.DISK_FAILING
    assert boundary.failure(OSError(errno.ENOTCONN, "Socket is not connected")) is None
    assert boundary.failure(OSError(errno.ENOENT, "No such file")) is None
    assert boundary.failure(TimeoutError()) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("put", IN_THE_WAY)
def test_what_can_be_done_without_is_not_there(home: Home, put: Put) -> None:
    (home.state / DOCS).mkdir(parents=True)
    home.config.mkdir(parents=True)
    for path in (home.marks(DOCS), home.pause(DOCS), home.archived(DOCS), home.unfinished(DOCS)):
        put(path)
    put(home.draft)
    put(home.desktop)
    assert notes.read(home, DOCS) == notes.Notes()
    assert pause.paused_until(home, DOCS) is None
    assert archive_state.read(home, DOCS) == {}
    assert unfinished.known(home, DOCS) == []
    assert drafts.read(home) is None
    assert language_setting.chosen(home) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("put", IN_THE_WAY)
@pytest.mark.parametrize(
    ("path", "use"),
    [
        (lambda home: home.profiles, profiles.load),
        (lambda home: home.config / ".lock", lambda home: profiles.remove(home, DOCS)),
        (lambda home: home.kit(DOCS), lambda home: kit.read(home, DOCS)),
        (lambda home: home.lock(DOCS), lambda home: lock.asked_to_stop(home, DOCS)),
        (lambda home: home.database, lambda home: history.known_sizes(home, history.PlaceId("x"))),
        (lambda home: home.state / "history.sqlite.lock", lambda home: history.lose_chains(home, [])),
        (lambda home: home.state / "history.sqlite-wal", lambda home: history.lose_chains(home, [])),
        (
            lambda home: home.state / DOCS / "1.jsonl",
            lambda home: list(journal.read(home.state / DOCS / "1.jsonl")),
        ),
        (lambda home: home.cache / "catalogue", lambda home: catalogue.known(home.cache / "catalogue")),
    ],
)
def test_what_is_needed_is_named(
    home: Home, put: Put, path: Callable[[Home], Path], use: Callable[[Home], object]
) -> None:
    for folder in (home.config, home.state / DOCS, home.cache):
        folder.mkdir(parents=True, mode=0o700)
    put(path(home))
    with pytest.raises(Failure) as caught:
        use(home)
    assert caught.value.reason is Reason.IN_THE_WAY
    assert caught.value.cause.about == str(path(home))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("put", [full_folder])
def test_what_cannot_be_written_is_named(home: Home, put: Put) -> None:
    (home.state / DOCS).mkdir(parents=True)
    for path in (home.marks(DOCS), home.pause(DOCS)):
        put(path)
    for change in (
        lambda: pause.pause(home, DOCS, datetime.now(UTC)),
        lambda: pause.resume(home, DOCS),
        lambda: notes.update(home, DOCS, tried="x"),
    ):
        with pytest.raises(Failure) as caught:
            change()
        assert caught.value.reason is Reason.IN_THE_WAY


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to others")
def test_a_file_of_root_in_a_folder_of_ours_is_said_to_be_that() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        top, folder = Path(made), Path(made) / "secretsbackup" / "docs"
        folder.mkdir(parents=True)
        (folder / "kit.json").write_text("{}")
        (folder / "kit.json").chmod(0o600)
        for one in (top, top / "secretsbackup", folder):
            shutil.chown(one, 65534, 65534)
        assert _said_by_nobody(folder / "kit.json") == f"not-yours root {top}/secretsbackup"
    assert _said_by_nobody(Path("/etc/shadow")).startswith("file-unusable"), "it was never the user's own"


def _said_by_nobody(path: Path) -> str:
    with as_nobody(), pytest.raises(Failure) as caught:
        boundary.content(path)
    return f"{caught.value.reason} {caught.value.cause.about}"


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EIO, Reason.DISK_FAILING), (errno.ENOLCK, Reason.SYSTEM_LIMIT)]
)
def test_a_disk_that_gives_no_lock_is_told_as_that(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: int, reason: Reason
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(Failure) as caught:
        history.known_sizes(home, history.PlaceId("x"))
    assert caught.value.reason is reason
