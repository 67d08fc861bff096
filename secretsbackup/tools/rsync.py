"""rsync: makes the stage like the sources, links followed. Its messages become warnings with names."""

import asyncio
import errno
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import patterns as patterns_of
from secretsbackup.model.event import Caution, Progressed, Step, Tell, Warned
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Source
from secretsbackup.model.rsync_patterns import Patterns
from secretsbackup.model.system_errors import Named
from secretsbackup.tools import process, tree

OLDEST = (3, 1)
"""`--info` and `--out-format` came with 3.1.0 (rsync's NEWS); macOS brings an older one."""

_OPTIONS = (
    *("--archive", "--no-devices", "--no-specials", "--copy-links", "--sparse"),
    # Deleting goes on although something could not be read: what tree.look found is protected by name.
    *("--delete", "--delete-excluded", "--ignore-errors"),
    *("--no-human-readable", "--no-inc-recursive", "--outbuf=L", "--info=progress2,nonreg1,stats2"),
    *("--out-format=change: %i %l %n", "--from0", "--filter=merge -"),
)


class Collected(msgspec.Struct, frozen=True):
    """What the stage holds after a collect (`files`, `bytes`), and what changed just now.

    `changes` counts everything: new, changed and deleted files and folders; `changed_files` and
    `changed_bytes` are the files that were copied, `replaced` those of them that were there before, and
    `deleted` the files that are there no more.
    """

    changes: int = 0
    changed_files: int = 0
    changed_bytes: int = 0
    files: int = 0
    bytes: int = 0
    replaced: int = 0
    deleted: int = 0

    def __add__(self, other: "Collected") -> "Collected":
        return Collected(
            self.changes + other.changes,
            self.changed_files + other.changed_files,
            self.changed_bytes + other.changed_bytes,
            self.files + other.files,
            self.bytes + other.bytes,
            self.replaced + other.replaced,
            self.deleted + other.deleted,
        )


class Change(msgspec.Struct, frozen=True, gc=False):
    """What rsync did to a path of the stage, which is given relative to that.

    `copied` says that it is a file whose content was copied; `new` that it was not there before;
    `same_second` that it was, with a time of the same second. `no_file` is what rsync left alone, since it is
    a pipe, a socket or a device now.
    """

    path: bytes
    copied: bool = False
    new: bool = False
    same_second: bool = False
    no_file: bool = False


async def version(program: Path) -> tuple[int, ...]:
    """The version of this rsync, as numbers."""
    said: list[bytes] = []
    await process.run(program, ["--version"], on_line=said.append)
    found = re.search(rb"version v?(\d+)\.(\d+)", b" ".join(said[:1]))
    return tuple(int(number) for number in found.groups()) if found else (0,)


async def mirror(
    program: Path,
    source: Source,
    stage: Path,
    *,
    exclude: Sequence[str],
    own: Sequence[Path],
    tell: Tell,
    seen: tree.Survey | None = None,
    held: int | None = None,
    offset: Collected = Collected(),  # noqa: B008 - frozen
    by_content: bool = False,
    changed: Callable[[Change], None] = lambda _: None,
) -> Collected:
    """Make STAGE/LABEL like a source; Failure if the stage cannot be written.

    `exclude` are patterns as people write them (see `patterns.meant`). `own` are folders of ours that
    never go into a backup. `seen` is what a look at the source found, if there was one just now.
    `offset` is what earlier sources collected, so that progress adds up. `by_content` reads every file here
    and there, and copies what differs although size and time are the same. `changed` hears of each path that
    was changed in the stage.
    """
    exclude = excludes(exclude, source)
    if seen is None:
        seen = await asyncio.to_thread(tree.survey, Path(source.path), own, stage / source.label)
    known = Patterns(exclude)
    for caution, left_out in ((Caution.TOO_LONG, seen.too_long), (Caution.LINK_LOOP, seen.loops)):
        for one in left_out:
            if not known.exclude(one):
                tell(Warned(caution=caution, path=_whole(source, one)))
    listener = Listener(source, stage, tell, offset, changed)
    path, target = Path(source.path), stage / source.label
    pair = [f"{path}/", f"{target}/"] if path.is_dir() else [str(path), str(target)]
    ended = await process.run(
        program,
        [*_OPTIONS, *(["--checksum"] if by_content else []), *_readable(), "--", *pair],
        given=b"\0".join(_rules(seen, exclude)),
        on_line=listener.line,
        on_error_line=listener.error,
        held=held,
    )
    return listener.collected(ended)


