"""profiles.toml: what is written is read, what is wrong is named, and two writers do not lose anything."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from secretsbackup import words
from secretsbackup.model import causes, destination, schedule
from secretsbackup.model.destination import Bucket, Folder, Host, StorageClass
from secretsbackup.model.due import Surroundings, alarm, due, verification_due
from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import Completed, Failure, Summary
from secretsbackup.model.profile import (
    Calls,
    Compression,
    Fingerprint,
    Hooks,
    Profile,
    ProfileName,
    Source,
    labelled,
)
from secretsbackup.model.reason import Reason
from secretsbackup.model.run import PastRun
from secretsbackup.model.schedule import Hours, Manual, Weekday, Weekly
from secretsbackup.operations.repository import prune
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.store import home as homes
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import files

PLAIN = Profile(
    name=ProfileName("plain"),
    sources=(Source("docs", "/home/ada/docs"),),
    destination=Folder("/media/disk"),
    key=Fingerprint("A" * 40),
)
RICH = Profile(
    name=ProfileName("rich.1"),
    sources=(Source("docs", '/home/ada/döcs "x"'), Source("docs-2", "/srv/docs")),
    destination=Bucket("b", "p/q", "https://s3.example", "eu-west-1", StorageClass.GLACIER_IR),
    key=Fingerprint("0123456789" * 4),
    exclude=("*.tmp", "/cache/", "'quoted'"),
    full_every=7,
    keep=5,
    compression=Compression.SMALL,
    staging="/var/stage",
    archive="/var/archive",
    aws_profile="work",
)
FAR = Profile(
    name=ProfileName("far"),
    sources=(Source("docs", "/home/ada/docs"),),
    destination=Host("sftp", "nas", "backups", "ada", 2222),
    key=Fingerprint("A" * 40),
)


def broken(home: Home, text: str) -> Failure:
    """What stands against this text."""
    home.config.mkdir(parents=True, exist_ok=True)
    home.profiles.write_text(text)
    with pytest.raises(Failure) as caught:
        profiles.load(home)
    assert home.profiles.read_text() == text
    return caught.value


def test_a_source_of_any_bytes_is_written_as_an_address_and_read(home: Home) -> None:
    names = ["/srv/caf\udce9", "/srv/100% caf\udce9\\\n", "/srv/file:", "/srv/caf%E9", "/srv/日本\u2028"]
    odd = replace(PLAIN, sources=labelled(names))
    profiles.add(home, odd)
    assert profiles.get(home, "plain") == odd
    assert tomllib.loads(home.profiles.read_text("utf-8"))["profile"]["plain"]["sources"][0] == {
        "label": "caf_",
        "path": "file:///srv/caf%E9",
    }


def test_a_link_to_where_the_user_keeps_the_file_stays(home: Home, tmp_path: Path) -> None:
    profiles.add(home, PLAIN)
    (tmp_path / "dotfiles").mkdir()
    kept = home.profiles.rename(tmp_path / "dotfiles" / "mine.toml")
    home.profiles.symlink_to(kept)
    profiles.change(home, replace(PLAIN, keep=7))
    assert home.profiles.is_symlink()
    assert "keep = 7" in kept.read_text()
    kept.unlink()
    with pytest.raises(Failure) as caught:
        profiles.load(home)
    assert caught.value.reason is Reason.SETTINGS_BROKEN
    with pytest.raises(Failure):
        profiles.add(home, RICH)
    assert home.profiles.is_symlink()


def test_without_a_file_there_are_no_profiles(home: Home) -> None:
    assert profiles.load(home) == {}


def test_what_is_written_is_read(home: Home) -> None:
    for one in (PLAIN, RICH, FAR):
        profiles.add(home, one)
    assert profiles.load(home) == {one.name: one for one in (PLAIN, RICH, FAR)}
    assert profiles.get(home, "rich.1") == RICH


def test_the_file_is_the_owners_alone(home: Home) -> None:
    profiles.add(home, PLAIN)
    assert home.profiles.stat().st_mode & 0o777 == 0o600
    assert home.config.stat().st_mode & 0o777 == 0o700


def test_a_name_is_taken_once(home: Home) -> None:
    profiles.add(home, PLAIN)
    with pytest.raises(Failure) as caught:
        profiles.add(home, PLAIN)
    assert caught.value.reason is Reason.PROFILE_EXISTS


def test_what_is_removed_is_gone_and_the_others_stay(home: Home) -> None:
    profiles.add(home, PLAIN)
    profiles.add(home, RICH)
    profiles.remove(home, PLAIN.name)
    assert profiles.load(home) == {RICH.name: RICH}


def test_a_profile_that_is_not_there_is_named(home: Home) -> None:
    for attempt in (lambda: profiles.get(home, "ghost"), lambda: profiles.remove(home, ProfileName("ghost"))):
        with pytest.raises(Failure) as caught:
            attempt()
        assert caught.value.cause == causes.ProfileUnknown("ghost")


GOOD = """version = 1
[profile.docs]
key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
sources = [{label = "docs", path = "/docs"}]
destination = {type = "folder", path = "/media/disk"}
"""


def test_a_file_written_by_hand_is_read() -> None:
    assert list(profiles.parse(GOOD)) == ["docs"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("version = 1\nprofile = = 3\n", "line 2"),
        ("version = 1\n[profile.docs", "]"),
        (GOOD.replace("version = 1", ""), "version"),
        (GOOD.replace("version = 1", "version = 'one'"), "version"),
        (GOOD.replace("version = 1", "version = 0"), "version"),
        (GOOD.replace("version = 1", "version = true"), "version"),
        (GOOD + "colour = 'green'\n", "colour"),
        (GOOD + "keep = 'two'\n", "keep"),
        (GOOD + "keep = 0\n", "keep"),
        (GOOD.replace("AAAA", "", 1), "key"),
        (GOOD.replace("key =", "quay ="), "“docs”"),
        (GOOD.replace('"/docs"', '"docs"'), "sources"),
        (GOOD.replace("folder", "cloud"), "cloud"),
        ("version = 1\nprofile = 3\n", "profile"),
        ("version = 1\n[profile]\ndocs = 3\n", "“docs”"),
        ("version = 1\n[profiles.docs]\nkeep = 3\n", "profiles"),
    ],
)
def test_what_is_wrong_in_it_is_named_and_the_file_is_left_alone(home: Home, text: str, named: str) -> None:
    failure = broken(home, text)
    assert failure.reason is Reason.SETTINGS_BROKEN
    title = words.reason(failure.cause).title
    assert named in title
    assert str(home.profiles) in title


def test_the_names_of_the_first_version_go_on_being_read(home: Home) -> None:
    former = "spread = 15\npatience = 4\nsurge = 5\nupheaval = 30\nprove_every = 9\n"
    path = home.profiles
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(GOOD.replace("[profile.docs]\n", f"[profile.docs]\n{former}"))
    read = profiles.get(home, "docs")
    limits = (read.ask_above_new_gb, read.ask_above_changed_percent)
    assert (read.jitter_minutes, read.overdue_after_days, read.verify_every, *limits) == (15, 4, 9, 5, 30)
    profiles.change(home, replace(read, keep=3))
    assert "version = 2" in path.read_text()
    assert "surge" not in path.read_text()
    assert profiles.get(home, "docs") == replace(read, keep=3)


def test_a_file_of_a_newer_version_is_refused(home: Home) -> None:
    assert broken(home, GOOD.replace("version = 1", "version = 3")).reason is Reason.SETTINGS_NEWER


def test_bytes_that_are_no_text_are_refused(home: Home) -> None:
    home.config.mkdir(parents=True)
    home.profiles.write_bytes(b"\xff\xfe")
    with pytest.raises(Failure) as caught:
        profiles.load(home)
    assert caught.value.reason is Reason.SETTINGS_BROKEN


def test_a_broken_file_is_never_written_over(home: Home) -> None:
    broken(home, GOOD + "colour = 'green'\n")
    with pytest.raises(Failure):
        profiles.add(home, PLAIN)
    assert "colour" in home.profiles.read_text()


def test_a_half_written_file_of_a_power_cut_is_not_the_settings(home: Home) -> None:
    profiles.add(home, PLAIN)
    (home.config / ".profiles.toml.1.new").write_text("version = 1\n[prof")
    assert list(profiles.load(home)) == ["plain"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [*Profile.__struct_fields__, "unknown"]


def loads_or_fails(home: Home, content: bytes) -> None:
    """Whatever a file holds, it is profiles, or a Failure with a sentence."""
    homes.write(home.profiles, content)
    told = None
    try:
        profiles.load(home)
    except Failure as failure:
        told = words.reason(failure.cause)
    assert told is None or told.title


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that many examples share."""
    return homes.below(tmp_path_factory.mktemp("home"))


