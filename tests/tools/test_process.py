"""Children: what they are told, what is heard of them, and that none is left."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools import process
from secretsbackup.tools.process import Ended

SHELL = Path("/bin/sh")
PYTHON = Path(sys.executable)


def run(script: str, *, program: Path = SHELL, **more: object) -> tuple[Ended, list[bytes]]:
    """Run a script to its end; how it ended, and the lines that it said."""
    said: list[bytes] = []
    ended = asyncio.run(process.run(program, ["-c", script], on_line=said.append, **more))  # type: ignore[arg-type]
    return ended, said


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def test_each_line_is_heard_and_the_status_is_known() -> None:
    ended, said = run("echo one; printf 'two\\n\\nfour'; exit 7")
    assert (ended.status, said) == (7, [b"one", b"two", b"", b"four"])


def test_a_carriage_return_ends_a_line_too() -> None:
    assert run("printf '1%%\\r2%%\\rdone\\n'")[1] == [b"1%", b"2%", b"done"]


def test_a_line_of_megabytes_is_heard_whole() -> None:
    _, said = run("print('x' * 3_000_000); print('y')", program=PYTHON)
    assert [len(line) for line in said] == [3_000_000, 1]


def test_a_line_without_an_end_fills_no_memory() -> None:
    ended, said = run("head -c 40000000 /dev/zero; head -c 20000000 /dev/zero >&2")
    assert sum(map(len, said)) == 40_000_000
    assert max(map(len, said)) < 20_000_000
    assert max(map(len, ended.last_lines)) < 10_000


def test_what_a_child_left_behind_is_not_heard_for_ever() -> None:
    began = time.monotonic()
    ended, said = run("setsid sh -c 'echo $$; exec yes' & while read -r _; do :; done </dev/null; sleep 0.3")
    os.kill(int(said[0]), signal.SIGKILL)
    assert ended.status == 0
    assert time.monotonic() - began < 20


def test_standard_error_is_kept_for_a_report_and_no_more_of_it_than_that() -> None:
    ended, said = run("seq 1 1000 >&2; printf 'odd \\377' >&2")
    assert said == []
    assert (ended.last_lines[0], ended.last_lines[-1], len(ended.last_lines)) == ("802", "odd \\xff", 200)


def test_a_signal_is_a_negative_status() -> None:
    assert run("kill -KILL $$")[0].status == -signal.SIGKILL


def test_who_writes_more_than_the_system_lets_it_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        run(f"ulimit -f 1; exec dd if=/dev/zero of={tmp_path}/big bs=4096 count=8")
    assert caught.value.cause == causes.FileTooLarge("sh")


@pytest.fixture
def impatient() -> Iterator[None]:
    """Half an hour is a second."""
    token = process.PATIENCE.set(process.Patience(look_every_s=0.1, looks=10))
    yield
    process.PATIENCE.reset(token)


@pytest.mark.parametrize("waits", ["exec sleep 60", "kill -STOP $$", "sleep 60 & wait", "cat pipe"])
def test_who_waits_for_what_never_comes_is_ended(impatient: None, tmp_path: Path, waits: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    others = set(psutil.Process().children(recursive=True))
    began = time.monotonic()
    with pytest.raises(Failure) as caught:
        run(f"echo said >&2; cd {tmp_path}; {waits}")
    assert caught.value.cause == causes.ToolStandsStill("sh")
    assert caught.value.last_lines == ("said",)
    assert 1 <= time.monotonic() - began < 20
    assert set(psutil.Process().children(recursive=True)) <= others


def test_who_does_a_little_from_time_to_time_is_not(impatient: None) -> None:
    ended, _ = run("for i in 1 2 3 4 5 6; do sleep 0.5; done")
    assert ended.status == 0


def test_nobody_is_hurried_who_waits_on_purpose(impatient: None) -> None:
    assert run("sleep 2", waits=True)[0].status == 0


def test_a_pause_of_our_own_is_not_a_childs(impatient: None) -> None:
    """As after ^Z, or a night of the machine: the clock has gone on, the child had no chance."""
    ahead = 0.0
    pulse = process.StallDetector(os.getpid(), lambda _pid: {1: 1}, lambda: time.monotonic() + ahead)
    assert not pulse.stopped()
    ahead = 3600.0
    assert not pulse.stopped()
    assert not pulse.stopped()


def test_the_log_is_another_stream(tmp_path: Path) -> None:
    said: list[bytes] = []
    logged: list[bytes] = []
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$1" "$3"; echo logged > "/dev/fd/$2"\n')
    program.chmod(0o700)
    ended = asyncio.run(process.run(program, ["verb"], on_line=said.append, on_log_line=logged.append))
    assert (ended.status, said, logged) == (0, [b"--log-fd verb"], [b"logged"])


def test_what_is_given_is_read_and_ends() -> None:
    ended, said = run("cat; echo end", given=b"first\nsecond\n")
    assert (ended.status, said) == (0, [b"first", b"second", b"end"])


def test_a_child_that_does_not_read_what_it_is_given_is_no_error() -> None:
    assert run("exit 0", given=b"x" * 1_000_000)[0].status == 0


def test_without_anything_given_standard_input_is_empty() -> None:
    assert run("cat; echo end")[1] == [b"end"]


def test_a_child_has_a_session_of_its_own_and_no_terminal() -> None:
    _, said = run("import os; print(os.getsid(0) == os.getpid())", program=PYTHON)
    assert said == [b"True"]
    assert run("exec 2>/dev/null; : </dev/tty && echo terminal")[1] == []


def test_what_a_child_writes_is_the_owners_alone(tmp_path: Path) -> None:
    run(f"touch {tmp_path}/file; mkdir {tmp_path}/folder")
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("file", "folder")]
    assert modes == [0o600, 0o700]


def test_no_secret_of_our_own_environment_reaches_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "PASSPHRASE", "AWS_SESSION_TOKEN", "PYTHONPATH")
    for name in names:
        monkeypatch.setenv(name, "not for you")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    _, said = run("env")
    assert not [line for line in said if b"not for you" in line]
    assert b"LC_ALL=C.UTF-8" in said
    assert b"PATH=" + os.environ["PATH"].encode() in said


def test_no_open_file_of_ours_reaches_a_child_but_the_lock(tmp_path: Path) -> None:
    is_open = "int(n) > 2 and os.path.exists(f'/dev/fd/{n}')"
    script = f"import os; print(*(n for n in os.listdir('/dev/fd') if {is_open}))"
    with (tmp_path / "secret").open("w") as secret, (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(secret.fileno(), True)
        _, said = run(script, program=PYTHON, held=lock.fileno())
        assert said == [str(lock.fileno()).encode()]


def test_a_program_that_is_not_there_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure) as caught:
        process.find("duplicity")
    assert caught.value.cause == causes.ToolMissing("duplicity")


STUBBORN = """
trap '' TERM
sh -c "trap '' TERM; echo \\$\\$; while :; do sleep 0.1; done" &
echo $$
wait
while :; do sleep 0.1; done
"""


def test_cancelling_ends_a_child_and_all_that_it_started_although_they_will_not() -> None:
    pids: list[int] = []

    async def cancelled() -> None:
        def heard(line: bytes) -> None:
            pids.append(int(line))
            if len(pids) == 2:
                running.cancel()

        running = asyncio.ensure_future(process.run(SHELL, ["-c", STUBBORN], on_line=heard))
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    assert len(pids) == 2
    assert eventually(lambda: not any(_lives(pid) for pid in pids))


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_that_ends_when_asked_is_cancelled_at_once() -> None:
    async def cancelled() -> float:
        running = asyncio.ensure_future(process.run(SHELL, ["-c", "sleep 60"], born=lambda _: None))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return time.monotonic() - began

    assert asyncio.run(cancelled()) < 2


def test_a_listener_that_fails_ends_the_child() -> None:
    pids: list[int] = []

    def heard(_: bytes) -> None:
        raise ValueError("a mistake of ours")

    with pytest.raises(ValueError, match="a mistake of ours"):
        asyncio.run(process.run(SHELL, ["-c", "echo line; sleep 60"], on_line=heard, born=pids.append))
    assert not _lives(pids[0])


def test_what_a_child_left_behind_when_it_ended_is_ended_too() -> None:
    _, said = run("sleep 60 >/dev/null 2>&1 & echo $!")
    assert eventually(lambda: not _lives(int(said[0])))


def test_many_children_leave_no_zombie_and_no_open_file() -> None:
    us = psutil.Process()

    async def many() -> None:
        await asyncio.gather(*(process.run(SHELL, ["-c", "echo $0"]) for _ in range(10)))

    asyncio.run(many())
    before = us.num_fds()
    asyncio.run(many())
    assert us.num_fds() == before
    assert [child for child in us.children() if child.status() == psutil.STATUS_ZOMBIE] == []


PARENT = """
import asyncio
from pathlib import Path
from secretsbackup.tools import process
asyncio.run(process.run(Path("/bin/sh"), ["-c", "exec sleep 60"], born=lambda pid: print(pid, flush=True)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([PYTHON, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        time.sleep(0.2)
        assert _lives(child)
        parent.kill()
    assert eventually(lambda: not _lives(child))
