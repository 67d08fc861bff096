"""Why duplicity failed: its exit status and what it logged, as a cause."""

import errno
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Destination, Folder, Host
from secretsbackup.model.outcome import Failure
from secretsbackup.model.status import DAMAGE
from secretsbackup.model.system_errors import LIMITS, REFUSALS, in_text
from secretsbackup.tools.duplicity.log import Stanza
from secretsbackup.tools.gnupg import answers
from secretsbackup.tools.process import Ended


class _Said(msgspec.Struct, frozen=True):
    """What one duplicity said, how it ended, and the first folder on this machine that it wrote to."""

    text: str
    how: str
    folder: Path

    def found(self, pattern: str, group: int = 1) -> str:
        """A part of what it said; "" where it did not say that."""
        found = re.search(pattern, self.text)
        return (found[group] or "") if found else ""

    @property
    def file(self) -> str:
        """The first of its own files that it named."""
        return self.found(r"duplicity-[\w.-]+", 0)

    @property
    def refused(self) -> str:
        """The file that the system refused it."""
        return self.found(_REFUSED, 2)


_Meant = Callable[[_Said], Cause]
"""What makes a cause of what duplicity said."""


def _of_room(said: _Said) -> Cause:
    """Where it looked for room before it began, and how much it wants and found (its dup_main.py)."""
    found = re.search(r"has ([\d,]+) available, backup needs approx ([\d,]+)", said.text)
    free, needed = (int(amount.replace(",", "")) for amount in found.groups()) if found else (0, 0)
    return causes.NoRoom(str(said.folder), needed, free)


def _of_refusal(number: int, said: _Said) -> Cause:
    """What the system refused it."""
    if number in LIMITS:
        return _of_limit(said)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return _of_room(said)
    return REFUSALS[number](said.refused)


def _of_limit(said: _Said) -> Cause:
    few = said.found(_FILES)
    return causes.SystemLimit(f"{few} open files; ulimit -n 1024" if few else said.found(_REFUSED))


def _of_forgery(said: _Said) -> Cause:
    hard_link = "ard links" in said.text
    return causes.SnapshotForged(causes.Forgery.HARD_LINK if hard_link else causes.Forgery.UNKNOWN_ENTRY)


_STATUS: dict[int, _Meant] = {
    3: lambda said: causes.AnotherMachine(),
    17: lambda said: causes.VolumeMissing(),  # the signatures that an incremental backup builds on
    18: lambda said: causes.NoSnapshot(),
    19: lambda said: causes.PathNotFound(),
    20: lambda said: causes.PathNotFound(),
    21: lambda said: causes.VolumeCorrupt(),
    35: _of_room,
    42: lambda said: causes.AnotherMachine(),
    44: lambda said: causes.VolumeCorrupt(),
    51: lambda said: causes.DestinationDenied(),
    53: lambda said: causes.DestinationFull(),
    81: lambda said: causes.KeyMissing(),
}
"""Exit statuses that say enough by themselves (duplicity's log.py, ErrorCode)."""
_GPG = 31
"""Any fault of gpg's: its text tells which, unless it was killed."""

_COPY = r"already in the volume list as \S+\. (\S+) has the same volume number"
"""What it says of a second file that it takes for a volume (its dup_collections.py)."""

_FILES = r"Max open files of (\d+) is too low"

_REFUSED = r"\[Errno \d{1,3}\] ([^:\n]+)(?:: b?'([^'\n]*)')?"
"""What the system refused it, as Python says that: its words, and the file."""

