"""Hooks and calls: real commands, a real web server, a sendmail that notes; and all of them failing."""

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.event import Caution, HookRan, Moment, Verb, Warned
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Failure, Skip, Skipped, Summary
from secretsbackup.model.profile import Calls, Fingerprint, Hooks, Profile
from secretsbackup.model.reason import Reason
from secretsbackup.operations.backup import backup
from secretsbackup.operations.run import hooks, runner
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import notes
from secretsbackup.store.home import Home
from tests.conftest import StandIn
from tests.operations.conftest import Play


async def done(_: Run) -> Summary:
    """A good backup."""
    return Summary()


async def fails(_: Run) -> Summary:
    """One that is none."""
    raise Failure(causes.NoRoom("/tmp"))


async def skips(_: Run) -> Summary:
    """One that did not begin."""
    raise Skip(causes.Surge(0))


def hooked(profile: Profile, *, before: str = "", after: str = "", seconds: int = 20) -> Profile:
    """A profile with these lines of sh as its hooks."""
    commands = {"before": before, "after": after}
    told = {name: ("/bin/sh", "-c", line) for name, line in commands.items() if line}
    return replace(profile, hooks=Hooks(**told, seconds=seconds))  # type: ignore[arg-type]


def ran(moments: list[Moment]) -> list[tuple[str, int | None, tuple[str, ...]]]:
    """The hooks that ran, how they ended and what they said."""
    events = [moment.event for moment in moments if isinstance(moment.event, HookRan)]
    return [(event.hook, event.status, event.lines) for event in events]


def cautions(moments: list[Moment]) -> list[tuple[str, str]]:
    """What was warned of."""
    return [(one.event.caution, one.event.detail) for one in moments if isinstance(one.event, Warned)]


def test_they_run_around_the_backup_and_are_told_how_it_ended(
    profile: Profile, play: Play, moments: list[Moment]
) -> None:
    of = hooked(
        profile, before="echo dump of $SECRETSBACKUP_PROFILE", after="echo $SECRETSBACKUP_OUTCOME >&2"
    )
    assert isinstance(play(hooks.around(done), of=of), Completed)
    assert isinstance(play(hooks.around(fails), of=of), Failed)
    assert isinstance(play(hooks.around(skips), of=of), Skipped)
    before = ("before", 0, ("dump of docs",))
    assert ran(moments) == [
        *(before, ("after", 0, ("completed",))),
        *(before, ("after", 0, ("failed",))),
        *(before, ("after", 0, ("skipped",))),
    ]


def test_one_that_fails_before_stops_the_run(profile: Profile, play: Play, moments: list[Moment]) -> None:
    ended = play(hooks.around(done), of=hooked(profile, before="echo no disk; exit 3", after="echo over"))
    assert isinstance(ended, Failed)
    assert ended.cause == causes.HookFailed("/bin/sh ended with 3")
    assert ran(moments) == [("before", 3, ("no disk",)), ("after", 0, ("over",))]


def test_one_that_fails_afterwards_is_a_warning(profile: Profile, play: Play, moments: list[Moment]) -> None:
    ended = play(hooks.around(done), of=hooked(profile, after="exit 1"))
    assert ended == Completed(Summary(), 1)
    assert cautions(moments) == [(Caution.HOOK_FAILED, "/bin/sh ended with 1")]


def test_one_that_takes_too_long_is_ended_with_all_that_it_started(
    profile: Profile, play: Play, moments: list[Moment], tmp_path: Path
) -> None:
    slow = f"echo $$ > {tmp_path}/group; sleep 61 & sleep 60"
    ended = play(hooks.around(done), of=hooked(profile, before=slow, seconds=1))
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.HOOK_FAILED
    assert living(int((tmp_path / "group").read_text())) == []
    assert ran(moments) == [("before", None, ("It ran longer than 1.0 sec and was stopped.",))]


def living(session: int) -> list[str]:
    """The processes of a session that are more than an entry which nobody has read yet."""
    alive = []
    for one in psutil.process_iter(["status", "name"]):
        with suppress(ProcessLookupError):
            if os.getsid(one.pid) == session and one.info["status"] != psutil.STATUS_ZOMBIE:
                alive.append(one.info["name"])
    return alive


@pytest.mark.parametrize("there", [False, True])
def test_one_that_is_not_there_or_may_not_be_run_is_named(
    profile: Profile, play: Play, moments: list[Moment], tmp_path: Path, there: bool
) -> None:
    dump = tmp_path / "my dump"
    if there:
        dump.write_text("#!/bin/sh\n")
    ended = play(hooks.around(done), of=replace(profile, hooks=Hooks(before=(str(dump),))))
    assert isinstance(ended, Failed)
    assert ended.cause == causes.HookFailed(f"{dump} cannot be started")
    assert ran(moments) == [("before", None, (f"{dump} was not found or is not executable.",))]