async def growth(
    program: Path, source: Source, stage: Path, *, exclude: Sequence[str], seen: tree.Survey
) -> int:
    """By how many bytes of disk the stage will grow; rsync is asked what it would do."""
    path, target = Path(source.path), stage / source.label
    pair = [f"{path}/", f"{target}/"] if path.is_dir() else [str(path), str(target)]
    grown = 0

    def line(said: bytes) -> None:
        nonlocal grown
        if (change := _CHANGE.search(said)) and change[1][:2] == b">f":
            name = unescaped(change[3])
            whole = bytes(path) + b"/" + name if path.is_dir() else bytes(path)
            there = bytes(target) + b"/" + name if path.is_dir() else bytes(target)
            grown += _taken(whole) - _taken(there)
        elif change and change[1] == b"*deleting":
            grown -= _taken(bytes(target) + b"/" + unescaped(change[3]))

    words, rules = [*_OPTIONS, "--dry-run", "--", *pair], _rules(seen, excludes(exclude, source))
    await process.run(program, words, given=b"\0".join(rules), on_line=line)
    return grown


def _taken(path: bytes) -> int:
    """Bytes of disk that a file takes: a sparse one takes less than it is long."""
    try:
        return os.stat(path).st_blocks * 512  # noqa: PTH116 - bytes: names need not be text
    except OSError:
        return 0


def _readable() -> list[str]:
    """What is staged must be readable for duplicity, though its source be closed to us."""
    return [] if _reads_all() else ["--chmod=Du+rx,Fu+r"]


