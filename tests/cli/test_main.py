"""The command line: what it says, to whom, and with which exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from secretsbackup import __version__
from secretsbackup.cli import dispatch
from secretsbackup.cli.parser import parser
from secretsbackup.desktop.settings import Settings
from secretsbackup.model.profile import Fingerprint
from secretsbackup.store.home import standard
from secretsbackup.words import language
from tests.cli.conftest import Said, Say
from tests.conftest import StandIn
from tests.docs.commands import commands

VERSION = """
import sys
from secretsbackup.cli.main import main
status = main(["--version"])
heavy = {"PySide6", "boto3", "botocore", "keyring", "rich", "asyncio", "msgspec", "sqlite3"} & {*sys.modules}
sys.exit(status or ",".join(sorted(heavy)) or 0)
"""


def test_the_version_is_said_without_loading_anything_heavy() -> None:
    said = subprocess.run([sys.executable, "-c", VERSION], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, f"secretsbackup {__version__}\n", "")


def test_help_loads_nothing_heavy_either(say: Say) -> None:
    said = say("--help")
    assert said.status == 0
    assert all(verb in said.out for verb in ("backup", "restore", "verify", "snapshots", "demo", "profile"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("restore p --to X src/x --json y", {"words": ["p", "src/x", "y"], "to": "X", "json": True}),
        ("restore --to X p -- -rf --json", {"words": ["p", "-rf", "--json"], "json": False}),
        ("restore -- -a -- c", {"words": ["-a", "--", "c"]}),
        ("restore - -5 --to=X", {"words": ["-", "-5"], "to": "X"}),
        ("restore p --continue", {"words": ["p"], "resumed": ""}),
        ("restore --continue X p --json", {"words": ["p"], "resumed": "X"}),
        ("restore --continue --js p", {"words": ["p"], "resumed": "", "json": True}),
        ("backup --full p --yes", {"name": "p", "full": True, "yes": True}),
        ("backup --full -v", {"name": None, "verbose": True}),
        ("find p --limit 3 x --deleted", {"words": ["p", "x"], "limit": 3, "deleted": True}),
        ("find -- -x", {"words": ["-x"]}),
        ("secret set p --json gpg-passphrase", {"name": "p", "secret": "gpg-passphrase"}),
        ("--json --profile p status", {"json": True, "chosen": "p", "name": None}),
        ("profile --json list", {"json": True, "command": "profile list"}),
        ("profile set --keep 3 p --exclude a --exclude b", {"name": "p", "keep": 3, "exclude": ["a", "b"]}),
        ("autostart --json on", {"wanted": "on"}),
        ("autostart", {"wanted": "status", "json": False, "chosen": None}),
    ],
)
def test_options_go_anywhere_and_after_two_dashes_all_are_names(line: str, expected: dict[str, Any]) -> None:
    options = vars(parser().parse_args(line.split()))
    assert {name: options[name] for name in expected} == expected


def test_a_name_with_a_blank_is_no_option() -> None:
    assert parser().parse_args(["restore", "--to", "X", "-my file"]).words == ["-my file"]


@pytest.mark.parametrize(
    "words",
    [
        ("restore", "p", "-rf"),
        ("sing",),
        ("backup", "--loud"),
        ("profile",),
        ("profile", "add", "docs"),
        ("secret", "set", "docs", "wine"),
        ("restore", "--to"),
        ("profile", "add", "d", "--source", "/x", "--to", "file:///y", "--key", "k", "--keep", "two"),
    ],
)
def test_what_is_not_understood_is_status_2(say: Say, words: tuple[str, ...]) -> None:
    said = say(*words)
    assert said.status == 2
    assert "usage:" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("backup", "ghost"),
        ("backup", "--profile", "ghost"),
        ("status", "ghost"),
        ("runs", "ghost"),
        ("verify", "ghost"),
        ("snapshots", "ghost"),
        ("files", "--profile", "ghost"),
        ("profile", "show", "ghost"),
        ("profile", "remove", "ghost"),
        ("profile", "check", "ghost"),
        ("secret", "set", "ghost", "gpg-passphrase"),
    ],
)
def test_an_unknown_profile_is_status_2_and_a_sentence(say: Say, added: Said, words: tuple[str, ...]) -> None:
    said = say(*words)
    assert said.status == 2
    assert "There is no profile “ghost”." in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "words", [("backup",), ("verify",), ("snapshots",), ("restore", "--to", "/tmp"), ("log",)]
)
def test_without_any_profile_one_is_told_where_to_begin(say: Say, words: tuple[str, ...]) -> None:
    said = say(*words)
    assert said.status == 2
    assert said.err.strip()
    assert said.out == ""


def test_without_a_command_one_is_told_where_to_begin(say: Say) -> None:
    said = say()
    assert said.status == 0
    assert "secretsbackup init" in said.out


def test_a_profile_is_added_listed_shown_and_removed(
    say: Say, added: Said, tmp_path: Path, key: Fingerprint
) -> None:
    assert added.status == 0
    assert "secretsbackup backup docs" in added.out
    assert f"file://{tmp_path}/disk/backups" in say("profile", "list").out
    shown = say("profile", "show").out
    assert key in shown
    assert str(tmp_path / "docs") in shown
    assert say("profile", "remove").status == 2
    assert say("profile", "remove", "docs").status == 0
    assert "no profile yet" in say("profile", "list").err


def test_a_name_is_taken_once(say: Say, added: Said, tmp_path: Path, key: Fingerprint) -> None:
    words = ["--source", str(tmp_path), "--to", "file:///x", "--key", key]
    said = say("profile", "add", "docs", *words)
    assert said.status == 2
    assert "There is a profile “docs” already." in said.err


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        ("--to", "ftp://host/x", "“ftp://”"),
        ("--to", "s3://bucket", "prefix"),
        ("--keep", "0", "keep: Give a number of at least 1."),
        ("--key", "nobody@example.org", "nobody@example.org"),
    ],
)
def test_what_a_profile_cannot_have_is_said(
    say: Say, key: Fingerprint, flag: str, value: str, sentence: str
) -> None:
    words = {"--source": "/docs", "--to": "s3://bucket/prefix", "--key": str(key), flag: value}
    said = say("profile", "add", "docs", *(word for pair in words.items() for word in pair))
    assert said.status in (1, 2)
    assert sentence in said.err
    assert "no profile yet" in say("profile", "list").err


def lines(said: Said) -> list[dict[str, object]]:
    """The lines of JSON that a command printed."""
    return [json.loads(line) for line in said.out.splitlines()]


def test_with_json_every_line_is_json(say: Say, added: Said, stand_in: StandIn) -> None:
    stand_in("duplicity_pretends", "duplicity")
    said = say("backup", "--json")
    assert said.status == 0
    types = [line["event"]["type"] for line in lines(said)]  # type: ignore[index]
    assert (types[0], types[-1]) == ("run-started", "run-ended")
    assert [line["kind"] for line in lines(say("snapshots", "--json"))] == ["full"]
    assert [line["verb"] for line in lines(say("runs", "--json"))] == ["backup"]
    assert [line["level"] for line in lines(say("status", "--json"))] == ["protected"]
    assert [line["name"] for line in lines(say("profile", "list", "--json"))] == ["docs"]
    assert [line["name"] for line in lines(say("profile", "show", "--json"))] == ["docs"]
    assert [line["reason"] for line in lines(say("backup", "ghost", "--json"))] == ["profile-unknown"]
    assert lines(say("log", "--json"))[0] == lines(said)[0]


def test_for_people_it_is_sentences(say: Say, added: Said, stand_in: StandIn, tmp_path: Path) -> None:
    stand_in("duplicity_pretends", "duplicity")
    said = say("backup")
    assert said.out.startswith("Backed up 1 file, 4 bytes")
    assert "Send:" in said.err
    assert say("backup").out == "Nothing changed; 1 file, 4 bytes are safe.\n"
    assert say("status").out.startswith("docs: Everything safe as of ")
    assert "Backed up" in say("runs").out
    assert "Collect:" in say("log").out
    assert "full" in say("snapshots").out
    assert say().out == say("status").out


def test_warnings_are_status_3_and_a_missing_source_75(
    say: Say, added: Said, stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    (tmp_path / "docs" / "round").symlink_to(tmp_path / "docs")
    said = say("backup")
    assert said.status == 3
    assert "is a link to one of its own parent folders" in said.err
    (tmp_path / "docs").rename(tmp_path / "away")
    said = say("backup")
    assert said.status == 75
    assert f"{tmp_path}/docs is not there" in said.err


def test_a_failure_is_status_1_with_an_advice(say: Say, added: Said, stand_in: StandIn) -> None:
    stand_in("duplicity_old", "duplicity")
    said = say("backup")
    assert said.status == 1
    assert "duplicity 2.1.4" in said.err
    assert "→ " in said.err


def test_settings_that_are_broken_are_named(say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "xdg" / "config" / "secretsbackup"
    folder.mkdir(parents=True)
    (folder / "profiles.toml").write_text("version = 1\n[profile")
    said = say("profile", "list")
    assert said.status == 1
    assert "profiles.toml" in said.err


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01", "never"])
def test_what_is_no_time_is_status_2(say: Say, added: Said, time: str) -> None:
    said = say("restore", "--to", "/tmp", "--at", time)
    assert said.status == 2
    assert f"“{time}” is not a valid time." in said.err


def test_fields_of_a_profile_are_changed_one_by_one(say: Say, added: Said) -> None:
    (before,) = lines(say("profile", "show", "--json"))
    words = ("--schedule", "weekly mon 9:30", "--only-on-power", "--overdue-after", "9", "--exclude", "*.iso")
    words += ("--verify-every", "14")
    assert say("profile", "set", "docs", *words).out == "The profile “docs” was changed.\n"
    (after,) = lines(say("profile", "show", "--json"))
    assert after == {
        **before,
        "schedule": {"type": "weekly", "day": "monday", "at": "09:30"},
        "only_on_power": True,
        "overdue_after_days": 9,
        "verify_every": 14,
        "exclude": ["*.iso"],
    }
    shown = say("profile", "show").out
    assert "weekly mon 09:30" in shown
    assert "only on power yes" in shown
    assert "verify every  14 days" in shown
    assert say("profile", "set", "--no-only-on-power", "--exclude", "").status == 0
    assert lines(say("profile", "show", "--json")) == [
        {name: value for name, value in after.items() if name not in ("only_on_power", "exclude")}
    ]


def test_options_are_read_by_their_former_names_too(say: Say, added: Said) -> None:
    former = ("--spread", "5", "--patience", "6", "--surge", "7", "--upheaval", "8", "--prove-every", "9")
    assert say("profile", "set", "docs", *former).status == 0
    (after,) = lines(say("profile", "show", "--json"))
    fields = ("jitter_minutes", "overdue_after_days", "ask_above_new_gb", "ask_above_changed_percent")
    assert [after[field] for field in (*fields, "verify_every")] == [5, 6, 7, 8, 9]
    options = parser().parse_args(["backup", "--even-if-empty", "--allow-surge", "--allow-upheaval"])
    assert (options.allow_empty, options.allow_large, options.allow_many_changes) == (True, True, True)
    assert not parser().parse_args(["backup"]).allow_large
    assert "--surge" not in parser().format_help()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--schedule", "now and then"), "“now and then” is not a schedule"),
        (("--keep", "0"), "keep: Give a number of at least 1."),
        (("--ask-above-changed", "101"), "from 0 to 100"),
        (("--to", "ftp://x/y"), "“ftp://”"),
    ],
)
def test_what_a_profile_cannot_be_changed_to_is_said(
    say: Say, added: Said, words: tuple[str, ...], sentence: str
) -> None:
    said = say("profile", "set", *words)
    assert said.status == 2
    assert sentence in said.err


def test_a_pause_lasts_as_long_as_is_said(say: Say, added: Said) -> None:
    assert say("pause").out == "“docs” is paused until you resume it.\n"
    assert say("pause", "docs", "--for", "2h").out.startswith("“docs” is paused until 2")
    assert say("pause", "--for", "a while").status == 2
    assert say("pause", "--until", "2001-01-01").status == 2
    assert say("resume").out == "“docs” backs up automatically again.\n"


def test_what_is_due_is_backed_up_without_a_word(
    say: Say, added: Said, stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    assert say("backup", "--due") == Said(0, "", "")
    assert say("backup", "--due") == Said(75, "", "")
    said = say("backup", "--due", "-v")
    assert (said.status, said.out) == (75, "")
    assert said.err.startswith("docs: Not due until ")
    line, verification = lines(say("backup", "--due", "--json", "docs"))
    assert line["due"] is False
    assert (verification["verb"], verification["due"]) == ("verify", False)
    assert [cause["reason"] for cause in line["against"]] == ["not-yet"]  # type: ignore[attr-defined]


def test_what_is_due_and_fails_is_told(say: Say, added: Said, stand_in: StandIn) -> None:
    stand_in("duplicity_old", "duplicity")
    said = say("backup", "--due")
    assert said.status == 1
    assert "duplicity 2.1.4" in said.err
    assert say("backup", "--due") == Said(75, "", "")


def test_what_is_accepted_is_not_told_again(say: Say, added: Said, stand_in: StandIn, tmp_path: Path) -> None:
    stand_in("duplicity_pretends", "duplicity")
    (tmp_path / "docs" / "round").symlink_to(tmp_path / "docs")
    say("backup")
    assert "but 1 link to its own parent folder skipped." in say("status").out
    assert say("accept").out == "docs: accepted: 1 link to its own parent folder skipped\n"
    assert say("status").out.startswith("docs: Everything safe as of ")
    (status,) = lines(say("status", "--json"))
    assert [one["accepted"] for one in status["concerns"]] == [True]  # type: ignore[attr-defined]
    assert (status["level"], status["due"]) == ("protected", False)
    (tmp_path / "docs" / "another").symlink_to(tmp_path / "docs")
    say("backup")
    assert "but 2 links to their own" in say("status").out


def test_what_nobody_wants_back_is_in_the_log_alone(
    say: Say, added: Said, stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    (tmp_path / "docs" / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "docs" / "pipe")
    said = say("backup")
    assert (said.status, "pipe" in said.err, "broken" in said.err) == (0, False, False)
    assert say("status").out.startswith("docs: Everything safe as of ")
    told = say("log").out
    assert f"  “{tmp_path}/docs/pipe” is a socket, a pipe or a device" in told
    assert f"  “{tmp_path}/docs/broken” is a link to something that does not exist" in told


def test_a_pipe_that_was_chosen_itself_is_a_warning(
    say: Say, added: Said, stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    os.mkfifo(tmp_path / "pipe")
    say("profile", "set", "docs", "--source", str(tmp_path / "docs"), "--source", str(tmp_path / "pipe"))
    said = say("backup")
    assert (said.status, said.err.count(f"“{tmp_path}/pipe”")) == (3, 1)


def test_backups_on_the_disk_of_the_files_are_not_called_safe(
    say: Say, added: Said, stand_in: StandIn, one_disk: None
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    say("backup")
    told = say("status").out
    assert "but the backups are on the same disk as your files." in told
    assert "secretsbackup accept" in told
    assert lines(say("status", "--json"))[0]["level"] == "attention"
    say("accept")
    assert say("status").out.startswith("docs: Everything safe as of ")


def test_backups_that_nothing_starts_are_not_called_safe(
    say: Say, added: Said, stand_in: StandIn, untended: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    say("backup")
    assert "but backups do not start after a restart." in say("status").out
    assert "secretsbackup timer on" in say("status").out
    say("autostart", "on")
    assert say("status").out.startswith("docs: Everything safe as of ")
    say("autostart", "off")
    assert "backups do not start" in say("status").out
    say("profile", "set", "docs", "--schedule", "manual")
    assert say("status").out.startswith("docs: Everything safe as of ")


def test_what_cron_starts_needs_nothing_else(
    say: Say, added: Said, stand_in: StandIn, untended: Path
) -> None:
    stand_in("duplicity_pretends", "duplicity")
    say("backup", "--due")
    assert say("status").out.startswith("docs: Everything safe as of ")


def test_the_timer_is_switched_on_and_off(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nothing runs here"))
    assert say("timer", "status").out == "The timer is off.\n"
    said = say("timer", "on")
    assert said.out.startswith("The timer is on")
    assert "crontab" in said.err
    assert lines(say("timer", "status", "--json")) == [{"on": True, "moved": False, "running": None}]
    assert say("timer", "off").out == "The timer is off.\n"


def test_hooks_and_calls_are_set_and_taken_back(say: Say, added: Said) -> None:
    words = (
        "--before",
        "pg_dump -f '/tmp/a b'",
        "--call-on-failure",
        "https://example.org/x",
        "--mail",
        "ada",
    )
    assert say("profile", "set", *words).status == 0
    (profile,) = lines(say("profile", "show", "--json"))
    assert profile["hooks"] == {"before": ["pg_dump", "-f", "/tmp/a b"]}
    assert profile["calls"] == {"failure": "https://example.org/x", "mail": "ada"}
    assert "before it     pg_dump -f '/tmp/a b'" in say("profile", "show").out
    assert say("profile", "set", "--call-on-failure", "ftp://x").status == 2
    assert say("profile", "set", "--before", "", "--call-on-failure", "", "--mail", "").status == 0
    (profile,) = lines(say("profile", "show", "--json"))
    assert not profile.get("hooks")
    assert not profile.get("calls")


def test_the_status_is_told_in_the_language_of_the_desktop(
    say: Say, added: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    not_yet = "docs: Nicht geschützt: Es gibt noch keine Sicherung."
    try:
        monkeypatch.setenv("LC_ALL", "de_AT.UTF-8")
        assert not_yet in say("status").out
        assert not_yet.partition(": ")[2] == json.loads(say("status", "--json").out)["sentence"]
        Settings(standard()).language = "en"
        assert "docs: Not protected: there is no backup yet." in say("status").out
        monkeypatch.setenv("LC_ALL", "C")
        Settings(standard()).language = "de"
        assert not_yet in say("status").out
        standard().desktop.write_bytes(b"\xff[[[\nno=settings")
        assert "docs: Not protected" in say("status").out
    finally:
        language.set_language("en")


def test_every_command_has_its_function() -> None:
    typed = [name for name, _ in commands()]
    assert [dispatch.find(name).__name__ for name in typed] == [name.replace(" ", "_") for name in typed]
    with pytest.raises(KeyError):
        dispatch.find("no such command")