@given(
    content=st.binary()
    | st.text().map(str.encode)
    | st.text().map(lambda text: f"version = 1\n{text}".encode())
)
@example(content=b"version = 1\nprofile = 3")
@example(content=b"version = 1\n[profile]\nx = 3")
@example(content=b"a=" + b"[" * 10_000)
@example(content=b"a=" + b"9" * 10_000)
def test_no_bytes_make_the_loader_stumble(anywhere: Home, content: bytes) -> None:
    loads_or_fails(anywhere, content)


@given(entry=st.dictionaries(st.sampled_from(FIELDS), ANY), name=st.text(max_size=6))
def test_no_entry_makes_the_loader_stumble(anywhere: Home, entry: dict[str, Any], name: str) -> None:
    whole = {**msgspec.to_builtins(PLAIN), **entry}
    written = {field: value for field, value in whole.items() if value is not None}
    try:
        content = tomli_w.dumps({"version": 1, "profile": {name: written}})
    except TypeError:  # TOML has no null
        return
    loads_or_fails(anywhere, content.encode("utf-8", "surrogatepass"))


WHOLE = replace(
    RICH,
    keep_days=90,
    schedule=Weekly(Weekday.MONDAY, "07:30"),
    jitter_minutes=30,
    only_on_power=True,
    metered_too=True,
    overdue_after_days=5,
    ask_above_new_gb=7,
    ask_above_changed_percent=20,
    verify_every=14,
    hooks=Hooks(("sh", "-c", "true"), ("date",), 60),
    calls=Calls("https://a.example/x", "https://b.example", "http://c.example", "ada@example.org"),
)
ODD = (
    st.sampled_from([0, -1, 2**31, 2**63 - 1, 2**64, 10**400, -(10**30), float("inf"), float("nan"), 1e308])
    | st.sampled_from(["", " ", ".", "..", "/", "//", "-", "-e sh", "~", "a\0b", "a\nb", "\x1b[2J", "\u202e"])
    | st.sampled_from(["https://[", "http://h:99999/", "https://\u00fc", "s3://", "x" * 300, "\U0010ffff"])
    | st.datetimes()
    | st.dates()
    | st.times()
    | ANY
)


def spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in a value."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from spots(one, (*at, name))


def changed(value: Any, way: tuple[Any, ...], put: Any) -> Any:
    """A value with something else at one spot."""
    if not way:
        return put
    made = value.copy()
    made[way[0]] = changed(value[way[0]], way[1:], put)
    return made


@given(
    st.sampled_from([WHOLE, FAR, replace(PLAIN, schedule=Hours(6)), replace(PLAIN, schedule=Manual())]),
    st.data(),
)
def test_an_entry_with_anything_odd_anywhere_is_refused_in_a_sentence_or_can_be_worked_with(
    anywhere: Home, of: Profile, data: st.DataObject
) -> None:
    content = tomllib.loads(profiles.text({of.name: of}))
    for _ in range(data.draw(st.integers(1, 3))):
        content = changed(content, data.draw(st.sampled_from(list(spots(content)))), data.draw(ODD))
        if not isinstance(content, dict):
            return
    with suppress(TypeError):  # TOML has no null
        homes.write(anywhere.profiles, tomli_w.dumps(content).encode("utf-8", "surrogatepass"))
    loaded, refusal = read(anywhere)
    if refusal:
        title = words.reason(refusal.cause).title
        assert refusal.reason in (Reason.SETTINGS_BROKEN, Reason.SETTINGS_NEWER)
        assert 0 < len(title) < 1000
        return
    for profile in loaded.values():
        work_with(profile)
    assert profiles.parse(profiles.text(loaded)) == loaded


def read(home: Home) -> tuple[profiles.Profiles, Failure | None]:
    """The profiles, or why they cannot be read."""
    try:
        return profiles.load(home), None
    except Failure as failure:
        return {}, failure


HELD = files.chains({f"duplicity-full.2026{month:02}01T000000Z.manifest.gpg": 500 for month in range(1, 12)})


def work_with(profile: Profile) -> None:
    """What every run, tray and kit does with a profile that was read."""
    now, ago = datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    run = PastRun(
        run=RunId("r"),
        profile=profile.name,
        verb=Verb.BACKUP,
        began=ago,
        ended=ago,
        warnings=0,
        outcome=Completed(Summary()),
    )
    due(profile, [run], now, Surroundings())
    verification_due(profile, [run], now, Surroundings())
    alarm(profile, ago)
    assert schedule.parse(schedule.text(profile.schedule)) == profile.schedule
    prune.plan(profile, Contents({}, HELD, frozenset(), True), Path("/nowhere"), now)
    assert words.schedule(profile.schedule)
    assert destination.url(profile.destination)
    assert "\0" not in "".join((*profile.hooks.before, *profile.hooks.after))


ADDS = """
import sys
from pathlib import Path
from msgspec.structs import replace
from secretsbackup.store import home, profiles
at = home.below(Path(sys.argv[1]))
plain = profiles.get(at, "plain")
for number in range(10):
    profiles.add(at, replace(plain, name=f"{sys.argv[2]}-{number}"))
"""


def test_two_programs_that_add_at_once_lose_nothing(home: Home, tmp_path: Path) -> None:
    profiles.add(home, PLAIN)
    words = [sys.executable, "-c", ADDS, str(tmp_path / "home")]
    running = [subprocess.Popen([*words, name]) for name in ("one", "two")]
    assert [one.wait() for one in running] == [0, 0]
    assert len(profiles.load(home)) == 21
