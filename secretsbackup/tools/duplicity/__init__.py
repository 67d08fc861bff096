"""duplicity, driven as a process through `--log-fd`: back up, restore, list, remove.

Facts about its flags and exit codes are from its manual page, its README-LOG.md and its log.py (3.2),
and from trying. It is GPL: it is started, never imported.
"""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket, Destination, Folder, Host, StorageClass, url
from secretsbackup.model.encryption import Encryption, encryption_of
from secretsbackup.model.event import Caution, Progressed, Step, Tell, Warned
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Compression, Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret
from secretsbackup.model.snapshot import SnapshotKind
from secretsbackup.tools import process, tree
from secretsbackup.tools.duplicity import log, reasons, workspace
from secretsbackup.tools.duplicity.gpg_wrapper import stand_in

OLDEST = (3, 0)
CHOSEN = "SECRETSBACKUP_DUPLICITY"
"""The variable in which a user names another duplicity."""
VOLUME_MIB = 50
"""The size of a volume. A broken run loses at most one, a single file costs a whole one, a bucket's owner
pays for each. duplicity 3.2 on 400 MB in 10 000 files to a folder, with 25, 50, 100, 200 MiB, best of two
to three rounds, processor seconds (a busy machine's, so read the ratios): first backup 17.7, 17.5, 17.7,
17.3; restore all 7.7, 7.2, 6.7, 6.7; restore one file 0.7, 1.1, 1.9, 4.4. From 50 on a whole restore gains
little and one file loses much."""

_STORAGE = {
    StorageClass.STANDARD_IA: "--s3-use-ia",
    StorageClass.ONEZONE_IA: "--s3-use-onezone-ia",
    StorageClass.GLACIER_IR: "--s3-use-glacier-ir",
    StorageClass.REDUCED_REDUNDANCY: "--s3-use-rrs",
}


_PROGRESS_INTERVAL_S = 0.2
"""Seconds between two progress events."""
_HANGS = 10.0
"""Seconds without a word after an error."""


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """All that duplicity must know to work on one profile's backups.

    `archive` keeps its manifests and signatures in the clear, `temporary` its volumes while they are
    made; both are owner-only. `gnupg` is gpg's home; without one it is the user's own. `held` is the
    profile's lock, which duplicity holds too while it lives.
    """

    program: Path
    gpg: Path
    destination: Destination
    credential: Credential
    key: Fingerprint
    archive: Path
    temporary: Path
    gnupg: Path | None = None
    held: int | None = None


def find() -> Path:
    """The duplicity in the program's own tool environment, else the one on PATH; the user can name another.

    A distribution's comes last: it may be old, and be installed for another program (Déjà Dup).
    """
    if chosen := os.environ.get(CHOSEN):
        return process.find(chosen)
    own = own_environment()
    return own if own.exists() else process.find("duplicity")


def own_environment() -> Path:
    """Where the installer puts duplicity, without the cloud SDKs that it declares and we never use."""
    return Path(sys.prefix) / "duplicity" / "bin" / "duplicity"


async def version(program: Path) -> tuple[int, ...]:
    """The version of this duplicity, as numbers."""
    said: list[bytes] = []
    ended = await process.run(program, ["--version"], on_line=said.append)
    found = re.search(rb"duplicity (?:v)?(\d+)\.(\d+)(?:\.(\d+))?", b" ".join(said))
    if not found:
        raise Failure(causes.ToolFailed(f"{program} --version"), ended.last_lines[-5:])
    return tuple(int(number) for number in found.groups() if number)


