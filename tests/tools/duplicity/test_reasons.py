"""Each way in which duplicity fails, and the reason that a person is told."""

from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import DAMAGE
from secretsbackup.tools.duplicity import reasons
from secretsbackup.tools.duplicity.log import Stanza
from secretsbackup.tools.process import Ended

BUCKET = Bucket("bucket", "prefix")


HERE = Path("/")
FULL = Path("/proc")
"""A file system that never has any room."""


def cause(status: int, *text: str, at: Destination = BUCKET, here: Path = HERE) -> Failure:
    """What is made of an exit status and of what was logged."""
    return reasons.failure(Ended(status, ()), [Stanza("ERROR", status, text=text)], at, [here])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3, Reason.ANOTHER_MACHINE),
        (18, Reason.NO_SNAPSHOT),
        (19, Reason.PATH_NOT_FOUND),
        (21, Reason.VOLUME_CORRUPT),
        (42, Reason.ANOTHER_MACHINE),
        (44, Reason.VOLUME_CORRUPT),
        (51, Reason.DESTINATION_DENIED),
        (53, Reason.DESTINATION_FULL),
        (81, Reason.KEY_MISSING),
    ],
)
def test_some_statuses_say_enough(status: int, reason: Reason) -> None:
    assert cause(status, "whatever it says").reason is reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gpg: public key decryption failed: Bad passphrase", Reason.PASSPHRASE_WRONG),
        ("gpg: public key decryption failed: No passphrase given", Reason.PASSPHRASE_WRONG),
        ("EOFError: EOF when reading a line", Reason.PASSPHRASE_MISSING),
        ("gpg: decryption failed: No secret key", Reason.SECRET_KEY_MISSING),
        ("gpg: ABCD: skipped: Unusable public key", Reason.KEY_EXPIRED),
        ("gpg: Note: key expired 2026-01-01", Reason.KEY_EXPIRED),
        ("gpg: key revoked", Reason.KEY_REVOKED),
        ("An error occurred (InvalidAccessKeyId) when calling", Reason.CREDENTIAL_REFUSED),
        ("An error occurred (SignatureDoesNotMatch) when calling", Reason.CREDENTIAL_REFUSED),
        ("An error occurred (RequestTimeTooSkewed) when calling", Reason.CLOCK_WRONG),
        ("An error occurred (AccessDenied) when calling PutObject", Reason.DESTINATION_DENIED),
        (
            "An error occurred (403) when calling the HeadObject operation: Forbidden",
            Reason.DESTINATION_DENIED,
        ),
        ("An error occurred (QuotaExceeded) when calling PutObject", Reason.DESTINATION_FULL),
        ("An error occurred (NoSuchBucket) when calling ListObjects", Reason.DESTINATION_MISSING),
        ("Volume 3 not found in backup set", Reason.VOLUME_MISSING),
        ("An error occurred (NoSuchKey) when calling GetObject", Reason.VOLUME_MISSING),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", Reason.CERTIFICATE_BAD),
        ('Could not connect to the endpoint URL: "http://127.0.0.1:1/"', Reason.DESTINATION_UNREACHABLE),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", Reason.DESTINATION_UNREACHABLE),
        ("[Errno -3] Temporary failure in name resolution", Reason.DESTINATION_UNREACHABLE),
        ("Read timed out", Reason.DESTINATION_UNREACHABLE),
        ("An error occurred (SlowDown) when calling PutObject", Reason.DESTINATION_UNREACHABLE),
        ("gpg: [don't know]: invalid packet (ctb=2d)", Reason.VOLUME_CORRUPT),
        ("gpg: WARNING: encrypted message has been manipulated!", Reason.VOLUME_CORRUPT),
        ("gpg: ecdh failed in gcry_cipher_decrypt: Checksum error", Reason.VOLUME_CORRUPT),
        ("gpg: handle plaintext failed: Inappropriate ioctl for device", Reason.VOLUME_CORRUPT),
        ("gpg: Fatal: zlib inflate problem: invalid distance too far back", Reason.VOLUME_CORRUPT),
        ("[Errno 13] Permission denied: '/media/disk/x'", Reason.NOT_WRITABLE),
        ("[Errno 13] Permission denied: '/a/duplicity-full.20261122T220828Z.manifest'", Reason.NOT_WRITABLE),
        ("[Errno 5] Input/output error: '/a/duplicity-full.20261122T220828Z.manifest'", Reason.DISK_FAILING),
        ("[Errno 30] Read-only file system: '/a/x.manifest.part'", Reason.DISK_READ_ONLY),
        ("[Errno 24] Too many open files: '/a/x.manifest'", Reason.SYSTEM_LIMIT),
        ("Max open files of 256 is too low, should be >= 1024.", Reason.SYSTEM_LIMIT),
        ("could not delete duplicity-full.20261122T220828Z.manifest.gpg", Reason.GPG_FAILED),
        ("ManifestError: Volume 3 not present in manifest", Reason.VOLUME_CORRUPT),
        ("Fatal Error: Neither remote nor local manifest is readable.", Reason.VOLUME_CORRUPT),
        ("Fatal Error: Remote manifest does not match local one.", Reason.VOLUME_CORRUPT),
        ("patchdir.PatchDirException: Tar entry contains '..'.  Security violation", Reason.SNAPSHOT_UNSAFE),
        ("a sentence that nobody has ever read", Reason.GPG_FAILED),
    ],
)
def test_the_text_tells_the_rest(text: str, reason: Reason) -> None:
    assert cause(31, text).reason is reason


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("[Errno 5] Input/output error: '/c/vol1'", Reason.DISK_FAILING),
        ("[Errno 30] Read-only file system: '/c/vol1'", Reason.DISK_READ_ONLY),
        ("[Errno 24] Too many open files: '/c/vol1'", Reason.SYSTEM_LIMIT),
        ("[Errno 27] File too large: '/c/vol1'", Reason.FILE_TOO_LARGE),
        ("[Errno 28] No space left on device: '/c/vol1'", Reason.NO_ROOM),
        ("gpg: error reading '/c/vol1': Input/output error", Reason.DISK_FAILING),
        ("gpg: can't create '/c/x': Read-only file system", Reason.DISK_READ_ONLY),
    ],
)
@pytest.mark.parametrize(
    ("status", "damage"),
    [
        (21, "Invalid data - SHA1 hash mismatch for file: duplicity-full.20261122T220828Z.vol1.difftar.gpg"),
        (44, "whatever it says"),
        (31, "gpg: decryption failed: Invalid packet"),
        (30, "KeyError: 2"),
        (30, "Fatal Error: Neither remote nor local manifest is readable."),
    ],
)
def test_what_this_machine_refuses_is_no_damage_at_the_destination(
    refusal: str, reason: Reason, status: int, damage: str
) -> None:
    assert cause(status, refusal, damage).reason is reason
    assert cause(status, damage).reason in DAMAGE


