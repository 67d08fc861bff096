"""What duplicity is called with, what it is not told, and what becomes of its end."""

import asyncio
import json
import shlex
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from secretsbackup.model.destination import Bucket, Destination, Folder, Host, StorageClass
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Compression, Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import AwsProfile, KeyPair, Secret
from secretsbackup.model.snapshot import SnapshotKind
from secretsbackup.tools import duplicity, process
from secretsbackup.tools.duplicity import Repository
from secretsbackup.tools.duplicity.gpg_wrapper import buffered
from tests.conftest import StandIn, Told

PAIR = KeyPair(Secret("AKIA-THE-ID"), Secret("the-secret-access-key"))
PHRASE = Secret("the-passphrase")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRETS = ("AKIA-THE-ID", "the-secret-access-key", "the-passphrase")


class Call(msgspec.Struct):
    """How a stand-in was called."""

    argv: list[str]
    env: dict[str, str]

    def after(self, flag: str) -> str:
        """The word that follows a flag."""
        return self.argv[self.argv.index(flag) + 1]


Called = Callable[[Awaitable[None]], Call]


@pytest.fixture
def called(stand_in: StandIn) -> Called:
    """Runs one verb with a duplicity that writes down how it was called."""
    folder = stand_in("duplicity_records", "duplicity")

    def call(verb: Awaitable[None]) -> Call:
        try:
            asyncio.run(_awaited(verb))
        except Failure as failure:  # fenced in, it can write nothing down
            return msgspec.json.decode(failure.last_lines[-1], type=Call)
        (line,) = (folder / "record.jsonl").read_text().splitlines()
        (folder / "record.jsonl").unlink()
        return msgspec.convert(json.loads(line), Call)

    return call


async def _awaited(verb: Awaitable[None]) -> None:
    await verb


def repository(tmp_path: Path, destination: Destination, **more: Any) -> Repository:
    """A vault whose duplicity is the first one on PATH."""
    return Repository(
        program=process.find("duplicity"),
        gpg=Path("/usr/bin/gpg"),
        destination=destination,
        credential=more.pop("credential", None),
        key=Fingerprint("A" * 40),
        archive=tmp_path / "cache" / "archive",
        temporary=tmp_path,
        **more,
    )


def back_up(at: Repository, **more: Any) -> Awaitable[None]:
    """A backup with nothing out of the ordinary."""
    request = {
        "compression": Compression.FAST,
        "passphrase": None,
        "total": (0, 0),
        "adopt": False,
        "tell": Told(),
    }
    return duplicity.back_up(
        at, more.pop("kind", SnapshotKind.INCREMENTAL), Path("/stage"), **{**request, **more}
    )


def restore(at: Repository, path: bytes | None = None) -> Awaitable[None]:
    """A restore of noon."""
    return duplicity.restore(at, NOON, Path("/target"), path=path, passphrase=PHRASE, heard=lambda _: None)


BUCKET = Bucket("bucket", "a/prefix")


def test_secrets_are_in_the_childs_environment_and_nowhere_else(called: Called, tmp_path: Path) -> None:
    call = called(back_up(repository(tmp_path, BUCKET, credential=PAIR), passphrase=PHRASE))
    assert call.env["AWS_ACCESS_KEY_ID"] == "AKIA-THE-ID"
    assert call.env["AWS_SECRET_ACCESS_KEY"] == "the-secret-access-key"
    assert call.env["PASSPHRASE"] == "the-passphrase"
    assert not [word for word in call.argv for secret in SECRETS if secret in word]


