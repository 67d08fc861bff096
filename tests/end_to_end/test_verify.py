"""A verification sees what a new machine would see: nothing of this one's, and all damage there is."""

import shutil
import sys
from pathlib import Path

import pytest

from secretsbackup.tools import duplicity
from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture
from tests.end_to_end.test_round_trip import make_profile
from tests.operations.backup.test_staging import tear


@pytest.fixture
def saved(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> Path:
    """The folder that the backups of a small tree are in."""
    for number in range(40):
        folder = tmp_path / "source" / f"{number // 8}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(f"{number}\n" * 1000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    user.backup()
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    return tmp_path / "backups"


def test_it_uses_nothing_of_what_this_machine_keeps(user: Machine, saved: Path) -> None:
    for path in (user.cache / "docs" / "archive").iterdir():
        path.write_bytes(b"wrong")
    summary = user.run("verify", "--json").outcome["summary"]
    assert 8 <= summary["files"] <= 40
    assert summary["stored"] == sum(path.stat().st_size for path in saved.iterdir())  # once, for it is small
    assert 0 < summary["seconds"] < 60
    assert 0 < summary["whole_seconds"] < 60
    assert not user.left_over()
    assert "Test restore passed" in user.run("status").out
    (status,) = user.run("status", "--json").lines
    assert (status["proven_files"], status["whole_seconds"]) == (summary["files"], summary["whole_seconds"])
    shutil.rmtree(user.cache)  # a new machine has no stage either
    said = user.run("verify", "--json", status=3)
    assert [warned["caution"] for warned in said.warnings] == ["not-compared"]
    assert said.outcome["summary"]["files"] == 5


def test_it_finds_every_kind_of_damage(user: Machine, saved: Path, tmp_path: Path) -> None:
    shutil.copytree(user.home, tmp_path / "kept", symlinks=True)
    for kind, reason in (
        ("difftar", "volume-corrupt"),
        ("manifest", "volume-corrupt"),
        ("sigtar", "volume-corrupt"),
    ):
        (path,) = saved.glob(f"*{kind}*")
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(
            whole[:middle] + bytes(byte ^ 255 for byte in whole[middle : middle + 64]) + whole[middle + 64 :]
        )
        ended = user.run("verify", "--json", status=1).outcome
        assert ended["cause"]["reason"] == reason, (kind, ended)
        (status,) = user.run("status", "--json").lines
        assert status["level"] == "not-protected"
        path.write_bytes(whole)
        shutil.rmtree(user.home)
        shutil.copytree(tmp_path / "kept", user.home, symlinks=True)
    user.run("verify")


LEAVES_OUT = r"""#!{python}
import os, shutil, subprocess, sys
words = sys.argv[1:]
log = int(words[words.index("--log-fd") + 1]) if "--log-fd" in words else -1
ended = subprocess.run(["{duplicity}", *words], pass_fds=[log] if log >= 0 else [])
if "restore" in words:
    shutil.rmtree(words[-1])
    os.write(log, b"WARNING 12 'source/0/0.txt'\n. Error '[Errno {number}] {cause}: b'x'' processing x\n\n")
sys.exit(ended.returncode)
"""


@pytest.mark.parametrize(
    ("number", "cause", "reason", "level"),
    [
        (13, "Permission denied", "file-unusable", "protected"),
        (28, "No space left on device", "no-room", "protected"),
        ("none", "bad signature", "sample-differs", "not-protected"),
    ],
)
def test_what_could_not_be_written_here_is_no_damage_there(
    user: Machine, saved: Path, tmp_path: Path, number: int | str, cause: str, reason: str, level: str
) -> None:
    del saved
    script = tmp_path / "duplicity"
    script.write_text(
        LEAVES_OUT.format(python=sys.executable, duplicity=duplicity.find(), number=number, cause=cause)
    )
    script.chmod(0o700)
    user.env[duplicity.CHOSEN] = str(script)
    ended = user.run("verify", "--json", status=1).outcome
    assert ended["cause"]["reason"] == reason, ended
    del user.env[duplicity.CHOSEN]
    (status,) = user.run("status", "--json").lines
    assert (status["level"] == "not-protected") == (level == "not-protected"), status
    assert bool(user.run("backup", "--json", status=None).warnings) == (level == "not-protected")


def test_what_the_disk_made_of_a_staged_file_does_not_become_the_backup(
    user: Machine, saved: Path, tmp_path: Path
) -> None:
    for copy in (user.cache / "docs" / "stage").rglob("*.txt"):
        tear(copy)
    said = user.run("verify", "--json", status=3)
    assert {warned["caution"] for warned in said.warnings} == {"not-sent"}, "the destination is whole"
    (status,) = user.run("status", "--json").lines
    assert status["level"] != "not-protected"
    user.backup()
    assert user.run("verify", "--json").warnings == []
    back = user.restore(tmp_path / "out")
    assert_same(picture(tmp_path / "source"), picture(back / "source"))
