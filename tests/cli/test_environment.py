"""Started by what gives less than a terminal: without standard streams, a home, or a folder to be in."""

import os
import pwd
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.machine import Machine, gnupg_home, machine
from tests.end_to_end.test_round_trip import make_profile

STREAMS = ("stdin", "stdout", "stderr")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine with one backup."""
    folder = tmp_path_factory.mktemp("machine")
    with gnupg_home() as (gnupg, key), machine(folder / "home", gnupg) as user:
        (folder / "source").mkdir()
        (folder / "source" / "a.txt").write_text("text")
        make_profile(user, key, folder / "source", f"file://{folder}/backups")
        user.backup()
        yield user


def started(
    user: Machine,
    *words: str,
    before: Callable[[], object] = lambda: None,
    out: int | Path = subprocess.PIPE,
    unbuffered: str = "",
    env: Mapping[str, str | None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command after something was done to its process."""
    known = {**user.env, "PYTHONUNBUFFERED": unbuffered, **(env or {})}
    with open(out, "w") if isinstance(out, Path) else open(os.devnull) as file:
        return subprocess.run(
            [sys.executable, "-m", "secretsbackup", *words],
            env={name: value for name, value in known.items() if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=file if isinstance(out, Path) else out,
            stderr=subprocess.PIPE,
            preexec_fn=before,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
@pytest.mark.parametrize(
    "words", [("backup",), ("backup", "--json"), ("status",), ("restore", "--to", "/tmp")]
)
def test_no_stream_has_to_be_open(saved: Machine, words: tuple[str, ...], closed: tuple[int, ...]) -> None:
    (saved.home.parent / "source" / "a.txt").write_text(f"{words} {closed}")
    ended = started(saved, *words, before=lambda: [os.close(number) for number in closed])
    assert "Traceback" not in ended.stderr
    assert ended.returncode == (1 if words[0] == "restore" else 0), ended


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("words", "status"),
    [
        *((words, 1) for words in (("status",), ("status", "--json"), ("help",), ("files",), ("--version",))),
        *((words, 0) for words in (("backup",), ("backup", "--json"), ("backup", "--help"))),
    ],
)
def test_what_cannot_be_printed_is_told_apart_from_a_disk_of_ours(
    saved: Machine, words: tuple[str, ...], status: int, unbuffered: str
) -> None:
    ended = started(saved, *words, out=Path("/dev/full"), unbuffered=unbuffered)
    assert ended.returncode == status
    assert "Traceback" not in ended.stderr
    assert "The disk is full" not in ended.stderr
    said = "The output cannot be written (No space left on device)." in ended.stderr
    assert said == (status == 1 and words != ("--version",))


@pytest.mark.parametrize("home", [None, "", "somewhere", "./here"])
def test_a_home_that_is_no_whole_path_is_that_of_the_list_of_users(home: str | None) -> None:
    ask = (
        "import os; from secretsbackup.cli.environment import find_home; from pathlib import Path;"
        "print(find_home(), Path.home(), os.environ.get('XDG_CACHE_HOME'), os.environ['XDG_STATE_HOME'])"
    )
    env = {**os.environ, "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "/state"}
    env = {name: value for name, value in env.items() if name != "HOME"} | (
        {"HOME": home} if home is not None else {}
    )
    said = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", pwd.getpwuid(os.getuid()).pw_dir, "None", "/state"]


def test_without_any_home_it_says_what_to_set(saved: Machine) -> None:
    ask = (
        "import os, pwd, sys\ndef none(_): raise KeyError\npwd.getpwuid = none\n"
        "from secretsbackup.cli.main import main; sys.exit(main(['status']))"
    )
    env = {name: value for name, value in saved.env.items() if name != "HOME"}
    said = subprocess.run([sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr.splitlines()) == (
        1,
        ["No home folder is known for this user.", "→ Set HOME to a folder, and run it again."],
    )


def test_a_folder_that_was_removed_is_one_to_back_up_in(saved: Machine, tmp_path: Path) -> None:
    def leave() -> None:
        gone = tmp_path / "gone"
        gone.mkdir()
        os.chdir(gone)
        gone.rmdir()

    (saved.home.parent / "source" / "a.txt").write_text("changed in a folder that is gone")
    assert started(saved, "backup", before=leave).returncode == 0
    for words in (
        ("restore", "--to", "."),
        ("profile", "add", "more", "--key", "k", "--source", "x", "--to", "file:///x"),
    ):
        ended = started(saved, *words, before=leave)
        assert (ended.returncode, ended.stderr.splitlines()[0]) == (
            1,
            "The current folder was removed.",
        )


def test_few_open_files_are_made_more_or_named(saved: Machine) -> None:
    def limit(soft: int, hard: int) -> Callable[[], None]:
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    (saved.home.parent / "source" / "a.txt").write_text("changed under a soft limit")
    assert started(saved, "backup", before=limit(200, 4096)).returncode == 0
    (saved.home.parent / "source" / "a.txt").write_text("changed under a hard limit")
    ended = started(saved, "backup", before=limit(200, 200))
    assert ended.returncode == 1
    assert "The system has reached a limit (200 open files; ulimit -n 1024)." in ended.stderr