def test_one_whose_path_has_spaces_is_run(
    profile: Profile, play: Play, moments: list[Moment], tmp_path: Path
) -> None:
    dump = tmp_path / "my dump"
    dump.write_text('#!/bin/sh\necho "$1"\n')
    dump.chmod(0o700)
    play(hooks.around(done), of=replace(profile, hooks=Hooks(before=(str(dump), "two words"))))
    assert ran(moments) == [("before", 0, ("two words",))]


def test_however_much_one_says_little_of_it_is_kept_and_none_of_it_moves_the_cursor(
    profile: Profile, play: Play, moments: list[Moment]
) -> None:
    says = "head -c 9000000 /dev/zero; seq 1 99999; printf '\\033[2J\\377 %3000d\\n' 1; exit 1"
    ended = play(hooks.around(done), of=hooked(profile, before=says))
    assert isinstance(ended, Failed)
    (_, status, lines) = ran(moments)[0]
    assert (status, len(lines), lines[-2]) == (1, 50, "99999")
    assert lines[-1].startswith("\\x1b[2J\\xff  ")
    assert max(map(len, lines)) < 1100


def test_one_that_leaves_a_talker_behind_holds_nothing_up(
    profile: Profile, play: Play, moments: list[Moment], tmp_path: Path
) -> None:
    leaves = f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec yes' & sleep 0.5"
    assert isinstance(play(hooks.around(done), of=hooked(profile, before=leaves, seconds=20)), Completed)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def test_there_is_no_shell(profile: Profile, play: Play, moments: list[Moment], tmp_path: Path) -> None:
    words = ("echo", f"$HOME; touch {tmp_path}/made", "*")
    play(hooks.around(done), of=replace(profile, hooks=Hooks(before=words)))
    assert ran(moments) == [("before", 0, (" ".join(words[1:]),))]
    assert not (tmp_path / "made").exists()


def test_a_run_that_is_stopped_has_its_hook_afterwards(profile: Profile, run: Run, tmp_path: Path) -> None:
    async def stopped() -> None:
        began = asyncio.Event()

        async def waits(_: Run) -> Summary:
            began.set()
            await asyncio.sleep(60)
            return Summary()

        of = hooked(profile, after=f"echo $SECRETSBACKUP_OUTCOME > {tmp_path}/over")
        handle = runner.start(hooks.around(waits), runner.Verb.BACKUP, of, run.home)
        await began.wait()
        handle.cancel("you")
        assert await handle.outcome() == Cancelled("you")

    asyncio.run(stopped())
    assert (tmp_path / "over").read_text() == "cancelled\n"


# Calls and letters


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server, and what was asked of it; /broken is."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}", asked
        http.shutdown()


def test_success_and_failure_are_called(
    profile: Profile, play: Play, server: tuple[str, list[str]], stand_in: StandIn, moments: list[Moment]
) -> None:
    record = stand_in("notes", "sendmail") / "record"
    url, asked = server
    calls = Calls(success=f"{url}/good", failure=f"{url}/bad", mail="ada@example.org")
    of = replace(profile, calls=calls)
    play(hooks.around(done), of=of)
    assert asked == ["/good"]
    assert not record.exists()
    play(hooks.around(fails), of=of)
    play(hooks.around(skips), of=of)
    assert asked == ["/good", "/bad"]
    letter = record.read_text()
    assert "To: ada@example.org" in letter
    assert "Subject:" in letter
    assert cautions(moments) == []


def test_a_call_that_does_not_get_through_fails_no_backup_and_names_no_secret(
    profile: Profile, play: Play, server: tuple[str, list[str]], moments: list[Moment]
) -> None:
    of = replace(profile, calls=Calls(success=f"{server[0]}/broken"))
    assert play(hooks.around(done), of=of) == Completed(Summary(), 1)
    of = replace(profile, calls=Calls(success="http://127.0.0.1:1/planted-canary"))
    assert play(hooks.around(done), of=of) == Completed(Summary(), 1)
    assert cautions(moments) == [
        (Caution.NOT_TOLD, "127.0.0.1: HTTP 500"),
        (Caution.NOT_TOLD, "127.0.0.1: URLError"),
    ]