def _reads_all() -> bool:
    """Whether modes mean nothing to us: CAP_DAC_OVERRIDE (capabilities(7)), which a container may take from
    root; where there is no /proc, whether we are root."""
    try:
        found = re.search(r"^CapEff:\s*(\w+)", Path("/proc/self/status").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return bool(int(found[1], 16) & 1 << 1) if found else os.geteuid() == 0


def excludes(patterns: Sequence[str], source: Source) -> tuple[str, ...]:
    """What patterns that a person wrote mean for a source, as rsync reads it."""
    roots = dict.fromkeys((source.path, os.path.realpath(source.path)))
    return patterns_of.meant(patterns, source.label, [*roots], str(Path.home()), _resolved)


def _resolved(path: str) -> str:
    """A path of which the folder is named without links; the last part stays, which may be a pattern."""
    bare = path.rstrip("/")
    folder, name = os.path.split(bare)
    return os.path.join(os.path.realpath(folder), name) + path[len(bare) :]  # noqa: PTH118 - a pattern


def _rules(seen: tree.Survey, exclude: Sequence[str]) -> list[bytes]:
    """rsync's filter rules; the first that matches counts. H hides from the sender, P protects the stage."""
    return [
        *(b"H " + _tail(path) for path in seen.too_long),
        *(b"H /" + _literal(path) for path in (*seen.ours, *seen.loops)),
        *(b"P /" + _literal(path) for path in seen.unreachable),
        *(b"P /" + _escaped(path) + b"/***" for path in seen.unreachable),
        *(b"- " + pattern.encode("utf-8", "surrogateescape") for pattern in exclude),
    ]


_PATTERN = 4000
"""Bytes: rsync discards a longer pattern (exclude.c: MAXPATHLEN)."""


def _tail(path: bytes) -> bytes:
    """A pattern of the end of a path, so much of it that no shorter path ends like it."""
    whole = b"/" + path
    while len(whole) > _PATTERN:
        whole = whole.lstrip(b"/").partition(b"/")[2]
    return _literal(whole)


def _literal(path: bytes) -> bytes:
    """A pattern that matches this path alone: rsync reads a backslash only beside wildcards (man rsync)."""
    return _escaped(path) if re.search(rb"[*?\[]", path) else path


def _escaped(path: bytes) -> bytes:
    """In a path that would become too long, any letter may stand where a wildcard stands."""
    escaped = re.sub(rb"([*?\[\\])", rb"\\\1", path)
    return escaped if len(escaped) <= _PATTERN else re.sub(rb"[*\[\\]", b"?", path)


def _whole(source: Source, path: bytes) -> str:
    """A path as people know it; of a source that is one file rsync gives that file's name."""
    top = os.fsencode(source.path)
    if path.startswith(b"/"):
        return shown(path)
    return shown(top + b"/" + path if os.path.isdir(top) else top)  # noqa: PTH112 - bytes


_PROGRESS = re.compile(rb"^\s*\d+\s+\d+%.*to-chk=(\d{1,19})/(\d{1,19})\)")
_CHANGE = re.compile(rb"change: (\S{11}|\*deleting) +(\d{1,19}) (.*)$", re.DOTALL)
_TOTALS = re.compile(rb"^(?:Number of files: .*?reg: (\d[\d,]{,25})|Total file size: (\d[\d,]{,25}))")
_PROGRESS_INTERVAL_S = 0.2
"""Seconds."""
_DISK: dict[int, Named] = {
    errno.ENOSPC: causes.NoRoom,
    errno.EDQUOT: causes.NoRoom,
    errno.EROFS: causes.NotWritable,
    errno.EFBIG: causes.FileTooLarge,
}
_QUOTED = rb'"((?:[^"]|"(?! |$|:))*)"'
_MESSAGES: tuple[tuple[re.Pattern[bytes], Caution], ...] = (
    (re.compile(rb"symlink has no referent: " + _QUOTED), Caution.DANGLING_LINK),
    (re.compile(rb"skipping non-regular file " + _QUOTED), Caution.SPECIAL_FILE),
    (re.compile(rb"file has vanished: " + _QUOTED), Caution.VANISHED),
    (re.compile(rb"rsync: \[sender\] .*?" + _QUOTED + rb"(.*)"), Caution.UNREADABLE),
    (
        re.compile(rb"rsync: \[(?:receiver|generator)\] (?:chown|failed to set \w+ on|set_acl).*?" + _QUOTED),
        Caution.NOT_PRESERVED,
    ),
    (re.compile(rb"rsync: \[(?:receiver|generator)\] .*?" + _QUOTED + rb"(.*)"), Caution.NOT_STAGED),
)
_BEFORE_THE_CAUSE = re.compile(rb"^\)?(?: failed)?:? ?")
"""As in `opendir "PATH" failed: CAUSE`, `failed to open "PATH": CAUSE`, `readlink_stat("PATH") failed: …`."""
_SUMMARY = re.compile(
    rb"^(?:rsync error: |rsync warning: |rsync: \[\w+\] write error: Broken pipe|\*\*\* Skipping any|$)"
)


class Listener:
    """Makes progress, warnings and totals of what one rsync says."""

    def __init__(
        self,
        source: Source,
        stage: Path,
        tell: Tell,
        offset: Collected,
        changed: Callable[[Change], None],
    ) -> None:
        self._source = source
        self._stage = stage
        self._folder = Path(source.path).is_dir()
        self._tell_change = changed
        self._tell = tell
        self._offset = offset
        self._counted = Collected()
        self._fatal: Named | None = None
        self._next = 0.0

    def line(self, line: bytes) -> None:
        if change := _CHANGE.search(line):
            self._changed(*change.groups())
        if progress := _PROGRESS.match(line):
            self._progress(*progress.groups())
        elif totals := _TOTALS.match(line):
            files, size = (int((number or b"0").replace(b",", b"")) for number in totals.groups())
            self._counted += Collected(files=files, bytes=size)
        elif not change:
            self.error(line, expected=False)

    def _changed(self, kind: bytes, size: bytes, name: bytes) -> None:
        """Count a change. The mode of the stage itself is ours, where a source lies there unlabelled."""
        if name == b"./" and self._source.label == ".":
            return
        copied = kind[:2] == b">f"
        same_second = copied and kind[4:5] == b"."
        self._tell_change(Change(self._staged(name), copied, kind.endswith(b"+"), same_second))
        self._counted += Collected(
            changes=1,
            changed_files=int(copied),
            changed_bytes=int(size) if copied else 0,
            replaced=int(copied and not kind.endswith(b"+")),
            deleted=int(kind == b"*deleting" and not name.endswith(b"/")),
        )

    def _staged(self, name: bytes) -> bytes:
        """The path in the stage of what rsync names; of a source that is one file that is the file's name."""
        inside = unescaped(name).removesuffix(b"/")
        if self._source.label == ".":
            return inside
        label = os.fsencode(self._source.label)
        return label + b"/" + inside if self._folder and inside != b"." else label

    def error(self, line: bytes, *, expected: bool = True) -> None:
        if _SUMMARY.match(line):
            return
        for pattern, caution in _MESSAGES:
            if found := pattern.search(line):
                path, *more = found.groups()
                detail = shown(_BEFORE_THE_CAUSE.sub(b"", more[0])) if more else ""
                kept = caution is Caution.DANGLING_LINK and self._is_staged(path)
                about = _whole(self._source, unescaped(path))
                self._warn(Caution.COPY_KEPT if kept else caution, about, detail)
                if caution is Caution.SPECIAL_FILE:
                    self._tell_change(Change(self._staged(path), no_file=True))
                return
        if expected:
            self._warn(Caution.TOOL_SAYS, "", shown(line))

    def collected(self, ended: process.Ended) -> Collected:
        """What was collected; Failure unless rsync ended well, or merely left out what was warned of."""
        if self._fatal:
            raise Failure(self._fatal(str(self._stage)), ended.last_lines[-5:])
        if ended.status in (0, 23, 24):
            return self._counted
        raise Failure(causes.ToolFailed(f"rsync {ended.how}"), ended.last_lines[-5:])

    def _is_staged(self, path: bytes) -> bool:
        """Whether the stage has a copy of a path that rsync printed as a whole."""
        inside = path.removeprefix(os.fsencode(self._source.path).rstrip(b"/") + b"/")
        return os.path.lexists(bytes(self._stage) + b"/" + self._staged(inside))

    def _warn(self, caution: Caution, path: str, detail: str) -> None:
        number = re.search(r"\((\d+)\)$", detail)
        if caution is Caution.NOT_STAGED and number and int(number[1]) in _DISK:
            self._fatal = _DISK[int(number[1])]
        elif caution is Caution.SPECIAL_FILE and not Path(self._source.path).is_dir():
            self._tell(Warned(caution=Caution.NOT_A_FILE, path=self._source.path))  # it was chosen
        else:
            self._tell(Warned(caution=caution, path=path, detail=detail))

    def _progress(self, left: bytes, total: bytes) -> None:
        """Tell how far it is, at most some times a second: rsync says it twice a file."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PROGRESS_INTERVAL_S
        self._tell(
            Progressed(
                step=Step.COLLECT,
                done=self._offset.files + int(total) - int(left),
                total=self._offset.files + int(total),
                unit="files",
                detail=self._source.label,
            )
        )


def unescaped(name: bytes) -> bytes:
    """The bytes of a name as rsync prints it: \\#012 is a newline (man rsync, --8-bit-output)."""
    return re.sub(rb"\\#([0-7]{3})", lambda found: bytes([int(found[1], 8)]), name)
