"""Why duplicity failed: its exit status and what it logged, as one of our Reasons."""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from secretsbackup.model.destination import Destination, Folder, Host
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.status import DAMAGE
from secretsbackup.model.system_errors import REASONS, in_text
from secretsbackup.tools.duplicity.log import Stanza
from secretsbackup.tools.gnupg import answers
from secretsbackup.tools.process import Ended

_STATUS = {
    3: Reason.ANOTHER_MACHINE,
    17: Reason.VOLUME_MISSING,  # the signatures that an incremental backup builds on
    18: Reason.NO_SNAPSHOT,
    19: Reason.PATH_NOT_FOUND,
    20: Reason.PATH_NOT_FOUND,
    21: Reason.VOLUME_CORRUPT,
    35: Reason.NO_ROOM,
    42: Reason.ANOTHER_MACHINE,
    44: Reason.VOLUME_CORRUPT,
    51: Reason.DESTINATION_DENIED,
    53: Reason.DESTINATION_FULL,
    81: Reason.KEY_MISSING,
}
"""Exit statuses that say enough by themselves (duplicity's log.py, ErrorCode)."""
_GPG = 31
"""Any fault of gpg's: its text tells which, unless it was killed."""

_COPY = r"already in the volume list as \S+\. (\S+) has the same volume number"
"""What it says of a second file that it takes for a volume (its dup_collections.py)."""

_FILES = r"Max open files of (\d+) is too low"