@pytest.fixture
def babbler() -> Iterator[str]:
    """The address of something that is no web server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = listener.accept()
                    with caller:
                        caller.recv(9999)
                        caller.sendall(b"220 mail.example.org ESMTP\r\n" * 9999)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/x", "http://127.0.0.1:x/", "http://[::1/", "BABBLER"]
)
def test_a_call_that_makes_no_sense_to_anyone_is_a_warning_too(
    profile: Profile, play: Play, moments: list[Moment], babbler: str, url: str
) -> None:
    calls = Calls(success=url.replace("BABBLER", babbler))
    assert play(hooks.around(done), of=replace(profile, calls=calls)) == Completed(Summary(), 1)
    assert cautions(moments)[0][0] is Caution.NOT_TOLD


def test_of_a_failure_that_goes_on_there_is_a_letter_a_day_and_one_when_it_is_over(
    profile: Profile, play: Play, server: tuple[str, list[str]], stand_in: StandIn, home: Home
) -> None:
    letters = stand_in("notes", "sendmail") / "record"
    url, asked = server
    of = replace(profile, calls=Calls(failure=f"{url}/bad", mail="ada@example.org"))

    async def fails_otherwise(_: Run) -> Summary:
        raise Failure(causes.SourceMissing("/tmp"))

    def subjects() -> list[str]:
        lines = letters.read_text().splitlines() if letters.exists() else []
        return [line.partition(": ")[2] for line in lines if line.startswith("Subject")]

    play(hooks.around(fails), of=of)
    play(hooks.around(fails), of=of)
    play(hooks.around(skips), of=of)
    play(hooks.around(fails), of=of)
    assert len(subjects()) == 1
    assert asked == ["/bad"] * 3
    play(hooks.around(fails_otherwise), of=of)
    assert len(subjects()) == 2
    notes.update(home, profile.name, written_at=datetime.now(UTC) - timedelta(days=1.1))
    play(hooks.around(fails_otherwise), of=of)
    assert len(subjects()) == 3
    play(hooks.around(done), of=of)
    play(hooks.around(done), of=of)
    assert len(subjects()) == 4
    assert "again" in letters.read_text()
    play(hooks.around(fails_otherwise), of=of)
    assert len(subjects()) == 5


def test_a_letter_that_did_not_get_through_is_written_again(
    profile: Profile, play: Play, stand_in: StandIn, moments: list[Moment]
) -> None:
    sendmail = stand_in("notes", "sendmail") / "sendmail"
    works = sendmail.read_text()
    sendmail.write_text("#!/bin/sh\necho 'postdrop: no queue' >&2\nexit 75\n")
    of = replace(profile, calls=Calls(mail="ada@example.org"))
    play(hooks.around(fails), of=of)
    assert cautions(moments) == [(Caution.NOT_TOLD, "sendmail 75")]
    sendmail.write_text(works)
    play(hooks.around(fails), of=of)
    assert "Subject" in (sendmail.parent / "record").read_text()


def test_where_there_is_no_sendmail_that_is_said(profile: Profile, play: Play, moments: list[Moment]) -> None:
    if os.access("/usr/sbin/sendmail", os.X_OK) or shutil.which("sendmail"):
        pytest.skip("this machine has one")
    play(hooks.around(fails), of=replace(profile, calls=Calls(mail="ada@example.org")))
    assert cautions(moments) == [(Caution.NOT_TOLD, "there is no sendmail")]


def test_a_letter_about_a_path_that_is_no_text_is_sent(
    profile: Profile, play: Play, stand_in: StandIn, moments: list[Moment]
) -> None:
    async def fails_there(_: Run) -> Summary:
        raise Failure(causes.NotWritable("/home/\udcff"))

    letters = stand_in("notes", "sendmail") / "record"
    play(hooks.around(fails_there), of=replace(profile, calls=Calls(mail="ada@example.org")))
    assert "Subject" in letters.read_text()
    assert cautions(moments) == []


def test_damage_that_a_drill_finds_is_told_and_what_only_stood_in_its_way_is_not(
    profile: Profile, play: Play, server: tuple[str, list[str]], stand_in: StandIn
) -> None:
    async def damaged(_: Run) -> Summary:
        raise Failure(causes.VolumeCorrupt("duplicity-full.vol1"))

    letters = stand_in("notes", "sendmail") / "record"
    of = replace(profile, calls=Calls(failure=f"{server[0]}/bad", mail="ada@example.org"))
    play(hooks.telling(fails), Verb.VERIFY, of=of)
    assert (server[1], letters.exists()) == ([], False)
    play(hooks.telling(damaged), Verb.VERIFY, of=of)
    assert (server[1], letters.exists()) == (["/bad"], True)


def test_whoever_is_to_be_called_hears_also_of_a_memory_that_is_no_use(
    profile: Profile, play: Play, home: Home, stand_in: StandIn, key: Fingerprint
) -> None:
    letters = stand_in("notes", "sendmail") / "record"
    home.database.parent.mkdir(parents=True)
    with closing(sqlite3.connect(home.database)) as memory:
        memory.execute("PRAGMA user_version = 99")
    of = replace(profile, key=key, calls=Calls(mail="ada@example.org"))
    ended = play(backup.recipe(), of=of)
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.MEMORY_NEWER
    assert letters.exists()
