"""The desktop's menu: an entry of ours where no package brought one, and never in place of another's."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from secretsbackup.tools import menu


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder for such things, and none of the system's."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "system"))
    return tmp_path / "share"


def test_it_is_written_once_and_taken_away(data: Path) -> None:
    entry = data / "applications" / "secretsbackup.desktop"
    icon = data / "icons" / "hicolor" / "scalable" / "apps" / "secretsbackup.svg"
    assert menu.install()
    assert icon.read_bytes().startswith(b"<svg")
    text = entry.read_text()
    program = next(line for line in text.splitlines() if line.startswith("TryExec=")).partition("=")[2]
    assert Path(program).exists()
    assert f"Exec={program}" in text
    assert "\nExec=secretsbackup" not in text
    assert not menu.install()
    assert menu.remove()
    assert not menu.remove()
    assert not entry.exists()
    assert not icon.exists()


def test_desktops_understand_it(data: Path) -> None:
    if not shutil.which("desktop-file-validate"):
        pytest.skip("desktop-file-validate is not here")
    menu.install()
    entry = data / "applications" / "secretsbackup.desktop"
    said = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_a_program_that_has_moved_is_found_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu.install()
    moved = tmp_path / "a folder" / "secretsbackup"
    moved.parent.mkdir()
    moved.touch()
    monkeypatch.setattr(sys, "executable", str(moved.with_name("python")))
    assert menu.install()
    text = (data / "applications" / "secretsbackup.desktop").read_text()
    assert f'Exec="{moved}" open' in text


def test_what_a_package_or_the_user_put_there_stays(data: Path, tmp_path: Path) -> None:
    entry = data / "applications" / "secretsbackup.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nName=Mine\n")
    assert not menu.install()
    assert not menu.remove()
    assert "Mine" in entry.read_text()
    entry.unlink()
    (tmp_path / "system" / "applications").mkdir(parents=True)
    (tmp_path / "system" / "applications" / "secretsbackup.desktop").touch()
    assert not menu.install()
    assert not entry.exists()


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_start(data: Path) -> None:
    data.write_text("in the way")
    assert not menu.install()