_TEXT: tuple[tuple[str, Reason], ...] = (
    (_COPY, Reason.COPY_IN_THE_WAY),
    (_FILES, Reason.SYSTEM_LIMIT),
    (r"InvalidObjectState", Reason.FROZEN),
    (r"security violation", Reason.SNAPSHOT_UNSAFE),
    (r"hard links not supported|unknown tarinfo type", Reason.SNAPSHOT_FORGED),
    (r"bad passphrase|no passphrase given", Reason.PASSPHRASE_WRONG),
    (r"EOFError", Reason.PASSPHRASE_MISSING),
    (r"no secret key", Reason.SECRET_KEY_MISSING),
    (r"key expired|unusable public key", Reason.KEY_EXPIRED),
    (r"key revoked", Reason.KEY_REVOKED),
    (r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId", Reason.CREDENTIAL_REFUSED),
    (r"RequestTimeTooSkewed", Reason.CLOCK_WRONG),
    (r"AccessDenied|Forbidden|\(403\)", Reason.DESTINATION_DENIED),
    (r"QuotaExceeded|EntityTooLarge|InsufficientCapacity|\(507\)", Reason.DESTINATION_FULL),
    (r"NoSuchBucket|bucket .* does not exist", Reason.DESTINATION_MISSING),
    (r"volume \d+ not found|not found in backup|KeyError: \d+|NoSuchKey", Reason.VOLUME_MISSING),
    (r"SSL|certificate verify", Reason.CERTIFICATE_BAD),
    (
        r"could not connect|connection (?:refused|reset|was closed|aborted)|timed? ?out|"
        r"unreachable|name resolution|name or service|InternalError|SlowDown|ServiceUnavailable",
        Reason.DESTINATION_UNREACHABLE,
    ),
    (
        r"invalid packet|no valid OpenPGP data|inflate problem|problem reading source|"
        r"handle plaintext failed|has been manipulated|checksum error|with unknown version|"
        r"CRC error|decryption failed|mdc|ManifestError|VolumeInfoError|not present in manifest|"
        r"no manifests found|manifest does not match|manifest is readable",
        Reason.VOLUME_CORRUPT,
    ),
    (r"permission denied", Reason.NOT_WRITABLE),
)


def failure(
    ended: Ended, said: Sequence[Stanza], destination: Destination | None, here: Sequence[Path]
) -> Failure:
    """What went wrong. The first warning is heard before the last error: it is nearer to the cause.

    `destination` is given where duplicity writes to it, `here` are the folders on this machine that it
    writes to.
    """
    lines = tuple(line for stanza in said for line in stanza.text) or ended.last_lines
    text = "\n".join([*lines, *ended.last_lines])
    if re.search(r"no space left|disk quota exceeded", text, re.IGNORECASE):
        return Failure(*_full(destination, here), _kept(lines))
    if ended.status == _GPG and (told := _by_gpg(text)):
        return Failure(told.reason, told.detail, _kept(lines))
    reason = _STATUS.get(ended.status) or _by_text(text)
    if reason in (*DAMAGE, Reason.TOOL_FAILED) and (refused := in_text(text)):
        reason = REASONS[refused]  # what this machine refuses is no fault of the destination's
    if reason is Reason.TOOL_FAILED and ended.status == _GPG:
        reason = Reason.GPG_FAILED
    copy, file = re.search(_COPY, text), re.search(r"duplicity-[\w.-]+", text)
    few = re.search(_FILES, text)
    details = {
        Reason.TOOL_FAILED: f"duplicity {ended.how}",
        Reason.GPG_FAILED: f"duplicity {ended.how}",
        Reason.SNAPSHOT_UNSAFE: "..",
        **dict.fromkeys((Reason.NOT_WRITABLE, *REASONS.values()), _refused(text, 2)),
        Reason.SYSTEM_LIMIT: f"{few[1]} open files; ulimit -n 1024" if few else _refused(text, 1),
        Reason.SNAPSHOT_FORGED: "a hard link" if "ard links" in text else "an entry of an unknown kind",
        Reason.NO_ROOM: _room(here[0], text),
        Reason.FILE_TOO_LARGE: _refused(text, 2),
        Reason.COPY_IN_THE_WAY: copy[1] if copy else "",
        Reason.FROZEN: file[0] if file else "",
    }
    own = () if reason is Reason.SNAPSHOT_FORGED else lines  # a traceback says no more
    return Failure(reason, details.get(reason, ""), _kept(own))


def _by_gpg(text: str) -> Failure | None:
    """What gpg's status lines say, which our stand-ins put among its words; None if they are no help."""
    told = answers.failure("\n".join(line.strip() for line in text.splitlines()))
    return None if told.reason in (Reason.GPG_FAILED, Reason.GPG_SETTINGS) else told


def _by_text(text: str) -> Reason:
    found = (reason for pattern, reason in _TEXT if re.search(pattern, text, re.IGNORECASE))
    return next(found, _by_errno(text))


def _by_errno(text: str) -> Reason:
    """What the system refused duplicity, by the number that Python puts before it."""
    found = (REASONS.get(int(number)) for number in re.findall(r"\[Errno (\d{1,3})\]", text))
    return next((reason for reason in found if reason), Reason.TOOL_FAILED)


def _refused(text: str, part: int) -> str:
    """Of such a refusal its words (1) or the file that it names (2)."""
    found = re.search(r"\[Errno \d{1,3}\] ([^:\n]+)(?:: b?'([^'\n]*)')?", text)
    return (found[part] or "") if found else ""


def _full(destination: Destination | None, here: Sequence[Path]) -> tuple[Reason, str]:
    """Which disk is full: the one with the least room, since duplicity does not always say."""
    if isinstance(destination, Host):
        return Reason.DESTINATION_FULL, destination.login
    places = [(Reason.NO_ROOM, path) for path in here]
    if isinstance(destination, Folder):
        places.append((Reason.DESTINATION_FULL, Path(destination.path)))
    reason, path = min(places, key=lambda place: _free(place[1]))
    return reason, str(path)


def _room(folder: Path, text: str) -> str:
    """Where duplicity looked for room before it began, and how much it wants and found (its dup_main.py)."""
    found = re.search(r"has ([\d,]+) available, backup needs approx ([\d,]+)", text)
    free, needed = (amount.replace(",", "") for amount in found.groups()) if found else ("", "")
    return f"{folder} {needed} {free}".rstrip()


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return sys.maxsize


def _kept(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines and the last ones: enough for a report, and no more."""
    return tuple(lines if len(lines) <= 24 else [*lines[:12], "…", *lines[-12:]])