def test_a_warm_backup_is_told_no_passphrase(
    called: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSPHRASE", "of somebody's shell")
    assert "PASSPHRASE" not in called(back_up(repository(tmp_path, BUCKET, credential=PAIR))).env


def test_no_secret_of_ours_reaches_a_folder_backup(
    called: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of somebody's shell")
    call = called(back_up(repository(tmp_path, Folder("/media/disk"))))
    assert not [name for name in call.env if name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
    assert call.argv[-2:] == ["/stage", "file:///media/disk"]


def test_an_aws_profile_is_named_and_its_keys_stay_where_they_are(called: Called, tmp_path: Path) -> None:
    env = called(back_up(repository(tmp_path, BUCKET, credential=AwsProfile("work")))).env
    assert env["AWS_PROFILE"] == "work"
    assert "AWS_SECRET_ACCESS_KEY" not in env


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        (BUCKET, []),
        (Bucket("b", "p", region="eu-west-1"), ["--s3-region-name", "eu-west-1"]),
        (Bucket("b", "p", endpoint="https://s3.example"), ["--s3-endpoint-url", "https://s3.example"]),
        (Bucket("b", "p", storage_class=StorageClass.STANDARD), []),
        (Bucket("b", "p", storage_class=StorageClass.STANDARD_IA), ["--s3-use-ia"]),
        (Bucket("b", "p", storage_class=StorageClass.ONEZONE_IA), ["--s3-use-onezone-ia"]),
        (Bucket("b", "p", storage_class=StorageClass.GLACIER_IR), ["--s3-use-glacier-ir"]),
        (Bucket("b", "p", storage_class=StorageClass.REDUCED_REDUNDANCY), ["--s3-use-rrs"]),
    ],
)
def test_a_bucket_is_reached_as_its_profile_says(
    called: Called, tmp_path: Path, destination: Bucket, words: list[str]
) -> None:
    argv = called(back_up(repository(tmp_path, destination, credential=PAIR))).argv
    assert [word for word in argv if word in words or word.startswith("--s3")] == words
    assert argv[-1] == f"boto3+s3://{destination.bucket}/{destination.prefix}"


def test_only_a_server_other_than_amazons_is_spared_the_checksums(called: Called, tmp_path: Path) -> None:
    other = Bucket("b", "p", endpoint="https://s3.example")
    assert "AWS_REQUEST_CHECKSUM_CALCULATION" not in called(back_up(repository(tmp_path, BUCKET))).env
    env = called(back_up(repository(tmp_path, other))).env
    assert env["AWS_REQUEST_CHECKSUM_CALCULATION"] == "when_required"
    assert env["AWS_RESPONSE_CHECKSUM_VALIDATION"] == "when_required"


def test_a_host_is_named_with_its_user_its_port_and_its_path(called: Called, tmp_path: Path) -> None:
    call = called(back_up(repository(tmp_path, Host("sftp", "nas", "backups/a b", "ada", 2222))))
    assert call.argv[-1] == "sftp://ada@nas:2222/backups/a%20b"


@pytest.mark.parametrize(
    ("kind", "verb"), [(SnapshotKind.FULL, "full"), (SnapshotKind.INCREMENTAL, "incremental")]
)
def test_the_kind_is_the_verb(called: Called, tmp_path: Path, kind: SnapshotKind, verb: str) -> None:
    argv = called(back_up(repository(tmp_path, BUCKET), kind=kind)).argv
    assert verb in argv
    assert len({"full", "incremental"} & {*argv}) == 1


@pytest.mark.parametrize("adopt", [True, False])
def test_another_machines_chain_is_gone_on_with_only_when_adopted(
    called: Called, tmp_path: Path, adopt: bool
) -> None:
    assert (
        "--allow-source-mismatch" in called(back_up(repository(tmp_path, BUCKET), adopt=adopt)).argv
    ) is adopt


def test_gpg_compresses_unless_it_is_done_faster_before_it(called: Called, tmp_path: Path) -> None:
    for compression, packs in ((Compression.SMALL, False), (Compression.FAST, True)):
        call = called(back_up(repository(tmp_path, BUCKET), compression=compression))
        assert "--gpg-options=--trust-model always" in call.argv
        words = shlex.split(Path(call.after("--gpg-binary")).read_text().splitlines()[1])
        assert bool(words[words.index(buffered.__file__) + 1]) is packs


def test_archive_key_and_temporary_folder_are_ours(called: Called, tmp_path: Path) -> None:
    call = called(back_up(repository(tmp_path, BUCKET)))
    assert (call.after("--archive-dir"), call.after("--name")) == (str(tmp_path / "cache"), "archive")
    assert (call.after("--tempdir"), call.env["TMPDIR"]) == (str(tmp_path), str(tmp_path))
    assert call.after("--encrypt-key") == "A" * 40


def test_a_restore_names_the_time_and_the_path(called: Called, tmp_path: Path) -> None:
    call = called(restore(repository(tmp_path, BUCKET), b"docs/\xff *"))
    assert call.after("--time") == "2026-11-22T12:00:00+00:00"
    assert "--path-to-restore=docs/\udcff *" in call.argv
    assert call.argv[-2:] == ["boto3+s3://bucket/a/prefix", "/target"]
    assert call.env["PASSPHRASE"] == "the-passphrase"


def test_a_whole_restore_names_no_path(called: Called, tmp_path: Path) -> None:
    assert "--path-to-restore" not in " ".join(called(restore(repository(tmp_path, BUCKET))).argv)


def test_removing_is_meant(called: Called, tmp_path: Path) -> None:
    argv = called(duplicity.remove_older(repository(tmp_path, BUCKET), NOON)).argv
    assert argv[argv.index("remove-older-than") + 1 :][-3:] == [
        "--force",
        "2026-11-22T12:00:00+00:00",
        "boto3+s3://bucket/a/prefix",
    ]


def test_metadata_is_fetched_by_listing_what_a_time_holds(called: Called, tmp_path: Path) -> None:
    call = called(duplicity.fetch_metadata(repository(tmp_path, BUCKET), NOON, PHRASE))
    assert "list-current-files" in call.argv
    assert Path(call.after("--archive-dir")).is_relative_to(tmp_path)
    assert call.after("--time") == "2026-11-22T12:00:00+00:00"
    assert call.env["PASSPHRASE"] == "the-passphrase"


@pytest.mark.parametrize(
    ("script", "reason", "line"),
    [
        ("duplicity_refuses_the_passphrase", Reason.PASSPHRASE_WRONG, "GPGError: GPG Failed, see log below:"),
        ("duplicity_fills_the_disk", Reason.NO_ROOM, "OSError: [Errno 28] No space left on device"),
        ("duplicity_breaks", Reason.TOOL_FAILED, "Segmentation fault, so to speak"),
    ],
)
def test_a_mishap_becomes_its_reason(
    stand_in: StandIn, tmp_path: Path, script: str, reason: Reason, line: str
) -> None:
    stand_in(script, "duplicity")
    with pytest.raises(Failure) as caught:
        asyncio.run(_awaited(restore(repository(tmp_path, Folder("/media/disk")))))
    assert caught.value.reason is reason
    assert line in caught.value.last_lines


def test_the_first_warning_is_nearer_to_the_cause_than_the_error(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in("duplicity_loses_the_network", "duplicity")
    with pytest.raises(Failure) as caught:
        asyncio.run(_awaited(back_up(repository(tmp_path, BUCKET, credential=PAIR))))
    assert caught.value.reason is Reason.DESTINATION_UNREACHABLE
    assert caught.value.last_lines[0].startswith("Attempt 1 failed")


def test_files_that_it_takes_are_progress(stand_in: StandIn, tmp_path: Path, told: Told) -> None:
    stand_in("duplicity_takes_two_files", "duplicity")
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "a").write_bytes(b"x" * 1000)
    (tmp_path / "stage" / "bé").write_bytes(b"x" * 500)
    at = repository(tmp_path, BUCKET)
    asyncio.run(
        duplicity.back_up(
            at,
            SnapshotKind.FULL,
            tmp_path / "stage",
            compression=Compression.FAST,
            passphrase=None,
            total=(2, 1500),
            adopt=False,
            tell=told,
        )
    )
    assert [(one.done, one.total, one.detail, one.files, one.files_total) for one in told.progress] == [
        (0, 1500, "a", 1, 2),
        (1000, 1500, "bé", 2, 2),
    ]


def test_the_version_is_asked_of_the_program(stand_in: StandIn) -> None:
    folder = stand_in("duplicity_old", "duplicity")
    assert asyncio.run(duplicity.version(folder / "duplicity")) == (2, 1, 4)


def test_the_programs_own_comes_before_the_one_on_the_path(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path = stand_in("duplicity_old", "duplicity") / "duplicity"
    assert duplicity.find() == on_path, "the user names it"
    monkeypatch.delenv(duplicity.CHOSEN)
    monkeypatch.setattr("sys.prefix", str(tmp_path / "installed"))
    assert duplicity.find() == on_path, "there is no other"
    own = duplicity.own_environment()
    own.parent.mkdir(parents=True)
    own.touch()
    assert duplicity.find() == own
    monkeypatch.setenv(duplicity.CHOSEN, str(tmp_path / "absent"))
    with pytest.raises(Failure) as caught:
        duplicity.find()
    assert caught.value.reason is Reason.TOOL_MISSING


def test_a_program_that_is_no_duplicity_is_a_failure(stand_in: StandIn) -> None:
    folder = stand_in("duplicity_breaks", "duplicity")
    with pytest.raises(Failure) as caught:
        asyncio.run(duplicity.version(folder / "duplicity"))
    assert caught.value.reason is Reason.TOOL_FAILED
