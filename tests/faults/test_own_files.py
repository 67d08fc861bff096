"""Our own files: root's after one `sudo`, read-only, or with something else in their place. No traceback."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.machine import Machine, gnupg_home, machine
from tests.faults.commands import CHANGING, LOOKING, RUNNING, Said, every

EVERY = (*LOOKING, *CHANGING, *RUNNING)
NOBODY = 65534
BECOME = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
STATE, CACHE, CONFIG = (f"{name}/secretsbackup" for name in (".local/state", ".cache", ".config"))


@pytest.fixture(scope="module")
def pristine() -> Iterator[Machine]:
    """A machine after its first backup, where whoever is not root can come to it."""
    with tempfile.TemporaryDirectory(prefix="own-", dir="/tmp") as made, gnupg_home() as (gnupg, key):
        root = Path(made)
        (root / "source").mkdir()
        (root / "source" / "a").write_text("a")
        (root / "to").mkdir()
        with machine(root / "home", gnupg) as user:
            to = ("--to", f"file://{root}/to/backups", "--key", key, "--schedule", "hourly")
            user.run("profile", "add", "docs", "--source", str(root / "source"), *to)
            user.run("backup")
            user.run("pause")
            shutil.copytree(root / "home", root / "aside", symlinks=True)
            yield user


@pytest.fixture
def user(pristine: Machine) -> Machine:
    """The same, whatever became of it before."""
    shutil.rmtree(pristine.home)
    shutil.copytree(pristine.home.with_name("aside"), pristine.home, symlinks=True)
    shutil.rmtree(_out(pristine), ignore_errors=True)
    _out(pristine).mkdir()
    return pristine


def _out(user: Machine) -> Path:
    return user.home.with_name("out")


def wrong(said: list[Said]) -> list[tuple[str, str, str]]:
    """What no command may do."""
    return [(one.words, one.wrong(), one.out + one.err) for one in said if one.wrong()]


def status(said: list[Said]) -> str:
    return next(one.out for one in said if one.words == "status")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
@pytest.mark.parametrize("folder", [".local/state", ".cache", "."])
def test_a_read_only_disk(user: Machine, folder: str) -> None:
    at = (user.home / folder).resolve()
    mounted = f"mount --bind {at} {at} && mount -o remount,ro,bind {at}"
    if subprocess.run(["unshare", "-m", "sh", "-c", mounted], capture_output=True, check=False).returncode:
        pytest.skip("no mount here")
    said = every(EVERY, user.env, _out(user), ["unshare", "-m", "sh", "-c", f'{mounted} && exec "$@"', "sh"])
    assert wrong(said) == []
    assert "afe as of" in status(said), "what the journals tell is still told"
    if folder == ".local/state":
        assert "is read-only" in status(said)
        assert all("read-only" in one.err for one in said if one.words in ("backup", "pause", "verify"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to others")
@pytest.mark.parametrize(
    "path",
    [
        *(STATE, CACHE, f"{STATE}/docs/runs", f"{STATE}/history.sqlite", f"{STATE}/docs/stage.json"),
        *(f"{CONFIG}/.lock", f"{CACHE}/docs/archive"),
    ],
)
def test_what_belongs_to_root(user: Machine, path: str) -> None:
    load = [*BECOME, sys.executable, "-c", "import secretsbackup"]
    if subprocess.run(load, cwd="/", capture_output=True, check=False).returncode:
        pytest.skip("this checkout, or its Python, is in a folder that nobody but root comes to")
    root = user.home.parent
    for one in (root, Path(user.env["GNUPGHOME"])):
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(one)], check=True)
    subprocess.run(["chown", "-R", "0:0", str(user.home / path)], check=True)
    subprocess.run(["chmod", "-R", "go=", str(user.home / path)], check=True)
    try:
        said = every(EVERY, user.env, _out(user), BECOME)
    finally:
        for one in (root, Path(user.env["GNUPGHOME"])):
            subprocess.run(["chown", "-R", "0:0", str(one)], check=True)
    assert wrong(said) == []
    asked = "profile set --keep 3" if path.startswith(CONFIG) else "backup"
    (told,) = [one.err for one in said if one.words == asked]
    assert "belongs to root" in told
    assert "sudo chown -R $USER: " in told


@pytest.mark.parametrize(
    ("path", "put"),
    [
        *((path, os.mkfifo) for path in (f"{STATE}/history.sqlite.lock", f"{STATE}/docs/lock")),
        *((path, os.mkfifo) for path in (f"{STATE}/docs/stage.json", f"{CONFIG}/profiles.toml")),
        *((path, os.mkfifo) for path in (f"{CACHE}/docs/archive", f"{CACHE}/docs/temporary")),
        *((f"{STATE}/docs/{name}", os.mkfifo) for name in ("origins", "outbox", ".outbox.collecting")),
        (f"{CACHE}/docs/archive/.place", os.mkfifo),
        *((path, Path.mkdir) for path in (f"{STATE}/history.sqlite", f"{STATE}/docs/pause.json")),
    ],
)
def test_what_is_in_the_way(user: Machine, path: str, put: Callable[[Path], None]) -> None:
    at = user.home / path
    if at.is_dir():
        shutil.rmtree(at)
    at.unlink(missing_ok=True)
    put(at)
    commands = ("status", "runs", "log", "files", "pause", "resume", "stop", "profile show", "backup")
    said = every(commands, user.env, _out(user))
    assert wrong(said) == []
    (told,) = [one for one in said if one.words == "backup"]
    assert told.status in (0, 3) or str(at) in told.err