def test_a_refusal_of_the_system_names_its_file() -> None:
    assert cause(30, "OSError: [Errno 5] Input/output error: '/a b/c'").cause.about == "/a b/c"
    assert cause(30, "OSError: [Errno 5] Input/output error").cause.about == ""
    assert cause(30, "OSError: [Errno 24] Too many open files: '/a'").cause.about == "Too many open files"


def test_what_nobody_knows_names_the_status() -> None:
    assert cause(99, "odd").cause.about == "duplicity 99"


@pytest.mark.parametrize(
    ("at", "here", "reason", "full"),
    [
        (BUCKET, HERE, Reason.NO_ROOM, "/"),
        (Folder("/"), FULL, Reason.NO_ROOM, "/proc"),
        (Folder("/proc"), HERE, Reason.DESTINATION_FULL, "/proc"),
        (Host("sftp", "host", "backups"), HERE, Reason.DESTINATION_FULL, "host"),
    ],
)
def test_a_full_disk_is_the_one_with_the_least_room(
    at: Destination, here: Path, reason: Reason, full: str
) -> None:
    failure = cause(30, "OSError: [Errno 28] No space left on device", at=at, here=here)
    assert (failure.reason, failure.cause.about) == (reason, full)


def test_a_temporary_folder_that_is_too_small_is_named() -> None:
    failure = cause(35, "Temp space has 14 available, backup needs approx 60.")
    assert failure.cause == causes.NoRoom("/", 60, 14)


def test_what_nobody_knows_is_told_with_its_status_or_its_signal() -> None:
    assert (cause(30, "?").reason, cause(30, "?").cause.about) == (Reason.TOOL_FAILED, "duplicity 30")
    assert cause(-9, "").cause.about == "duplicity SIGKILL"


def test_without_a_log_standard_error_is_read() -> None:
    ended = Ended(31, ("gpg: Bad passphrase",))
    failure = reasons.failure(ended, [], BUCKET, [HERE])
    assert (failure.reason, failure.last_lines) == (Reason.PASSPHRASE_WRONG, ended.last_lines)


def test_of_many_lines_the_first_and_the_last_are_kept() -> None:
    kept = cause(99, *(f"line {number}" for number in range(1000))).last_lines
    assert (kept[0], kept[-1], len(kept)) == ("line 0", "line 999", 25)


def test_a_copy_that_it_takes_for_a_volume_is_named() -> None:
    volume = "duplicity-full.20261122T220828Z.vol1.difftar.gpg"
    found = cause(
        30, f"Volume 1 is already in the volume list as {volume}. {volume}~ has the same volume number."
    )
    assert found.cause == causes.CopyInTheWay(f"{volume}~")


def test_what_lies_in_glacier_is_named() -> None:
    volume = "duplicity-full.20261122T220828Z.vol1.difftar.gpg"
    found = cause(
        50, f"Giving up downloading {volume} (InvalidObjectState when calling the GetObject operation)"
    )
    assert found.cause == causes.Frozen(volume)
