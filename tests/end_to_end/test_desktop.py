"""The desktop as a user meets it: an icon in a real panel, a click, a backup on a real S3 server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import _or_skip
from tests.end_to_end.machine import Machine
from tests.end_to_end.screen import Screen, Window, screen, wait
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import s3_profile

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def shown(tmp_path: Path, user: Machine, secret_service: dict[str, str]) -> Iterator[Screen]:
    """A screen in the session of the user's keyring."""
    with _or_skip(screen(tmp_path, secret_service)) as made:
        user.env["DISPLAY"] = made.env["DISPLAY"]
        yield made


def tray(on: Screen) -> Window | None:
    """Our icon, which is a small window in the panel's."""
    (panel,) = on.windows("--class", "tint2")[-1:]
    small = [one for one in on.windows("--class", "secretsbackup") if one.width == one.height <= 64]
    inside = [one for one in small if panel.y <= one.y < panel.y + panel.height]
    return inside[0] if inside else None


def window(on: Screen) -> Window | None:
    """The program's window."""
    return next((one for one in on.windows("--name", "^Secrets Backup$") if one.width > 300), None)


def start(user: Machine, *words: str) -> "subprocess.Popen[bytes]":
    return user.start(*words)


def end(program: "subprocess.Popen[bytes]", number: signal.Signals = signal.SIGTERM) -> int:
    program.send_signal(number)
    _said, complaints = program.communicate(timeout=30)
    assert not complaints, complaints.decode()
    return program.returncode


def outcomes(user: Machine) -> list[str]:
    return [line["outcome"]["type"] for line in user.run("runs", "--json").lines]


def test_a_click_in_the_panel_backs_up_to_a_real_server(
    user: Machine, shown: Screen, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "Documents"
    source.mkdir()
    for number in range(60):
        (source / f"letter {number}.odt").write_bytes(os.urandom(1_000_000))
    s3_profile(user, keys[1], source, bucket_on_ceph)
    user.run("profile", "set", "docs", "--schedule", "manual")  # nothing begins but what is clicked
    program = start(user, "--tray")
    try:
        wait(lambda: tray(shown))
        assert window(shown) is None  # it starts hidden
        shown.picture("attention")
        icon = tray(shown)
        assert icon
        shown.click(icon.x + icon.width // 2, icon.y + icon.height // 2, 3)
        wait(lambda: _menu(shown, icon))
        shown.picture("menu")
        menu = _menu(shown, icon)
        assert menu
        shown.click(menu.x + 40, menu.y + 14)  # the first: Back up now
        wait(lambda: list(user.state.glob("docs/runs/*.jsonl")))
        assert user.run("open").status == 0  # a second start raises the first's window
        wait(lambda: window(shown))
        (journal,) = user.state.glob("docs/runs/*.jsonl")
        wait(lambda: b'"send","done"' in journal.read_bytes() or b"run-ended" in journal.read_bytes())
        shown.picture("running")
        wait(lambda: b"run-ended" in journal.read_bytes(), 90)
        assert outcomes(user) == ["completed"]
        assert bucket_on_ceph.objects()
        shown.do("sleep", "0.5")
        shown.picture("safe")

        (source / "up").symlink_to(".")
        user.backup(status=3)  # in a terminal
        shown.do("sleep", "1")
        shown.picture("warnings")

        user.run("secret", "set", "docs", "aws-secret-access-key", given="wrong")
        user.backup(status=1)
        shown.do("sleep", "1")
        shown.picture("failed")
        assert program.poll() is None
    finally:
        ended = end(program)
    assert ended == 0
    assert not user.left_over()


def _menu(on: Screen, icon: Window) -> Window | None:
    high = [
        one for one in on.windows("--class", "secretsbackup") if one.height > 80 and one.number != icon.number
    ]
    return high[0] if high else None


def test_it_is_there_again_after_it_was_killed(user: Machine, shown: Screen) -> None:
    program = start(user, "--tray")
    wait(lambda: tray(shown))
    program.kill()
    program.communicate()
    again = start(user, "open")
    try:
        wait(lambda: tray(shown) and window(shown))
        shown.picture("no-profile")
    finally:
        assert end(again) == 0


def test_the_wizards_are_photographed_page_by_page_on_a_real_screen(shown: Screen) -> None:
    """The tests that look at each page without a screen look at it on this one too."""
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(shown.folder / "inner")]
    folders = ("tests/desktop/setup/test_pictures.py", "tests/desktop/restore/test_pictures.py")
    env = {**os.environ, **shown.env, "QT_QPA_PLATFORM": "xcb", "PATH": os.environ["PATH"]}
    said = subprocess.run(
        [sys.executable, *words, *folders, "-k", "cut and light"],
        env=env,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout[-4000:]
    assert "2 passed" in said.stdout