_TEXT: tuple[tuple[str, _Meant], ...] = (
    (_COPY, lambda said: causes.CopyInTheWay(said.found(_COPY))),
    (_FILES, _of_limit),
    (r"InvalidObjectState", lambda said: causes.Frozen(said.file)),
    (r"security violation", lambda said: causes.SnapshotUnsafe("..")),
    (r"hard links not supported|unknown tarinfo type", _of_forgery),
    (r"bad passphrase|no passphrase given", lambda said: causes.PassphraseWrong()),
    (r"EOFError", lambda said: causes.PassphraseMissing()),
    (r"no secret key", lambda said: causes.SecretKeyMissing()),
    (r"key expired|unusable public key", lambda said: causes.KeyExpired()),
    (r"key revoked", lambda said: causes.KeyRevoked()),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidClientTokenId",
        lambda said: causes.CredentialRefused(),
    ),
    (r"RequestTimeTooSkewed", lambda said: causes.ClockWrong()),
    (r"AccessDenied|Forbidden|\(403\)", lambda said: causes.DestinationDenied()),
    (
        r"QuotaExceeded|EntityTooLarge|InsufficientCapacity|\(507\)",
        lambda said: causes.DestinationFull(),
    ),
    (r"NoSuchBucket|bucket .* does not exist", lambda said: causes.DestinationMissing()),
    (
        r"volume \d+ not found|not found in backup|KeyError: \d+|NoSuchKey",
        lambda said: causes.VolumeMissing(),
    ),
    (r"SSL|certificate verify", lambda said: causes.CertificateBad()),
    (
        r"could not connect|connection (?:refused|reset|was closed|aborted)|timed? ?out|"
        r"unreachable|name resolution|name or service|InternalError|SlowDown|ServiceUnavailable",
        lambda said: causes.DestinationUnreachable(),
    ),
    (
        r"invalid packet|no valid OpenPGP data|inflate problem|problem reading source|"
        r"handle plaintext failed|has been manipulated|checksum error|with unknown version|"
        r"CRC error|decryption failed|mdc|ManifestError|VolumeInfoError|not present in manifest|"
        r"no manifests found|manifest does not match|manifest is readable",
        lambda said: causes.VolumeCorrupt(),
    ),
    (r"permission denied", lambda said: causes.NotWritable(said.refused)),
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
        return Failure(_full(destination, here), _kept(lines))
    if ended.status == _GPG and (told := _by_gpg(text)):
        return Failure(told.cause, _kept(lines))
    cause = _cause(_Said(text, ended.how, here[0]), ended)
    own = () if isinstance(cause, causes.SnapshotForged) else lines  # a traceback says no more
    return Failure(cause, _kept(own))


def _cause(said: _Said, ended: Ended) -> Cause:
    meant = _STATUS.get(ended.status) or _by_text(said.text)
    cause = meant(said) if meant else None
    if cause and cause.reason not in DAMAGE:
        return cause
    if refused := in_text(said.text):
        return _of_refusal(refused, said)  # what this machine refuses is no fault of the destination's
    if cause:
        return cause
    what = f"duplicity {said.how}"
    return causes.GpgFailed(what) if ended.status == _GPG else causes.ToolFailed(what)


def _by_gpg(text: str) -> Failure | None:
    """What gpg's status lines say, which our stand-ins put among its words; None if they are no help."""
    told = answers.failure("\n".join(line.strip() for line in text.splitlines()))
    return None if isinstance(told.cause, causes.GpgFailed | causes.GpgSettings) else told


def _by_text(text: str) -> _Meant | None:
    found = (meant for pattern, meant in _TEXT if re.search(pattern, text, re.IGNORECASE))
    return next(found, None) or _by_errno(text)


def _by_errno(text: str) -> _Meant | None:
    """What the system refused duplicity, by the number that Python puts before it."""
    numbers = map(int, re.findall(r"\[Errno (\d{1,3})\]", text))
    found = next((number for number in numbers if number in (*LIMITS, *REFUSALS)), None)
    return partial(_of_refusal, found) if found else None


def _full(destination: Destination | None, here: Sequence[Path]) -> Cause:
    """Which disk is full: the one with the least room, since duplicity does not always say."""
    if isinstance(destination, Host):
        return causes.DestinationFull(destination.login)
    stored = [Path(destination.path)] if isinstance(destination, Folder) else []
    path = min([*here, *stored], key=_free)
    return causes.DestinationFull(str(path)) if path in stored else causes.NoRoom(str(path))


def _free(path: Path) -> int:
    try:
        return shutil.disk_usage(path).free
    except OSError:
        return sys.maxsize


def _kept(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines and the last ones: enough for a report, and no more."""
    return tuple(lines if len(lines) <= 24 else [*lines[:12], "…", *lines[-12:]])