async def back_up(
    repository: Repository,
    kind: SnapshotKind,
    stage: Path,
    *,
    compression: Compression,
    passphrase: Secret | None,
    total: tuple[int, int],
    adopt: bool,
    at: datetime | None = None,
    misread: Callable[[bytes], None] = lambda _: None,
    tell: Tell,
) -> None:
    """Send what the stage holds. `total` is (files, bytes) to come, for progress; (0, 0) if not known.

    A passphrase is needed only while the archive folder is cold. With `adopt`, a chain that another
    machine or folder began is gone on with. `at` is the snapshot's time, where the clock's will not do.
    `misread` hears of each path of the stage of which less was sent than there is.
    """
    reading = _ReadProgress(stage, total, misread, tell)
    watch = asyncio.create_task(reading.watch())
    verb = "full" if kind is SnapshotKind.FULL else "incremental"
    words = [
        *("--volsize", str(VOLUME_MIB)),
        # Else it keeps the name of every file in memory, to write them into the manifest at the end: some
        # 5 % of a first backup's time, and millions of files that must fit. The signatures have them too.
        "--no-files-changed",
        *(["--allow-source-mismatch"] if adopt else []),
        *(["--current-time", str(int(at.timestamp()))] if at else []),
        *_storage(repository.destination),
    ]
    gpg = stand_in.for_backup(repository.gpg, repository.temporary, fast=compression is Compression.FAST)
    try:
        await _run(
            repository,
            verb,
            [*words, str(stage), _url(repository.destination)],
            passphrase=passphrase,
            heard=reading.heard,
            born=reading.born,
            gpg=gpg,
        )
    finally:
        watch.cancel()


async def restore(
    repository: Repository,
    time: datetime,
    target: Path,
    *,
    path: bytes | None,
    passphrase: Secret,
    heard: Callable[[log.Stanza], None],
) -> None:
    """Restore a snapshot, or one path of it, to a target that is empty or does not exist yet.

    What it writes stays below the target, or below the folder that it is made in: see `sandbox`.
    """
    chosen: list[str | bytes] = [b"--path-to-restore=" + path] if path else []
    words = ["--time", _time(time), *chosen, _url(repository.destination), str(target)]
    into = target if target.exists() else target.parent
    try:
        await _run_fenced(repository, "restore", words, passphrase=passphrase, heard=heard, into=into)
    except Failure as failure:
        if failure.reason is Reason.PATH_NOT_FOUND:
            raise Failure(causes.PathNotFound(shown(path or b""))) from None
        raise


async def fetch_metadata(repository: Repository, time: datetime, passphrase: Secret) -> None:
    """Bring the manifests and signatures of a snapshot's chain into the archive folder.

    Listing files is the verb that needs them all; what it lists is not used (see `signatures`). It writes
    nowhere else, whatever the destination calls its files: see `sandbox`.
    """
    words = ["--time", _time(time), _url(repository.destination)]
    await _run_fenced(repository, "list-current-files", words, passphrase=passphrase)


async def measure_startup(repository: Repository, passphrase: Secret) -> None:
    """Start, list the destination and end: what every verb takes before it does its own work."""
    await _run_fenced(repository, "collection-status", [_url(repository.destination)], passphrase=passphrase)


async def remove_older(repository: Repository, than: datetime) -> None:
    """Remove the chains that ended before a time, here and at the destination.

    It can wait for the next run: a destination that refuses is not asked for minutes, as by default.
    """
    patience = ("--num-retries", "2", "--backend-retry-delay", "1")
    await _run(
        repository, "remove-older-than", [*patience, "--force", _time(than), _url(repository.destination)]
    )


async def discard_incomplete(repository: Repository, passphrase: Secret | None) -> None:
    """Give up what an earlier run left half sent, here and at the destination."""
    for path in repository.archive.glob("duplicity-*.part"):
        path.unlink()
    await _run(repository, "cleanup", ["--force", _url(repository.destination)], passphrase=passphrase)


