"""What the handbook shows is really done, as a newcomer does it: on a disk, with the same lines."""

import os
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secretsbackup.words import handbook
from tests.docs.commands_in import HELP, blocks, examples
from tests.end_to_end.machine import PASSPHRASE, Machine

_KEY = "0123456789ABCDEF0123456789ABCDEF01234567"
_DISK = "/media/disk"
_LOOKS = [
    *(
        "status",
        "snapshots",
        "files",
        "find",
        "versions",
        "runs",
        "log",
        "doctor",
        "verify",
        "prune",
        "accept",
    ),
    *("kit", "pause", "resume", "stop", "help", "timer status", "autostart status", "backup --due"),
    *("profile check", "profile show", "profile list", "key list", "key passphrase", "restore"),
]
"""What is done of all pages, in this order, after the first backup."""
_NOT_HERE = {"--from", "--continue", "--until", "web1", "laptop"}
"""Words of examples for another place or another time."""


class Reader:
    """Does what the handbook says: its disk is a folder here, its key is a test's, its dates are now."""

    def __init__(self, user: Machine, key: str) -> None:
        self.user = user
        self._disk = user.home / "disk"
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        self._here = {
            _DISK: str(self._disk),
            _KEY: key,
            "2026-11-22": f"{tomorrow:%Y-%m-%d}",
            "FOLDER": str(user.home / "folder"),
        }

    def prepare(self) -> None:
        for folder in ("Documents", "Pictures", "Desktop", "disk"):
            (self.user.home / folder).mkdir()
        (self.user.home / "Documents" / "letter.odt").write_text("Dear reader,\n")
        (self.user.home / "Documents" / "private.txt").write_text("to be kept\n")

    def word(self, shown: str) -> str:
        """A word of a command as it is here."""
        for there, here in self._here.items():
            shown = shown.replace(there, here)
        return str(self.user.home / shown[2:]) if shown.startswith("~/") else shown

    def do(self, words: list[str]) -> None:
        """Do it; it must end well, with warnings at most, or for nothing is due."""
        said = self.user.run(*map(self.word, words), given=f"{PASSPHRASE}\n", status=None)
        wanted = (0, 75) if "--due" in words else (0, 3) if words[0] in ("doctor", "kit") else (0,)
        assert said.status in wanted, f"secretsbackup {shlex.join(words)}: {said}"


@pytest.fixture
def reader(user: Machine, keys: tuple[Path, str]) -> Reader:
    """Somebody with some files and an empty disk."""
    made = Reader(user, keys[1])
    made.prepare()
    return made


def shown(topics: tuple[str, ...] = handbook.TOPICS) -> list[list[str]]:
    """The commands of these pages, each once."""
    all_of_them = [words for topic in topics for words in examples((HELP / f"{topic}.md").read_text())]
    return [list(words) for words in dict.fromkeys(map(tuple, all_of_them))]


def fits_here(words: list[str]) -> bool:
    """Whether an example is about the computer of this test."""
    return not _NOT_HERE & {*words} and not any("ada-backups" in word or "ada@" in word for word in words)


def test_what_the_handbook_shows_is_really_done(reader: Reader) -> None:
    first = [words for words in shown(("first-backup",)) if words[0] in ("profile", "backup")]
    assert [words[0] for words in first] == ["profile", "backup"]
    for words in first:
        reader.do(words)
    others = [words for words in shown() if fits_here(words) and "--put-back" not in words]
    looks = [words for start in _LOOKS for words in others if " ".join(words).startswith(start)]
    assert len(looks) > 30
    for words in looks:
        reader.do(words)
    restored = list((reader.user.home / "Desktop").glob("restored-*/Documents/letter.odt"))
    assert restored
    assert {path.read_text() for path in restored} == {"Dear reader,\n"}


def test_every_setting_that_the_handbook_shows_is_taken(reader: Reader) -> None:
    for words in [words for words in shown(("first-backup",)) if words[0] == "profile"]:
        reader.do(words)
    settings = [words for words in shown() if fits_here(words) and words[:2] == ["profile", "set"]]
    assert len(settings) > 15
    for words in settings:
        reader.do(words)


def test_a_pattern_of_the_handbook_leaves_out_what_it_says(reader: Reader) -> None:
    for words in [words for words in shown(("first-backup",)) if words[0] == "profile"]:
        reader.do(words)
    documents = reader.user.home / "Documents"
    for path in (
        "film.iso",
        "a/cache/x",
        "Downloads/x",
        "a/Downloads/kept",
        "Work/old/a.zip",
        "node_modules/x",
    ):
        (documents / path).parent.mkdir(parents=True, exist_ok=True)
        (documents / path).write_text("x")
    page = (HELP / "excludes.md").read_text()
    table = page.partition("| --- | --- |\n")[2].partition("\n\n")[0]
    patterns = [row.split("`")[1] for row in table.splitlines()]
    reader.user.run("profile", "set", *(word for one in patterns for word in ("--exclude", one)))
    reader.user.backup()
    kept = {line["path"] for line in reader.user.run("files", "--json").lines if line["kind"] == "file"}
    assert kept == {f"Documents/{name}" for name in ("a/Downloads/kept", "letter.odt", "private.txt")}


def test_the_page_without_this_program_restores_without_it(reader: Reader, tmp_path: Path) -> None:
    for words in [words for words in shown(("first-backup",)) if words[0] in ("profile", "backup")]:
        reader.do(words)
    page = (HELP / "without-this-program.md").read_text()
    lines = [line for block in blocks(page) for line in block]
    here = [line for line in lines if line.startswith("duplicity ") and _DISK in line]
    assert len(here) == 4
    programs = Path(sys.prefix) / "duplicity" / "bin"
    env = {**reader.user.env, "PASSPHRASE": PASSPHRASE, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for line in here:
        words = [reader.word(word) for word in shlex.split(line)]
        words[0] = shutil.which("duplicity", path=env["PATH"]) or words[0]
        subprocess.run(words, env=env, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "restored" / "Documents" / "letter.odt").read_text() == "Dear reader,\n"
    assert (tmp_path / "letter.odt").read_text() == "Dear reader,\n"
