"""What a destination holds, what is in it, and what came back from there."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from secretsbackup.model.difference import Differs, NotPutBack
from secretsbackup.model.entry import Entry, EntryKind, SnapshotContents
from secretsbackup.model.forecast import Forecast
from secretsbackup.model.paths import shown
from secretsbackup.words.causes import reason
from secretsbackup.words.language import _, ngettext
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import capital, duration, files, grouped, number, roughly, size
from secretsbackup.words.times import said, when


def chain(snapshots: int, since: datetime | None, chains: int, now: datetime) -> str:
    """How long the newest chain is; empty where there is none."""
    if since is None:
        return ""
    told = _("{snapshots} since {when}").format(
        snapshots=number(snapshots, "backup", "backups"), when=when(since, now)
    )
    return f"{told} · {number(chains - 1, 'older series', 'older series')}" if chains > 1 else told


def as_of(at: datetime, now: datetime) -> str:
    """Of which moment the files are that one looks at."""
    return _("The backup of {when}. A folder includes everything in it.").format(when=said(at, now))


def taken(one: SnapshotContents, now: datetime) -> str:
    """A snapshot in one line: when, and what was new in it: Yesterday 18:00 · 12 new, 3 changed, 1 deleted."""
    told = (
        (one.new, _("{count} new")),
        (one.changed, _("{count} changed")),
        (one.deleted, _("{count} deleted")),
    )
    changes = ", ".join(text.format(count=grouped(count)) for count, text in told if count)
    return f"{capital(said(one.time, now))} · {changes or _('nothing changed')}"


def found(entry: Entry) -> str:
    """A file that was found: its name, where it lay, and whether it is deleted."""
    folder = shown(entry.path.rpartition(b"/")[0])
    gone = _("deleted") if entry.until else ""
    return "  ·  ".join(part for part in (shown(entry.name), folder, gone) if part)


def version(entry: Entry, now: datetime) -> str:
    """A version of a file: when it was changed, its size, and which backups have it so."""
    size_ = f" · {roughly(entry.least, entry.most)}" if entry.what is EntryKind.FILE else ""
    since = when(entry.since, now)
    if entry.until is None:
        there = _("in the backups since {since}").format(since=since)
    elif entry.until == entry.since:
        there = _("in the backup of {since}").format(since=since)
    else:
        there = _("in the backups of {since} to {until}").format(since=since, until=when(entry.until, now))
    return f"{_('Changed {when}').format(when=when(entry.modified, now))}{size_} · {there}"


def and_more(count: int) -> str:
    """Says that a list does not show all; empty where it does."""
    return _("… and {count} more. Type another letter.").format(count=grouped(count)) if count else ""


def comes_to(cost: Forecast) -> str:
    """What restoring comes to: 2 files, 3.1 MB · 1 volume to fetch, 50 MB · about 4 s."""
    parts = [f"{files(cost.files)}, {size(cost.bytes)}"]
    if cost.volumes:
        volumes = number(cost.volumes, "archive to download", "archives to download")
        parts.append(f"{volumes}, {size(cost.fetched)}")
    if cost.seconds is not None:
        parts.append(_("about {time}").format(time=duration(max(1, cost.seconds))))
    return " · ".join(parts)


def difference(how: Differs, path: bytes) -> str:
    """How what is in place differs from the backup."""
    match how:
        case Differs.MISSING:
            return _("missing: {path}").format(path=shown(path))
        case Differs.DIFFERENT:
            return _("different: {path}").format(path=shown(path))
        case Differs.SAME:
            return _("unchanged: {path}").format(path=shown(path))
        case _:
            assert_never(how)


def compared(other: int, same: int) -> str:
    """What a comparison with what is in place came to."""
    if not other:
        return _("Nothing differs: {files} are unchanged.").format(files=files(same))
    told = _("Missing or different from the backup: {files}.").format(files=files(other))
    return f"{told} {_('{files} are unchanged.').format(files=files(same))}" if same else told


def not_put_back(refused: Sequence[NotPutBack]) -> Message:
    """Which files could not be put back, the first of them by name, and why."""
    title = ngettext(
        "{files} could not be put back. What is in its place stayed as it is.",
        "{files} could not be put back. What is in their places stayed as it is.",
        len(refused),
    ).format(files=files(len(refused)))
    named = [f"{shown(one.path)}: {reason(one.cause).title}" for one in refused[:_NAMED]]
    rest = len(refused) - len(named)
    more = [ngettext("and {files} more", "and {files} more", rest).format(files=files(rest))] if rest else []
    return Message(title, "\n".join((*named, *more)))


_NAMED = 20
"""Files that are named: what is wrong with more of them is the same, as a rule."""


def put_back(count: int, aside: str) -> str:
    """What was put back in place, and where that is which it replaced."""
    told = ngettext("{files} is back in place.", "{files} are back in place.", count).format(
        files=files(count)
    )
    return f"{told} {_('The replaced files are in {folder}.').format(folder=aside)}" if aside else told