async def _run_fenced(
    repository: Repository,
    verb: str,
    words: Sequence[str | bytes],
    *,
    passphrase: Secret,
    heard: Callable[[log.Stanza], None] = lambda _: None,
    into: Path | None = None,
) -> None:
    """Run a verb that only reads the destination. It writes into its sandbox, and `into` a folder."""
    async with workspace.entered(repository.archive, repository.temporary) as inside:
        await _run(
            msgspec.structs.replace(
                repository, archive=inside.archive, temporary=inside.temporary, gnupg=inside.gnupg
            ),
            verb,
            words,
            passphrase=passphrase,
            heard=heard,
            gpg=stand_in.for_restore(repository.gpg, repository.temporary, home=inside.gnupg),
            writes=(*([into] if into else []), inside.folder),
            here=(repository.temporary, repository.archive, *([into] if into else [])),
        )


async def _run(
    repository: Repository,
    verb: str,
    words: Sequence[str | bytes],
    *,
    passphrase: Secret | None = None,
    heard: Callable[[log.Stanza], None] = lambda _: None,
    born: Callable[[int], None] | None = None,
    gpg: Path | None = None,
    writes: Sequence[Path] | None = None,
    here: Sequence[Path] | None = None,
) -> None:
    """Run one verb; Failure with the Reason that its exit status and its log give.

    `gpg` stands in for gpg. With `writes` it can write there alone; `here` are the folders to be named if the
    disk is full.
    """
    gpg = gpg or stand_in.for_restore(repository.gpg, repository.temporary)
    said: list[log.Stanza] = []
    last_words = _LastWords()

    def hear(stanza: log.Stanza) -> None:
        if stanza.keyword in ("ERROR", "WARNING"):
            said.append(stanza)
        last_words.hear(stanza)
        heard(stanza)

    running = process.run(
        repository.program,
        [
            *("-v5", "--archive-dir", str(repository.archive.parent), "--name", repository.archive.name),
            *("--tempdir", str(repository.temporary), "--gpg-binary", str(gpg)),
            *("--num-retries", "3", "--backend-retry-delay", "5"),
            *_sealing(repository),
            *_reach(repository.destination),
            verb,
            *words,
        ],
        env=_environment(repository, passphrase, gpg.parent),
        on_log_line=log.Parser(hear).line,
        born=born,
        held=repository.held,
        writes=writes,
        asks_owners=isinstance(repository.destination, Host),
    )
    ended = await last_words.let_end(running)
    if ended.status != 0:
        here = here or (repository.temporary, repository.archive)
        raise reasons.failure(ended, said, None if writes else repository.destination, here)


class _LastWords:
    """Ends a duplicity that has said what went wrong and then nothing more.

    Where a disk is full that it restores to, 3.2 waits for ever for a thread of its own (tried).
    """

    def __init__(self) -> None:
        self._wrong, self._heard = False, 0.0

    def hear(self, stanza: log.Stanza) -> None:
        self._wrong = self._wrong or stanza.keyword == "ERROR"
        self._heard = time.monotonic()

    async def let_end(self, running: Coroutine[None, None, process.Ended]) -> process.Ended:
        """Let it run to its end, which is now where it hangs."""
        task = asyncio.ensure_future(running)
        try:
            while not task.done():
                await asyncio.wait((task,), timeout=1)
                if self._wrong and time.monotonic() - self._heard > _HANGS:
                    return process.Ended(-signal.SIGTERM, ())
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))


