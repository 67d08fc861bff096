"""The stage becomes like the source, whatever lies there; what could not be taken along is said."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.tools import process, rsync
from secretsbackup.tools.rsync import Collected
from tests.conftest import StandIn, Told


class Place:
    """A source, and the stage that is made like it."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "docs"
        self.stage = folder / "stage"
        self.staged = self.stage / "docs"
        self.told = Told()
        self.source.mkdir(parents=True)
        self.stage.mkdir()

    def write(self, name: str | bytes, content: bytes = b"text") -> bytes:
        """A file of the source, with the folders that it takes."""
        path = os.path.join(bytes(self.source), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def link(self, name: str, target: str | Path) -> None:
        """A link of the source."""
        (self.source / name).symlink_to(target)

    def mirror(self, *exclude: str, own: Sequence[Path] = ()) -> Collected:
        """Make the stage like the source, now."""
        self.told.clear()
        source = Source("docs", str(self.source))
        program = process.find("rsync")
        return asyncio.run(
            rsync.mirror(program, source, self.stage, exclude=exclude, own=own, tell=self.told)
        )

    def names(self) -> set[bytes]:
        """Every path of the stage but its top."""
        root = bytes(self.staged)
        return {
            os.path.join(folder, name)[len(root) + 1 :]
            for folder, folders, files in os.walk(root)
            for name in [*folders, *files]
        }

    def is_stable(self, *exclude: str) -> bool:
        """Whether a second run finds nothing to do."""
        return self.mirror(*exclude).changes == 0


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty source and an empty stage."""
    return Place(tmp_path)


def test_the_stage_becomes_like_the_source(place: Place) -> None:
    place.write("a.txt", b"one")
    place.write("deep/er/b.bin", b"x" * 1000)
    collected = place.mirror()
    assert (place.staged / "deep/er/b.bin").read_bytes() == b"x" * 1000
    assert (collected.changed_files, collected.changed_bytes) == (2, 1003)
    assert (collected.files, collected.bytes) == (2, 1003)
    assert place.told.warnings == []


def test_an_unchanged_source_changes_nothing(place: Place) -> None:
    place.write("a.txt")
    place.mirror()
    assert place.mirror() == Collected(files=1, bytes=4)


def test_of_a_changed_source_only_the_change_is_counted(place: Place) -> None:
    place.write("a.txt")
    place.write("b.txt")
    place.mirror()
    place.write("b.txt", b"something longer")
    collected = place.mirror()
    assert (collected.changes, collected.changed_files, collected.changed_bytes) == (1, 1, 16)
    assert collected.files == 2


def test_what_is_deleted_is_deleted_in_the_stage_and_counts(place: Place) -> None:
    place.write("a.txt")
    place.write("b/c.txt")
    place.mirror()
    shutil.rmtree(place.source / "b")
    assert place.mirror().changes >= 2
    assert place.names() == {b"a.txt"}


def test_a_new_mode_is_a_change(place: Place) -> None:
    place.write("a.txt")
    place.mirror()
    (place.source / "a.txt").chmod(
        0o600 if (place.source / "a.txt").stat().st_mode & 0o777 != 0o600 else 0o640
    )
    assert place.mirror().changes == 1


def test_links_are_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret").write_text("text")
    place.link("folder", tmp_path / "elsewhere")
    place.link("file", tmp_path / "elsewhere" / "secret")
    place.mirror()
    assert place.names() == {b"folder", b"folder/secret", b"file"}
    assert not any(path.is_symlink() for path in place.staged.rglob("*"))
    assert place.is_stable()


def test_a_dangling_link_is_a_warning_with_its_name_and_hinders_nothing(place: Place) -> None:
    place.write("a.txt")
    place.link("broken", "/nowhere/at/all")
    place.mirror()
    assert place.told.warnings == [(Caution.DANGLING_LINK, str(place.source / "broken"))]
    assert place.names() == {b"a.txt"}
    assert place.is_stable()


def test_deletion_goes_on_although_a_link_dangles(place: Place) -> None:
    place.write("a.txt")
    place.write("b.txt")
    place.link("broken", "/nowhere/at/all")
    place.mirror()
    (place.source / "a.txt").unlink()
    place.mirror()
    assert place.names() == {b"b.txt"}


@pytest.mark.parametrize("name", ["good", "go*d", "go[o]d?", "go\\od", "go\\*d", " good ", "-good", "g\no"])
def test_a_link_that_dangles_now_keeps_what_was_staged_of_it(place: Place, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "inside.txt").write_text("text")
    place.link(name, target)
    place.write("a.txt")
    place.mirror()
    target.rename(tmp_path / "moved")
    place.mirror()
    assert (place.staged / name / "inside.txt").read_text() == "text"
    assert place.told.warnings == [(Caution.COPY_KEPT, shown(bytes(place.source / name)))]


def test_a_pipe_and_a_socket_are_left_out_with_a_warning(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(place.source / "pipe")
    monkeypatch.chdir(place.source)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        place.mirror()
    found = {(caution, Path(path).name) for caution, path in place.told.warnings}
    assert found == {(Caution.SPECIAL_FILE, "pipe"), (Caution.SPECIAL_FILE, "socket")}
    assert place.names() == set()


@pytest.mark.parametrize("target", [".", "..", "../..", "../../..", "/"])
def test_a_link_up_its_own_tree_is_left_out(place: Place, target: str) -> None:
    place.write("a/b.txt")
    place.link("a/up", target)
    place.mirror()
    assert place.names() == {b"a", b"a/b.txt"}
    assert place.told.warnings == [(Caution.LINK_LOOP, str(place.source / "a/up"))]
    assert place.is_stable()


def test_two_folders_that_link_to_each_other_end(place: Place) -> None:
    place.write("a/a.txt")
    place.write("b/b.txt")
    place.link("a/to-b", "../b")
    place.link("b/to-a", "../a")
    place.mirror()
    assert place.names() == {
        *(b"a", b"a/a.txt", b"a/to-b", b"a/to-b/b.txt"),
        *(b"b", b"b/b.txt", b"b/to-a", b"b/to-a/a.txt"),
    }
    assert {path for _, path in place.told.warnings} == {
        str(place.source / "a/to-b/to-a"),
        str(place.source / "b/to-a/to-b"),
    }


@pytest.mark.parametrize(
    "name", ["lo*p", "l[oo]p", "l\\oop", "l\\o?op", " loop ", "lo\nop", 'lo"op', "-loop"]
)
def test_a_loop_is_left_out_by_name_and_nothing_else_is(place: Place, name: str) -> None:
    place.link(name, ".")
    place.write("loop/a.txt")
    place.write("lo/op/a.txt")
    place.mirror()
    assert place.names() == {b"loop", b"loop/a.txt", b"lo", b"lo/op", b"lo/op/a.txt"}


def test_a_loop_that_is_excluded_is_not_worth_a_warning(place: Place) -> None:
    place.link("loop", ".")
    place.mirror("/loop")
    assert place.told.warnings == []


STRANGE = [
    *("new\nline", "tab\t", 'quo"te', "quo'te", "sta*r", "quest?on", "[brackets]", "back\\slash", "-rf"),
    *(" leading", "trailing ", "#hash", "+ plus", "- minus", "€uro", "a\\#012b", "~", "$(id)", "a:b", ";"),
]


@pytest.mark.parametrize("name", [*map(os.fsencode, STRANGE), b"\xff\xfe", b"latin-\xe9", b"\x01\x1b[31m"])
def test_any_name_is_staged(place: Place, name: bytes) -> None:
    place.write(name)
    place.write(b"in/" + name)
    place.mirror()
    assert place.names() == {name, b"in", b"in/" + name}
    assert place.told.warnings == []
    assert place.is_stable()


@pytest.mark.parametrize("name", [*map(os.fsencode, STRANGE), b"\xff\xfe", b"latin-\xe9", b"\x01\x1b[31m"])
def test_any_name_can_be_warned_of(place: Place, name: bytes) -> None:
    os.symlink("/nowhere/at/all", bytes(place.source) + b"/" + name)
    place.mirror()
    assert place.told.warnings == [(Caution.DANGLING_LINK, shown(bytes(place.source) + b"/" + name))]


NAMES = st.binary(min_size=1, max_size=12).filter(
    lambda name: not {*b"\0/"} & {*name} and name not in (b".", b"..")
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(NAMES, st.binary(max_size=50), max_size=8))
def test_whatever_the_source_holds_the_stage_holds(
    tmp_path_factory: pytest.TempPathFactory, files: dict[bytes, bytes]
) -> None:
    place = Place(tmp_path_factory.mktemp("any"))
    for name, content in files.items():
        place.write(name, content)
    place.mirror()
    assert place.names() == set(files)
    assert place.is_stable()


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("/cache", {b"sub", b"sub/cache", b"sub/cache/x", b"a.tmp", b"sub/a.tmp"}),
        ("cache", {b"sub", b"a.tmp", b"sub/a.tmp"}),
        ("cache/", {b"sub", b"a.tmp", b"sub/a.tmp"}),
        ("*.tmp", {b"cache", b"cache/x", b"sub", b"sub/cache", b"sub/cache/x"}),
        ("/sub/*.tmp", {b"cache", b"cache/x", b"sub", b"sub/cache", b"sub/cache/x", b"a.tmp"}),
        ("sub/cache", {b"cache", b"cache/x", b"sub", b"a.tmp", b"sub/a.tmp"}),
        ("/s?b", {b"cache", b"cache/x", b"a.tmp"}),
    ],
)
def test_a_pattern_leaves_out_as_rsync_reads_it(place: Place, pattern: str, left: set[bytes]) -> None:
    for name in ("cache/x", "sub/cache/x", "a.tmp", "sub/a.tmp"):
        place.write(name)
    place.mirror(pattern)
    assert place.names() == left


def test_what_is_excluded_after_it_was_staged_goes_from_the_stage(place: Place) -> None:
    place.write("a.txt")
    place.write("cache/x")
    place.mirror()
    assert place.mirror("/cache").changes > 0
    assert place.names() == {b"a.txt"}


def test_our_own_folders_are_never_staged_by_whatever_name(place: Place) -> None:
    place.write("a.txt")
    place.write("cache/ours/stage/x")
    place.link("by-another-name", "cache/ours")
    place.mirror(own=[place.source / "cache" / "ours"])
    assert place.names() == {b"a.txt", b"cache"}
    assert place.told.warnings == []


def test_a_stage_below_its_own_source_does_not_grow(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.stage = place.source / "stage"
    place.staged = place.stage / "docs"
    place.stage.mkdir()
    place.write("a.txt")
    place.mirror(own=[place.stage])
    assert place.mirror(own=[place.stage]).changes == 0
    assert place.names() == {b"a.txt"}


def test_a_source_may_be_one_file(place: Place) -> None:
    path = os.fsdecode(place.write("keys.kdbx", b"secret"))
    source = Source("keys.kdbx", path)
    program = process.find("rsync")
    for changed in (1, 0):
        collected = asyncio.run(
            rsync.mirror(program, source, place.stage, exclude=(), own=(), tell=place.told)
        )
        assert collected.changed_files == changed
        assert (collected.files, collected.bytes) == (1, 6)
    assert (place.stage / "keys.kdbx").read_bytes() == b"secret"
    assert place.told.warnings == []


def test_a_source_may_be_a_link_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("text")
    place = Place(tmp_path)
    place.source.rmdir()
    place.source.symlink_to("real")
    place.mirror()
    assert place.names() == {b"a.txt"}


def test_progress_counts_the_files_of_all_sources(place: Place) -> None:
    for number in range(30):
        place.write(f"{number}.txt")
    before = Collected(files=100)
    source = Source("docs", str(place.source))
    asyncio.run(
        rsync.mirror(
            process.find("rsync"),
            source,
            place.stage,
            exclude=(),
            own=(),
            tell=place.told,
            offset=before,
        )
    )
    shown = place.told.progress[0]
    assert (shown.total, shown.unit) == (131, "files")
    assert 100 < shown.done <= 131


UNPRIVILEGED = """
import asyncio, json, sys
from pathlib import Path
from secretsbackup.model.profile import Source
from secretsbackup.tools import process, rsync
told = []
source, stage = sys.argv[1:]
asyncio.run(rsync.mirror(process.find("rsync"), Source("docs", source), Path(stage),
                         exclude=(), own=(), tell=told.append))
print(json.dumps([[one.caution, one.path] for one in told if hasattr(one, "caution")]))
"""


def mirror_without_privileges(place: Place) -> list[list[str]]:
    """Mirror as somebody for whom a file of mode 0 is unreadable, which it is not for root; the warnings."""
    rights = "-dac_override,-dac_read_search"
    drop = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"] if os.geteuid() == 0 else []
    words = [*drop, sys.executable, "-c", UNPRIVILEGED, str(place.source), str(place.stage)]
    said = subprocess.run(words, check=True, capture_output=True)
    found: list[list[str]] = json.loads(said.stdout)
    return found


@pytest.fixture
def forbidden(place: Place, folder: str) -> Iterator[list[list[str]]]:
    """A file and a folder that were staged once and may no longer be read; what a mirror says of them."""
    place.write("diary.txt", b"dear diary")
    place.write(f"{folder}/letter.txt", b"dear Charles")
    place.write("gone.txt")
    assert mirror_without_privileges(place) == []
    (place.source / "gone.txt").unlink()
    (place.source / "diary.txt").chmod(0)
    (place.source / folder).chmod(0)
    yield mirror_without_privileges(place)
    for path in (place.source / folder, place.staged / folder):
        path.chmod(0o700)


@pytest.mark.parametrize("folder", ["pri*vate", "pri\\vate"])
def test_what_may_no_longer_be_read_keeps_its_earlier_copy(
    place: Place, folder: str, forbidden: list[list[str]]
) -> None:
    assert forbidden
    (place.staged / folder).chmod(0o700)
    assert (place.staged / "diary.txt").exists()
    assert (place.staged / folder / "letter.txt").exists()
    assert not (place.staged / "gone.txt").exists()


def test_a_folder_that_can_be_listed_and_not_entered_keeps_what_was_staged_of_it(place: Place) -> None:
    place.write("private/letter.txt", b"dear Charles")
    assert mirror_without_privileges(place) == []
    (place.source / "private").chmod(0o600)
    assert [Caution.UNREADABLE, str(place.source / "private" / "letter.txt")] in mirror_without_privileges(
        place
    )
    (place.source / "private").chmod(0o700)
    (place.staged / "private").chmod(0o700)
    assert (place.staged / "private" / "letter.txt").exists()


@pytest.mark.parametrize("folder", ["private"])
def test_the_earlier_copy_can_still_be_read(place: Place, folder: str, forbidden: list[list[str]]) -> None:
    assert forbidden
    modes = [(place.staged / name).stat().st_mode & 0o700 for name in ("diary.txt", folder)]
    assert [mode & 0o400 for mode in modes] == [0o400, 0o400]


@pytest.mark.parametrize("folder", ["private"])
def test_what_may_no_longer_be_read_is_said(place: Place, folder: str, forbidden: list[list[str]]) -> None:
    assert [Caution.UNREADABLE, str(place.source / folder)] in forbidden
    assert Caution.NOT_STAGED not in [caution for caution, _ in forbidden]


@pytest.mark.parametrize(
    ("script", "reason", "detail"),
    [
        ("rsync_fills_the_disk", Reason.NO_ROOM, "{stage}"),
        ("rsync_finds_the_disk_read_only", Reason.NOT_WRITABLE, "{stage}"),
        ("rsync_meets_a_limit", Reason.FILE_TOO_LARGE, "{stage}"),
        ("rsync_breaks", Reason.TOOL_FAILED, "rsync 12"),
        ("rsync_times_out", Reason.TOOL_FAILED, "rsync 30"),
    ],
)
def test_a_stage_that_could_not_be_made_is_a_failure(
    place: Place, stand_in: StandIn, script: str, reason: Reason, detail: str
) -> None:
    stand_in(script, "rsync")
    with pytest.raises(Failure) as caught:
        place.mirror()
    assert (caught.value.reason, caught.value.cause.about) == (reason, detail.format(stage=place.stage))
    assert caught.value.last_lines


def test_a_file_that_vanished_is_a_warning(place: Place, stand_in: StandIn) -> None:
    stand_in("rsync_sees_a_file_vanish", "rsync")
    place.mirror()
    assert place.told.warnings == [(Caution.VANISHED, '/home/ada/docs/draft \\n "v2".txt')]


def test_what_may_not_be_read_or_kept_is_a_warning(place: Place, stand_in: StandIn) -> None:
    stand_in("rsync_cannot_read", "rsync")
    place.mirror()
    details = [event.detail for event in place.told if isinstance(event, Warned)]
    assert details == ["Permission denied (13)", "Permission denied (13)", ""]
    assert place.told.warnings == [
        (Caution.UNREADABLE, "/home/ada/docs/diary.txt"),
        (Caution.UNREADABLE, "/home/ada/docs/private"),
        (Caution.NOT_PRESERVED, "/stage/docs/.a.x1y2z3"),
    ]


def test_the_version_is_asked_of_the_program(stand_in: StandIn) -> None:
    old = stand_in("rsync_old", "rsync") / "rsync"
    assert asyncio.run(rsync.version(old)) == (2, 6) < rsync.OLDEST
    old.unlink()
    assert asyncio.run(rsync.version(process.find("rsync"))) >= rsync.OLDEST


@given(st.binary(max_size=30))
def test_a_name_without_escapes_is_itself(name: bytes) -> None:
    plain = name.replace(b"\\", b"")
    assert rsync.unescaped(plain) == plain


def test_an_escape_is_the_byte_that_it_stands_for() -> None:
    assert rsync.unescaped(rb"new\#012line \#377 \#134#012") == b"new\nline \xff \\#012"


_TREE = ("b.iso", "A b", "x[1]", "s*r", "back\\slash", "a/a", "a/b/a", "a/b/b.iso", "c/a/b", "c/^", "c/é.txt")
_PIECES = st.sampled_from(
    [
        "a",
        "b",
        "c",
        "é",
        "x",
        "*",
        "**",
        "?",
        "[!a]",
        "[^a]",
        "[a-c]",
        "[",
        "[]b]",
        "[[:alpha:]-]",
        "\\",
        ".",
        "^",
    ]
)
_PATTERNS = st.builds(
    lambda root, names, folder: root + "/".join(map("".join, names)) + folder,
    st.sampled_from(["", "/"]),
    st.lists(st.lists(_PIECES, min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from(["", "/", "/***"]),
).filter(lambda pattern: not re.search(r"\[[^]]*/", pattern))  # rsync counts a slash that a set names


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source whose names are what patterns are made of."""
    folder = tmp_path_factory.mktemp("names")
    for name in _TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists():
            (folder / name).write_bytes(b"")
    return folder


@given(patterns=st.lists(_PATTERNS, min_size=1, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_said_to_be_excluded_is_what_rsync_excludes(names: Path, patterns: list[str]) -> None:
    rules = "\n".join(f"- {pattern}" for pattern in patterns)
    words = ["rsync", "-r", "--list-only", "--8-bit-output", "--filter=merge -", f"{names}/"]
    listed = subprocess.run(words, input=rules.encode(), capture_output=True, check=True).stdout
    copied = {line.split(maxsplit=4)[4] for line in listed.decode().splitlines()[1:]}
    known = Patterns(patterns)
    every = {str(one.relative_to(names)): one.is_dir() for one in names.rglob("*")}
    kept = {path for path, folder in every.items() if not known.exclude(os.fsencode(path) + b"/" * folder)}
    assert kept == copied
