"""Hooks and calls: real commands, a real web server, a sendmail that notes; and all of them failing."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from secretsbackup.model.event import Caution, HookRan, Moment, Warned
from secretsbackup.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    Failure,
    Reason,
    Skip,
    Skipped,
    Summary,
    Why,
)
from secretsbackup.model.profile import Calls, Fingerprint, Hooks, Profile
from secretsbackup.operations import backup, hooks, runner
from secretsbackup.operations.runner import Run
from secretsbackup.store.home import Home
from tests.conftest import StandIn
from tests.operations.conftest import Play


async def done(_: Run) -> Summary:
    """A good backup."""
    return Summary()


async def fails(_: Run) -> Summary:
    """One that is none."""
    raise Failure(Reason.NO_ROOM, "/tmp")


async def skips(_: Run) -> Summary:
    """One that did not begin."""
    raise Skip(Why(Reason.SURGE))


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
    assert (ended.reason, ended.detail) == (Reason.HOOK_FAILED, "/bin/sh ended with 3")
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
    assert ran(moments) == [("before", None, ("It took longer than 1.0 s and was ended.",))]


def living(session: int) -> list[str]:
    """The processes of a session that are more than an entry which nobody has read yet."""
    alive = []
    for one in psutil.process_iter(["status", "name"]):
        with suppress(ProcessLookupError):
            if os.getsid(one.pid) == session and one.info["status"] != psutil.STATUS_ZOMBIE:
                alive.append(one.info["name"])
    return alive


def test_one_that_is_not_there_is_named(profile: Profile, play: Play) -> None:
    ended = play(hooks.around(done), of=replace(profile, hooks=Hooks(before=("/nowhere/dump",))))
    assert isinstance(ended, Failed)
    assert "/nowhere/dump" in ended.detail


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
        live = runner.start(hooks.around(waits), runner.Verb.BACKUP, of, run.home)
        await began.wait()
        live.cancel("you")
        assert await live.outcome() == Cancelled("you")

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
