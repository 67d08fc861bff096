"""What duplicity starts gets none of the secrets that duplicity has."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools.duplicity.gpg_wrapper import stand_in

SECRETS = {
    "PASSPHRASE": "canary-1",
    "SIGN_PASSPHRASE": "canary-2",
    "AWS_ACCESS_KEY_ID": "canary-3",
    "AWS_SECRET_ACCESS_KEY": "canary-4",
    "FTP_PASSWORD": "canary-5",
    "HTTPS_PROXY": "http://me:canary-6@proxy",
}
MADE: list[Callable[[Path, Path], Path]] = [
    lambda gpg, folder: stand_in.for_backup(gpg, folder, fast=False),
    stand_in.for_restore,
]


def told(program: Path | str, env: dict[str, str]) -> str:
    """What a program tells of its own environment."""
    given = subprocess.DEVNULL
    return subprocess.run([program], env=env, stdin=given, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def tells(tmp_path: Path) -> Path:
    """A program that tells its environment."""
    made = tmp_path / "it's gpg"
    made.write_text("#!/bin/sh\nenv\n")
    made.chmod(0o700)
    return made


@pytest.mark.parametrize("make", MADE)
def test_gpg_knows_no_secret(make: Callable[[Path, Path], Path], tells: Path, tmp_path: Path) -> None:
    said = told(make(tells, tmp_path), {**os.environ, **SECRETS})
    assert "LC_ALL=C.UTF-8" in said
    assert f"HOME={os.environ['HOME']}" in said
    assert "canary" not in said


def test_a_home_of_its_own_is_told_to_gpg(tells: Path, tmp_path: Path) -> None:
    made = stand_in.for_restore(tells, tmp_path, home=tmp_path / "it's a twin")
    assert f"GNUPGHOME={tmp_path}/it's a twin" in told(made, {**os.environ, "GNUPGHOME": "/elsewhere"})


def test_what_reaches_a_host_knows_no_secret(stand_in_program: Path, tmp_path: Path) -> None:
    path = stand_in.path(tmp_path, host=True)
    found = shutil.which("rsync", path=path)
    assert found
    said = told(found, {**os.environ, **SECRETS, "PATH": path})
    assert "HOME=" in said
    assert "canary" not in said


def test_gpg_is_found_by_its_name_where_it_knows_no_secret(tells: Path, tmp_path: Path) -> None:
    made = stand_in.for_restore(tells, tmp_path)
    assert shutil.which("gpg", path=stand_in.path(tmp_path, host=False)) == str(made)


@pytest.fixture
def stand_in_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An rsync that tells its environment."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "rsync").write_text("#!/bin/sh\nenv\n")
    (folder / "rsync").chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_a_folder_in_which_nothing_can_be_started_is_named(tmp_path: Path) -> None:
    stand_in.can_stand(tmp_path)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "noexec,size=64k", "tmpfs", tmp_path], check=True)
    try:
        with pytest.raises(Failure) as caught:
            stand_in.can_stand(tmp_path)
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)
    assert caught.value.cause == causes.NoProgramsHere(str(tmp_path))
