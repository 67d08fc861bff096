"""The seed's config.sh is read and never run."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import keyring
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Source
from secretsbackup.model.reason import Reason
from secretsbackup.operations.setup import legacy_config
from secretsbackup.store import home as homes
from secretsbackup.store import profiles, stage_state
from secretsbackup.store.home import Home

HOME = {"HOME": "/home/ada"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("X=plain", "plain"),
        ("X='single $HOME `x`'", "single $HOME `x`"),
        ('X="double quoted"', "double quoted"),
        ('X="$HOME/docs"', "/home/ada/docs"),
        ("X=${HOME}/docs", "/home/ada/docs"),
        ("X=~/docs", "/home/ada/docs"),
        ("X=~", "/home/ada"),
        ("export X=exported", "exported"),
        ("  X=indented  # and a comment", "indented"),
        ("declare -r X=declared", "declared"),
        ("readonly X=kept", "kept"),
        ("A=one\nX=$A/two", "one/two"),
        ("X=first\nX=second", "second"),
        ("X=$UNKNOWN/x", "$UNKNOWN/x"),
        ("X=long\\\ner", "longer"),
        ("X=", ""),
        ("X='it'\\''s'", "it's"),
        ("#!/bin/sh\n# a comment\n\nif true; then\nX=1\nfi", "1"),
    ],
)
def test_a_value_is_what_the_shell_would_make_of_it(text: str, value: str) -> None:
    assert legacy_config.parse(text, HOME)["X"] == value


@pytest.mark.parametrize(
    "text", ["X=$(id)", 'X="$(id)"', "X=`id`", "X=<(id)", "A=1\nX=a$(id)b", "X='a'$(id)"]
)
def test_a_value_that_a_command_computes_is_refused(text: str) -> None:
    with pytest.raises(Failure) as caught:
        legacy_config.parse(text, HOME)
    assert caught.value.reason is Reason.SEED_UNREADABLE
    assert "X (line" in caught.value.cause.about


def test_a_quote_without_end_is_refused() -> None:
    with pytest.raises(Failure) as caught:
        legacy_config.parse('X="open', HOME)
    assert caught.value.reason is Reason.SEED_UNREADABLE


@given(st.text(alphabet=st.sampled_from("X=ab$(){}'\"`\\\n #~;/"), max_size=40))
def test_no_text_does_anything_but_set_values_or_fail(text: str) -> None:
    try:
        values = legacy_config.parse(text, HOME)
    except Failure:
        return
    assert all(isinstance(value, str) for value in values.values())


_RUNS = "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "exec", "compile"
"""Audit events of everything that runs something (Python's table of them)."""

SCRIPTS = st.lists(
    st.sampled_from(["SOURCE", "X", "NAME", "GPG_KEY"]).flatmap(
        lambda name: st.text(max_size=30).map(lambda value: f"{name}={value}\n")
    )
    | st.sampled_from(
        ["$(touch ran)\n", "`touch ran`\n", "touch ran\n", "eval touch ran;", "<(touch ran)", "X="]
    ),
).map("".join)


@given(script=st.binary() | SCRIPTS.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(script=b"SOURCE=/\nSTAGING_DIR=/s\nREMOTE_DESTINATION=s3://[\nGPG_KEY=x")
@example(script=b"SOURCE=/\nSTAGING_DIR=/s\nREMOTE_DESTINATION=sftp://h:99999/x\nGPG_KEY=x")
@example(script=b"SOURCE=/\0\nSTAGING_DIR=/s\nREMOTE_DESTINATION=file:///x\nGPG_KEY=\0")
def test_whatever_a_file_holds_it_is_read_or_refused_and_nothing_is_run(
    anywhere: Path, script: bytes
) -> None:
    config = anywhere / "config.sh"
    config.write_bytes(script)
    with auditing() as heard, suppress(Failure, UnicodeDecodeError):
        legacy_config.parse(config.read_text(encoding="utf-8"), HOME)
    assert [event for event in heard if event.startswith(_RUNS)] == []
    with pytest.raises(Failure):  # no such key, if it comes as far as that
        asyncio.run(legacy_config.take_over(config, homes.below(anywhere / "home")))
    assert {path.name for path in anywhere.iterdir()} == {"config.sh"}


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that many examples share; the working folder, and the home of a GnuPG without any key."""
    folder = tmp_path_factory.mktemp("seed")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as gnupg:
        patch.chdir(folder)
        patch.setenv("GNUPGHOME", gnupg)
        yield folder


_heard: list[str] | None = None


@contextmanager
def auditing() -> Iterator[list[str]]:
    """What Python itself reports to do meanwhile. A hook stays for good, so there is one."""
    global _heard  # noqa: PLW0603
    if _heard is None:
        sys.addaudithook(lambda event, _: _heard.append(event) if _heard is not None else None)
    _heard = []
    yield _heard
    _heard = []


def test_nothing_of_it_is_run(tmp_path: Path) -> None:
    legacy_config.parse(f"touch {tmp_path}/ran\nX=1; touch {tmp_path}/ran\nX='$(touch {tmp_path}/ran)'", HOME)
    assert list(tmp_path.iterdir()) == []


CONFIG = """\
export SOURCE="$HOME/docs/"
STAGING_DIR="{stage}/"
REMOTE_DESTINATION="{url}"
GPG_KEY="{key}"
export PASSPHRASE='correct horse battery staple'
export AWS_ACCESS_KEY_ID=AKIA
export AWS_SECRET_ACCESS_KEY="se/cr+et"
NAME=my-secrets
DAYS_TO_FULL_BACKUP="14D"
ARCHIVE_DIR="$HOME/.archive"
"""


@pytest.fixture
def config(tmp_path: Path, key: Fingerprint, memory: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config.sh that can be taken over."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / "config.sh"
    path.write_text(CONFIG.format(stage=tmp_path / "stage", url="s3+http://bucket/prefix", key=key[-16:]))
    return path


def test_a_config_becomes_a_profile_that_goes_on_with_the_chain(
    config: Path, home: Home, key: Fingerprint, tmp_path: Path
) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "a.txt").touch()
    profile = asyncio.run(legacy_config.take_over(config, home))
    assert profile.name == "my-secrets"
    assert profile.sources == (Source(".", f"{tmp_path}/docs"),)
    assert profile.destination == Bucket("bucket", "prefix")
    assert profile.key == key
    assert profile.full_every == 14
    assert profile.staging == f"{tmp_path}/stage"
    assert profile.archive == f"{tmp_path}/.archive/my-secrets"
    assert profiles.get(home, "my-secrets") == profile
    known = stage_state.read(home, profile)
    assert known
    assert known.unsent
    assert {"a.txt", "."} <= {*known.labels}
    kept = keyring.get_password("Secrets Backup: my-secrets", "aws-secret-access-key")
    assert kept == "se/cr+et"
    assert "se/cr+et" not in home.profiles.read_text()


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("s3+http://bucket/prefix", Bucket("bucket", "prefix")),
        ("s3://bucket", Bucket("bucket")),
        ("s3:///bucket/prefix", Bucket("bucket", "prefix")),
        ("s3://s3.amazonaws.com/bucket/prefix", Bucket("bucket", "prefix")),
        (
            "s3://s3-eu-west-1.amazonaws.com/bucket/prefix",
            Bucket("bucket", "prefix", region="eu-west-1"),
        ),
        ("s3://s3.eu-west-1.amazonaws.com/bucket/", Bucket("bucket", region="eu-west-1")),
    ],
)
def test_the_seeds_urls_are_understood(config: Path, home: Home, url: str, destination: Bucket) -> None:
    config.write_text(config.read_text().replace("s3+http://bucket/prefix", url))
    assert asyncio.run(legacy_config.take_over(config, home)).destination == destination


def test_a_source_without_trailing_slash_lies_under_its_own_name(config: Path, home: Home) -> None:
    config.write_text(config.read_text().replace("/docs/", "/docs"))
    assert asyncio.run(legacy_config.take_over(config, home, "other")).sources[0].label == "docs"
    assert profiles.get(home, "other").name == "other"


@pytest.mark.parametrize("field", ["SOURCE", "STAGING_DIR", "REMOTE_DESTINATION", "GPG_KEY"])
def test_a_missing_field_is_named_and_nothing_is_written(config: Path, home: Home, field: str) -> None:
    config.write_text("".join(line for line in config.read_text().splitlines(True) if field not in line))
    with pytest.raises(Failure) as caught:
        asyncio.run(legacy_config.take_over(config, home))
    assert caught.value.reason is Reason.SEED_UNREADABLE
    assert field in caught.value.cause.about
    assert profiles.load(home) == {}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("14D", "two weeks", Reason.SEED_UNREADABLE),
        ("s3+http://bucket/prefix", "gs://bucket", Reason.SEED_UNREADABLE),
        ("correct horse", "wrong horse", Reason.PASSPHRASE_WRONG),
        ('SOURCE="$HOME/docs/"', "SOURCE=docs/", Reason.PROFILE_INVALID),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    config: Path, home: Home, old: str, new: str, reason: Reason
) -> None:
    config.write_text(config.read_text().replace(old, new))
    with pytest.raises(Failure) as caught:
        asyncio.run(legacy_config.take_over(config, home))
    assert caught.value.reason is reason
    assert profiles.load(home) == {}
    assert keyring.get_password("Secrets Backup: my-secrets", "aws-access-key-id") is None


def test_a_file_that_is_not_there_is_named(home: Home, tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(legacy_config.take_over(tmp_path / "absent.sh", home))
    assert caught.value.reason is Reason.SEED_UNREADABLE