def _environment(repository: Repository, passphrase: Secret | None, stand_ins: Path) -> dict[str, str]:
    """What this child needs, and only that: duplicity takes its secrets by these names (its manual)."""
    extra = {"TMPDIR": str(repository.temporary), "AWS_EC2_METADATA_DISABLED": "true"}
    extra["PYTHONPATH"] = str(stand_in.beside_python(stand_ins))
    if repository.gnupg:
        extra["GNUPGHOME"] = str(repository.gnupg)
    extra["PATH"] = stand_in.path(stand_ins, host=isinstance(repository.destination, Host))
    if passphrase is not None:
        extra["PASSPHRASE"] = passphrase.reveal()
    match repository.credential:
        case KeyPair(key_id=key_id, secret=secret):
            extra["AWS_ACCESS_KEY_ID"] = key_id.reveal()
            extra["AWS_SECRET_ACCESS_KEY"] = secret.reveal()
        case AwsProfile(name=name):
            extra["AWS_PROFILE"] = name
            where = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
            extra |= {file: os.environ[file] for file in where if file in os.environ}
        case None:
            pass
    if isinstance(repository.destination, Bucket) and repository.destination.endpoint:
        # Some servers other than Amazon's refuse the checksums that boto3 sends since 1.36.
        extra["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
        extra["AWS_RESPONSE_CHECKSUM_VALIDATION"] = "when_required"
    return process.environment(**extra)


def _sealing(repository: Repository) -> list[str]:
    """What opens its files; without a key duplicity takes the passphrase for all there is."""
    match encryption_of(repository.key):
        case Encryption.KEY:
            return ["--encrypt-key", repository.key, "--gpg-options=--trust-model always"]
        case Encryption.PASSPHRASE:
            return []
        case Encryption.NOTHING:
            return ["--no-encryption"]


def _url(destination: Destination) -> str:
    match destination:
        case Bucket():
            return f"boto3+{url(destination)}"
        case Folder() | Host():
            return url(destination)


def _reach(destination: Destination) -> list[str]:
    match destination:
        case Bucket(endpoint=endpoint, region=region):
            endpoint_words = ["--s3-endpoint-url", endpoint] if endpoint else []
            return [*endpoint_words, *(["--s3-region-name", region] if region else [])]
        case Folder() | Host():
            return []


def _storage(destination: Destination) -> list[str]:
    wanted = destination.storage_class if isinstance(destination, Bucket) else None
    return [_STORAGE[wanted]] if wanted in _STORAGE else []


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00")


class _ReadProgress:
    """How far duplicity is: the files that it reported, and how far it has read into the last one."""

    def __init__(
        self, stage: Path, total: tuple[int, int], misread: Callable[[bytes], None], tell: Tell
    ) -> None:
        self._stage = bytes(stage)
        self._misread = misread
        self._files_total, self._total = total
        self._tell = tell
        self._pid: int | None = None
        self._files = 0
        self._done = 0
        self._path = b""
        self._size = 0
        self._shown = 0.0

    def born(self, pid: int) -> None:
        self._pid = pid

    def heard(self, stanza: log.Stanza) -> None:
        if left_out := log.left_out(stanza):
            self._tell(Warned(caution=Caution.UNREADABLE, path=shown(left_out[0]), detail=left_out[1]))
        if (misread := log.misread(stanza)) is not None:
            self._misread(misread.removeprefix(self._stage + b"/"))
        if stanza.is_info and stanza.code in (log.NEW, log.CHANGED):
            self._next(log.path(stanza.extras))
            if time.monotonic() >= self._shown + _PROGRESS_INTERVAL_S:
                self._show(0)

    def _next(self, path: bytes) -> None:
        self._done += self._size
        size = tree.file_size(self._stage + b"/" + path)
        self._path, self._size = path, size or 0
        self._files += size is not None

    def _show(self, position: int) -> None:
        self._shown = time.monotonic()
        self._tell(
            Progressed(
                step=Step.SEND,
                done=self._done + min(position, self._size),
                total=self._total,
                unit="bytes",
                detail=shown(self._path),
                files=self._files,
                files_total=self._files_total,
            )
        )

    async def watch(self) -> None:
        """Look twice a second how far it has read."""
        while True:
            await asyncio.sleep(0.5)
            if self._pid and self._size > 1 << 20:
                self._show(_position(self._pid, self._stage + b"/" + self._path))


def _position(pid: int, path: bytes) -> int:
    """Bytes that a process has read of a file; 0 where the system does not tell (macOS)."""
    import psutil

    try:
        opened = psutil.Process(pid).open_files()
    except psutil.Error:
        return 0
    return next((getattr(one, "position", 0) for one in opened if os.fsencode(one.path) == path), 0)
