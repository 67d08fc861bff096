"""How everything reads to a person: statuses, outcomes, reasons, warnings. Data comes in, words go out."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import msgspec

from secretsbackup.language import _
from secretsbackup.model.appraisal import Leftover
from secretsbackup.model.check import Excess, Finding, Sign
from secretsbackup.model.difference import Differs
from secretsbackup.model.entry import Entry, Taken, What
from secretsbackup.model.event import (
    Caution,
    HookRan,
    Moment,
    Progressed,
    RunEnded,
    RunStarted,
    SnapshotMade,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.forecast import Forecast
from secretsbackup.model.making import Did, Hand, HandStep, How, Made, Part
from secretsbackup.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Reason,
    Skipped,
    Summary,
    Why,
)
from secretsbackup.model.paths import shown
from secretsbackup.model.plan import Task, Traces
from secretsbackup.model.policy import NEEDED, Action, text
from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekly
from secretsbackup.model.status import About, Concern, Level, Status, level, unaccepted


class Message(msgspec.Struct, frozen=True):
    """What happened and what to do now: a title, and an advice (empty where there is nothing to do)."""

    title: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()


def size(count: int) -> str:
    """Bytes for people: 412 MB."""
    import humanize

    return humanize.naturalsize(count, format="%.1f").replace(".0 ", " ").replace("Byte", "byte")


def number(count: int, one: str, many: str) -> str:
    """A count with its noun: 1 file, 12 480 files."""
    return f"{_grouped(count)} {one if count == 1 else many}"


def _grouped(count: int) -> str:
    """A count with its thousands apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def files(count: int) -> str:
    """A count of files."""
    return number(count, _("file"), _("files"))


def roughly(least: int, most: int) -> str:
    """A size that is known to some hundred bytes: 412 MB, at most 512 bytes."""
    return size(most) if size(least) == size(most) else f"≤ {size(most)}"


def between(since: datetime, until: datetime | None) -> str:
    """From which snapshot until which: 2026-11-22 22:08:28 – now."""
    return f"{clock(since)} – {clock(until) if until else 'now'}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago: 2 hours ago."""
    import humanize

    return humanize.naturaltime(now - then)


def clock(then: datetime) -> str:
    """A moment on this machine's clock, to the second."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float) -> str:
    """A span of time: 0.4 s, 12 s, 3 min, 2 h 10 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def step(which: Step) -> str:
    """The name of a step."""
    return which.value.capitalize()


def doing(verb: Verb) -> str:
    """What a run does."""
    match verb:
        case Verb.BACKUP:
            return "Backing up"
        case Verb.RESTORE:
            return "Restoring"
        case Verb.VERIFY:
            return "Verifying"
        case Verb.PRUNE:
            return "Pruning"
        case _:
            assert_never(verb)


def progress(event: Progressed) -> str:
    """How far a step is: 412 MB of 1.4 GB · 18 MB/s · about 3 min left."""
    if event.unit == "bytes":
        amount = f"{size(event.done)} of {size(event.total)}" if event.total else size(event.done)
        rate = f"{size(round(event.rate))}/s" if event.rate else ""
    else:
        amount = (
            f"{event.done} of {event.total} {event.unit}" if event.total else f"{event.done} {event.unit}"
        )
        rate = ""
    left = f"about {duration(max(event.left, 10.0))} left" if event.left else ""
    return " · ".join(part for part in (amount, rate, left) if part)


def warning(warned: Warned) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """One sentence for a warning, with the path that it is about."""
    path = f"“{warned.path}”"
    match warned.caution:
        case Caution.DANGLING_LINK:
            return f"{path} is a link to something that is not there; any earlier copy of it is kept."
        case Caution.LINK_LOOP:
            return f"{path} is a link that leads back up its own tree; it is left out."
        case Caution.UNREADABLE:
            return f"{path} could not be read{_because(warned.detail)}; any earlier copy of it is kept."
        case Caution.NOT_A_FILE:
            return f"{path} is a socket, a pipe or a device; it is left out."
        case Caution.VANISHED:
            return f"{path} vanished while it was being read."
        case Caution.NOT_STAGED:
            return f"{path} could not be copied to the stage{_because(warned.detail)}."
        case Caution.NOT_PRESERVED:
            return f"{path} was saved, but not all of its owner, mode or time."
        case Caution.NEW_FULL:
            return (
                f"The chain that began {warned.detail} has a hole, so this is a new full backup; "
                "the damaged chain is kept for what can still be read from it."
            )
        case Caution.OTHER_KEY:
            return (
                f"The chain that began {warned.detail} is encrypted to another key, so this is a new full "
                "backup; to restore the older ones, keep the other key."
            )
        case Caution.CLOCK_BEHIND:
            return (
                f"The newest snapshot is of {_moment(warned.detail)}, later than it is now by this machine's "
                "clock, so this one is named a second after it: set the clock if it is wrong."
            )
        case Caution.NOT_TIDIED:
            return f"Old backups could not be removed yet{_because(warned.detail)}; the next run tries again."
        case Caution.NOT_PRUNED:
            return f"Nothing old is removed for now. {_held_back(warned.detail)}"
        case Caution.HOOK_FAILED:
            return f"Your own command for after the backup failed{_because(warned.detail)}."
        case Caution.NOT_TOLD:
            return f"Your URL or mail address could not be told of it{_because(warned.detail)}."
        case Caution.NOT_RESTORED:
            return f"{path} could not be restored{_because(warned.detail)}."
        case Caution.NOT_COMPARED:
            return (
                "Nothing is staged on this machine to compare with; the sample was restored, and its files "
                "are as large as they must be."
            )
        case Caution.NOT_CATALOGUED:
            return (
                f"The list of what is in which snapshot is not up to date{_because(warned.detail)}; "
                "the backup is whole, and the list is made anew when it is needed."
            )
        case Caution.TOOL_SAYS:
            return warned.detail
        case _:
            assert_never(warned.caution)


def _held_back(detail: str) -> str:
    try:
        return reason(Why(Reason(detail))).title
    except ValueError:
        return detail


def _because(detail: str) -> str:
    return f" ({detail.strip(' :')})" if detail.strip(" :") else ""


def outcome(ended: Outcome, verb: Verb) -> Message:
    """How a run ended."""
    match ended:
        case Completed(summary=summary, warnings=warnings):
            return _completed(summary, warnings, verb)
        case Skipped(reasons=reasons):
            told = [reason(why) for why in reasons]
            advice = " ".join(dict.fromkeys(message.advice for message in told))
            return Message("Skipped: " + " ".join(message.title for message in told), advice)
        case Cancelled(by=by):
            return Message(
                f"Cancelled by {by}.", "Nothing is lost; the next run goes on where this one stopped."
            )
        case Failed(reason=why, detail=detail):
            return reason(Why(why, detail))
        case Interrupted():
            return Message(
                "Cut off in the middle: the machine or the program was stopped.",
                "Nothing is lost; the next run goes on where this one stopped.",
            )
        case _:
            assert_never(ended)


def _completed(summary: Summary, warnings: int, verb: Verb) -> Message:
    amount = f"{files(summary.files)}, {size(summary.bytes)}"
    match verb:
        case Verb.BACKUP if not summary.changed:
            title = f"Nothing changed; {amount} are safe."
        case Verb.BACKUP:
            title = f"Backed up {amount} ({size(summary.stored)} at the destination)."
        case Verb.RESTORE:
            title = f"Restored {amount} into {summary.folder}."
        case Verb.PRUNE if not summary.changed:
            title = "There is nothing to remove."
        case Verb.PRUNE:
            title = (
                f"Removed {number(summary.files, 'file', 'files')} at the destination, {size(summary.bytes)}."
            )
        case Verb.VERIFY:
            title = f"Verified: every volume is there, and {amount}, restored and compared, are right."
        case _:
            assert_never(verb)
    if not warnings:
        return Message(title)
    return Message(title, f"{number(warnings, 'warning', 'warnings')}: see `secretsbackup log`.")


def strength(bits: float) -> str:
    """How hard a passphrase is to guess, in bits, and whether that will do for a key on paper."""
    if bits < 50:
        verdict = _("weak; whoever finds a copy of the key could guess it")
    elif bits < 75:
        verdict = _("fair; a few more words make it strong")
    else:
        verdict = _("strong")
    return _("about {bits} bits: {verdict}").format(bits=f"{bits:.0f}", verdict=verdict)


def health(status: Status, now: datetime) -> str:
    """One honest sentence on how safe a profile is."""
    if status.running and status.verb:
        doing_now = doing(status.verb)
        return f"{doing_now}: {progress(status.progress)}" if status.progress else f"{doing_now}…"
    but = "; ".join(concern(one, now) for one in unaccepted(status, now) if one.about is not About.NEVER)
    match level(status, now):
        case Level.PROTECTED if status.safe_as_of:
            return f"Everything safe as of {clock(status.safe_as_of)} ({ago(status.safe_as_of, now)}).{_not_now(status, now)}"
        case Level.ATTENTION if status.safe_as_of:
            return f"Safe as of {clock(status.safe_as_of)}, but: {but}."
        case _ if but and status.last is None and status.safe_as_of is None:
            return f"Not protected: no backup was made yet; {but}."
        case _:
            return (
                f"Not protected: {but}."
                if but
                else "Not protected: no backup was made yet. Make one: secretsbackup backup"
            )


def _not_now(status: Status, now: datetime) -> str:
    """Why there is no newer one, where that is worth a word and no alarm."""
    if status.paused_until and status.paused_until > now:
        return f" {reason(Why(Reason.PAUSED, status.paused_until.isoformat())).title}"
    return f" Since then: {reason(status.waiting[0]).title}" if status.waiting else ""


def proven(status: Status, now: datetime) -> str:
    """When it was last proven that it can be restored, and how long that would take; empty if never."""
    if status.proven is None:
        return ""
    told = _("Proven restorable {ago}: {files} compared").format(
        ago=ago(status.proven, now), files=files(status.proven_files)
    )
    if not status.whole_seconds:
        return told
    takes = about(status.whole_seconds)
    return _("{proven}; a whole restore takes about {span}").format(proven=told, span=takes)


def about(seconds: float) -> str:
    """A span of time that was estimated, in round numbers: 10 s, 4 min, 2 h 10 min."""
    if seconds < 60:
        return duration(max(10, round(seconds / 10) * 10))
    minutes = round(seconds / 60)
    if minutes < 90:
        return duration(minutes * 60)
    tens = round(minutes / 10) * 10
    return f"{tens // 60} h {tens % 60} min" if tens % 60 else f"{tens // 60} h"


def proving(status: Status) -> str:
    """How often it is proven by itself."""
    if status.unasked:
        told = reason(status.unasked)
        return _("Not proven by itself: {why} {advice}").format(why=told.title, advice=told.advice)
    days = status.prove_every
    if not days:
        return _("It is not proven by itself; say how often in “Edit this backup”.")
    if days == 1:
        return _("It is proven by itself every day.")
    return _("It is proven by itself every {count} days.").format(count=days)


def measured(summary: Summary) -> str:
    """What a drill restored, and how fast: 25 files, 3 MB; 250 MB fetched in 12 s, 20.8 MB/s."""
    told = f"{files(summary.files)}, {size(summary.bytes)}"
    if not summary.stored or not summary.seconds:
        return told
    return _("{amount}; {stored} fetched in {span}, {rate}/s").format(
        amount=told,
        stored=size(summary.stored),
        span=duration(summary.seconds),
        rate=size(round(summary.stored / summary.seconds)),
    )


def concern(one: Concern, now: datetime) -> str:
    """What is not as it should be, to stand in the middle of a sentence."""
    match one.about:
        case About.NEVER:
            return "no backup was made yet"
        case About.DAMAGED | About.FAILED:
            return _short(one.why)
        case About.ANSWER_WANTED:
            return f"{_short(one.why)}; a yes is wanted (secretsbackup backup --yes)"
        case About.INTERRUPTED:
            return "the last run was cut off in the middle; the next one goes on"
        case About.LONG_AGO | About.OVERDUE:
            because = f": {_short(one.why)}" if one.why else ""
            return f"no backup since {_day(one.when, now) if one.when else ''}{because}"
        case About.LEFT_OUT:
            told = [left_out(caution, count) for caution, count in one.counts]
            return ", ".join(told) or f"{number(one.number, 'warning', 'warnings')}: see `secretsbackup log`"
        case About.NOT_PROVEN if one.why and one.when is None:
            return f"the last verify came to nothing: {_short(one.why)}"
        case About.NOT_PROVEN:
            days = (now - one.when).days if one.when else 0
            because = f": {_short(one.why)}" if one.why else ""
            return f"not proven for {number(days, 'day', 'days')}{because} (secretsbackup verify)"
        case About.KIT_NOT_SAVED:
            return "the recovery kit is not saved (secretsbackup kit)"
        case About.KEY_EXPIRES:
            days = (one.when - now).days if one.when else 0
            return (
                f"the key expires in {number(days, 'day', 'days')}"
                if one.when and one.when > now
                else "the key has expired"
            )
        case _:
            assert_never(one.about)


def left_out(caution: Caution, count: int) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """What so many warnings of one kind mean."""
    match caution:
        case Caution.UNREADABLE:
            return f"{files(count)} could not be read"
        case Caution.DANGLING_LINK:
            return f"{number(count, 'link leads', 'links lead')} to something that is not there"
        case Caution.LINK_LOOP:
            return f"{number(count, 'link that leads', 'links that lead')} back up the tree left out"
        case Caution.NOT_A_FILE:
            return f"{number(count, 'socket, pipe or device', 'sockets, pipes or devices')} left out"
        case Caution.VANISHED:
            return f"{number(count, 'file', 'files')} vanished while being read"
        case Caution.NOT_STAGED:
            return f"{files(count)} could not be staged"
        case Caution.NOT_PRESERVED:
            return f"{files(count)} saved without all of owner, mode and time"
        case Caution.NEW_FULL:
            return "a new full backup was made for a damaged one"
        case Caution.OTHER_KEY:
            return "a new full backup was made for a new key"
        case Caution.CLOCK_BEHIND:
            return "the newest snapshot is of a time to come: is this machine's clock right?"
        case Caution.NOT_TIDIED:
            return "old backups could not be removed yet"
        case Caution.NOT_PRUNED:
            return "nothing old is removed for now"
        case Caution.NOT_CATALOGUED:
            return "the list of what is in which snapshot is not up to date"
        case Caution.HOOK_FAILED:
            return "your own command for afterwards failed"
        case Caution.NOT_TOLD:
            return "your URL or mail address could not be told of it"
        case Caution.NOT_RESTORED:
            return f"{files(count)} could not be restored"
        case Caution.NOT_COMPARED:
            return "the sample was restored but not compared"
        case Caution.TOOL_SAYS:
            return f"{number(count, 'warning', 'warnings')} of a program: see `secretsbackup log`"
        case _:
            assert_never(caution)


def _short(why: tuple[Why, ...]) -> str:
    """The titles of reasons, to stand in the middle of a sentence."""
    titles = [reason(one).title.rstrip(".") for one in why]
    return "; ".join(one[0].lower() + one[1:] if one.split()[0].istitle() else one for one in titles)


def _day(then: datetime, now: datetime) -> str:
    """The day of a moment: its name while that says which."""
    return f"{then.astimezone():%A}" if (now - then).days < 6 else f"{then.astimezone():%Y-%m-%d}"


def standing(status: Status, now: datetime, next_run: datetime | None, paused: datetime | None) -> str:
    """A profile's state in one short line, for a tooltip: Backed up 2 hours ago · next at 18:00."""
    if status.running and status.verb:
        return running(status)
    told = _told(status, now)
    if paused and paused > now:
        return f"{told} · {pause(paused, now)}"
    return _("{told} · next at {when}").format(told=told, when=when(next_run, now)) if next_run else told


def brief(status: Status, now: datetime, paused: datetime | None) -> str:
    """A profile's state in three words: safe as of 14:02."""
    if status.running:
        share = status.progress
        known = f" {100 * share.done // share.total} %" if share and share.total else "…"
        return headline(status) + known
    if isinstance(status.last, Failed):
        return _("failed")
    if isinstance(status.last, Interrupted):
        return _("cut off")
    if status.safe_as_of is None:
        return _("not backed up yet")
    if open_ones := unaccepted(status, now):
        return concern(open_ones[0], now)
    if paused and paused > now:
        return pause(paused, now)
    return _("safe as of {when}").format(when=when(status.safe_as_of, now))


def headline(status: Status) -> str:
    """What a run is at, in a word or two."""
    return working(status.step) if status.step else doing(status.verb or Verb.BACKUP)


def running(status: Status) -> str:
    """What goes on, in one short line: Sending 412 MB of 1.4 GB · 3 min left."""
    if status.progress is None or status.step is None:
        return f"{working(status.step)}…" if status.step else f"{doing(status.verb or Verb.BACKUP)}…"
    rated = msgspec.structs.replace(status.progress, rate=0.0)
    return f"{working(status.step)} {progress(rated)}"


def _told(status: Status, now: datetime) -> str:
    if isinstance(status.last, Failed):
        return reason(Why(status.last.reason, status.last.detail)).title
    if isinstance(status.last, Interrupted):
        return _("The last run was cut off")
    if status.safe_as_of is None:
        return _("Not backed up yet")
    backed_up = _("Backed up {ago}").format(ago=ago(status.safe_as_of, now))
    if isinstance(status.last, Completed) and status.last.warnings:
        count = status.last.warnings
        return f"{backed_up} · {number(count, 'warning', 'warnings')}"
    return backed_up


def working(which: Step) -> str:
    """What is being done in a step."""
    match which:
        case Step.CHECK:
            return _("Checking")
        case Step.GATHER:
            return _("Gathering")
        case Step.SEND:
            return _("Sending")
        case Step.FETCH:
            return _("Fetching")
        case Step.COMPARE:
            return _("Comparing")
        case Step.PROVE:
            return _("Proving")
        case Step.RECORD:
            return _("Recording")
        case Step.TIDY:
            return _("Tidying")
        case _:
            assert_never(which)


def pause(until: datetime, now: datetime) -> str:
    """Until when it is paused."""
    return _("paused") if until.year >= 9999 else _("paused until {when}").format(when=when(until, now))


def next_run(then: datetime | None, paused: datetime | None, now: datetime) -> str:
    """When the next run begins by itself; empty where that is not known."""
    if paused and paused > now:
        return pause(paused, now).capitalize()
    return _("Next: {when}").format(when=when(then, now)) if then else ""


def protects(paths: Sequence[str], count: int, amount: int) -> str:
    """What a profile protects, and how much that is where it is known."""
    shown = ", ".join(paths)
    return f"{files(count)} · {size(amount)} · {shown}" if count else shown


def keeps(place: str, stored: int) -> str:
    """Where the backups are, and how much they take there."""
    return _("{place} · {stored} there").format(place=place, stored=size(stored)) if stored else place


def chain(snapshots: int, since: datetime | None, chains: int, now: datetime) -> str:
    """How long the newest chain is; empty where there is none."""
    if since is None:
        return ""
    told = _("{snapshots} since {when}").format(
        snapshots=number(snapshots, "snapshot", "snapshots"), when=when(since, now)
    )
    return f"{told} · {number(chains - 1, 'older chain', 'older chains')}" if chains > 1 else told


def amount(count: int, total: int, largest: Sequence[tuple[str, int]], *, counting: bool = False) -> str:
    """How much sources hold: 41 GB in 12 000 files; the largest: …"""
    told = _("{size} in {files}").format(size=size(total), files=files(count))
    if counting:
        return _("{amount} so far…").format(amount=told)
    if not largest:
        return told
    path, most = largest[0]
    return _("{amount}; the largest: {path} ({size})").format(amount=told, path=path, size=size(most))


def as_of(at: datetime, now: datetime) -> str:
    """Of which moment the files are that one looks at."""
    return _("The backup of {when}. A folder is taken with all that is in it.").format(when=_said(at, now))


def _said(then: datetime, now: datetime) -> str:
    """The same as `when`, with today's day too."""
    today = then.astimezone().date() == now.astimezone().date()
    return _("today {time}").format(time=when(then, now)) if today else when(then, now)


def taken(one: Taken, now: datetime) -> str:
    """A snapshot in one line: when, and what was new in it: Yesterday 18:00 · 12 new, 3 changed, 1 deleted."""
    told = (
        (one.new, _("{count} new")),
        (one.changed, _("{count} changed")),
        (one.deleted, _("{count} deleted")),
    )
    changes = ", ".join(text.format(count=_grouped(count)) for count, text in told if count)
    said = _said(one.time, now)
    return f"{said[:1].upper()}{said[1:]} · {changes or _('nothing changed')}"


def found(entry: Entry) -> str:
    """A file that was found: its name, where it lay, and whether it is deleted."""
    folder = shown(entry.path.rpartition(b"/")[0])
    gone = _("deleted") if entry.until else ""
    return "  ·  ".join(part for part in (shown(entry.name), folder, gone) if part)


def version(entry: Entry, now: datetime) -> str:
    """A version of a file: when it was changed, its size, and which backups have it so."""
    size_ = f" · {roughly(entry.least, entry.most)}" if entry.what is What.FILE else ""
    since = when(entry.since, now)
    if entry.until is None:
        there = _("in the backups since {since}").format(since=since)
    elif entry.until == entry.since:
        there = _("in the backup of {since}").format(since=since)
    else:
        there = _("in the backups of {since} to {until}").format(since=since, until=when(entry.until, now))
    return f"{_('Changed {when}').format(when=when(entry.modified, now))}{size_} · {there}"


def and_more(count: int) -> str:
    """That a list does not show all; empty where it does."""
    return _("… and {count} more: type another letter.").format(count=_grouped(count)) if count else ""


def comes_to(cost: Forecast) -> str:
    """What restoring comes to: 2 files, 3.1 MB · 1 volume to fetch, 50 MB · about 4 s."""
    parts = [f"{files(cost.files)}, {size(cost.bytes)}"]
    if cost.volumes:
        volumes = number(cost.volumes, _("volume to fetch"), _("volumes to fetch"))
        parts.append(f"{volumes}, {size(cost.fetched)}")
    if cost.seconds is not None:
        parts.append(_("about {time}").format(time=duration(max(1, cost.seconds))))
    return " · ".join(parts)


def restored(summary: Summary) -> str:
    """How much came back."""
    return f"{files(summary.files)}, {size(summary.bytes)}"


def difference(how: Differs, path: bytes) -> str:
    """How what is in place differs from the backup."""
    match how:
        case Differs.MISSING:
            return _("missing: {path}").format(path=shown(path))
        case Differs.DIFFERENT:
            return _("different: {path}").format(path=shown(path))
        case Differs.SAME:
            return _("the same: {path}").format(path=shown(path))
        case _:
            assert_never(how)


def compared(other: int, same: int) -> str:
    """What a comparison with what is in place came to."""
    if not other:
        return _("All is as it was: {files} are the same.").format(files=files(same))
    told = _("{files} in place are missing, or other than in the backup.").format(files=files(other))
    return f"{told} {_('{files} are the same.').format(files=files(same))}" if same else told


def put_back(count: int, aside: str) -> str:
    """What was put back in place, and where that is which it replaced."""
    told = _("{files} are back in place.").format(files=files(count))
    return f"{told} {_('What they replaced lies in {folder}.').format(folder=aside)}" if aside else told


def when(then: datetime, now: datetime) -> str:
    """A moment as one says it: 14:02, Yesterday 14:02, Monday 18:00, 12 Nov 18:00, 12 Nov 2024."""
    local, today = then.astimezone(), now.astimezone()
    days = (local.date() - today.date()).days
    time = f"{local:%H:%M}"
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{_('Yesterday') if days < 0 else _('tomorrow')} {time}"
    if -7 < days < 7:
        return f"{local:%A} {time}"
    return f"{local.day} {local:%b} {time}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def result(ended: Outcome, verb: Verb) -> str:
    """How a run ended, in a few words for a list: 38 files, 12 MB."""
    match ended:
        case Completed(summary=summary) if verb is Verb.BACKUP and not summary.changed:
            return _("nothing changed")
        case Completed(summary=summary):
            amount = f"{files(summary.files)}, {size(summary.bytes)}"
            return {Verb.RESTORE: _("restored {amount}"), Verb.VERIFY: _("proved {amount}")}.get(
                verb, "{amount}"
            ).format(amount=amount)
        case Skipped() | Failed():
            return outcome(ended, verb).title
        case Cancelled(by=by):
            return _("cancelled by {by}").format(by=by)
        case Interrupted():
            return _("cut off in the middle")
        case _:
            assert_never(ended)


def notice(ended: Outcome, verb: Verb, before: Outcome | None) -> Message | None:
    """What is worth a notification when a run ends: a failure, warnings, and the first success after a failure."""
    match ended:
        case Failed():
            return outcome(ended, verb)
        case Completed(warnings=warnings) if warnings:
            return outcome(ended, verb)
        case Completed() if isinstance(before, Failed | Interrupted):
            return Message(_("It works again."), outcome(ended, verb).title)
        case _:
            return None


def told(moment: Moment, verb: Verb) -> str:
    """One line of a run's story; empty for what is not worth one."""
    match moment.event:
        case RunStarted(profile=profile, version=version):
            return _("{doing} “{profile}” (version {version})").format(
                doing=doing(moment.event.verb), profile=profile, version=version
            )
        case StepEnded(step=which, seconds=seconds):
            return f"{step(which)}: {duration(seconds)}"
        case Warned() as warned:
            return warning(warned)
        case SnapshotMade(snapshot=snapshot, kind=kind, volumes=volumes, stored=stored):
            return _("Snapshot {snapshot} ({kind}, {volumes}, {stored})").format(
                snapshot=snapshot,
                kind=kind,
                volumes=number(volumes, "volume", "volumes"),
                stored=size(stored),
            )
        case HookRan(hook=hook, status=status):
            return _("Your own command {hook} the backup: {status}").format(hook=hook, status=status)
        case RunEnded(outcome=ended):
            return str(outcome(ended, verb))
        case StepStarted() | Progressed():
            return ""
        case _:
            assert_never(moment.event)


def reason(why: Why) -> Message:  # noqa: PLR0912, PLR0915 - one closed list, told in one place
    """What stood in the way, and what to do now."""
    about = why.detail
    match why.reason:
        case Reason.TOOL_MISSING:
            return Message(
                f"The program “{about}” is not installed.",
                f"Install it (Debian, Ubuntu: sudo apt install {_package(about)}) and try again.",
            )
        case Reason.TOOL_TOO_OLD:
            name, has, needs, where = (*about.split(" ", 3), "", "", "", "")[:4]
            return Message(
                f"{name} {has} at {where} is too old; {needs} or newer is needed.",
                f"Take it off your PATH or upgrade it{_remedy(name)}.",
            )
        case Reason.TOOL_FAILED:
            return Message(
                f"A program that this one drives failed ({about}).",
                "Its last lines are in `secretsbackup log`; try again, and report it if it stays.",
            )
        case Reason.NO_ROOM:
            return Message(f"The disk is full{_room(about)}.", "Make room and run it again; nothing is lost.")
        case Reason.NOT_WRITABLE:
            return Message(
                f"It cannot be written{_at(about)}.",
                "Choose a folder that exists and is yours, or see to its permissions.",
            )
        case Reason.STAGE_NOT_OURS:
            return Message(
                f"The staging folder holds something else, which would be deleted: {about}.",
                "Give the profile an empty folder for staging.",
            )
        case Reason.BUSY:
            return Message(
                "Another run of this profile is going on" + (f" (process {about})." if about else "."),
                "Wait for its end: `secretsbackup status`.",
            )
        case Reason.PROFILE_UNKNOWN:
            return Message(
                f"There is no profile “{about}”.",
                "See `secretsbackup profile list`, or make one: `secretsbackup init`.",
            )
        case Reason.PROFILE_EXISTS:
            return Message(f"There is a profile “{about}” already.", "Give the new one another name.")
        case Reason.PROFILE_INVALID:
            return Message(about)
        case Reason.SETTINGS_BROKEN:
            return Message(
                f"The settings cannot be read: {about}.", "Mend that place in the file; nothing was changed."
            )
        case Reason.SETTINGS_NEWER:
            return Message(f"{about} was written by a newer version of this program.", "Upgrade this one.")
        case Reason.MEMORY_NEWER:
            return Message(f"{about} was written by a newer version of this program.", "Upgrade this one.")
        case Reason.CATALOGUE_LOST:
            return Message(
                "The list of what is in which snapshot was damaged, and was thrown away.",
                "Try again: it is made anew. No backup is touched by this.",
            )
        case Reason.MEMORY_BUSY:
            return Message(
                f"Another program holds {about}.",
                "Close whatever has it open and try again; nothing is lost.",
            )
        case Reason.MEMORY_BROKEN:
            return Message(
                f"{about} was damaged; it is put aside, and a new one begun.",
                "Run it again: what it held is learned anew from journals and destinations.",
            )
        case Reason.SEED_UNREADABLE:
            return Message(
                f"That configuration cannot be taken over: {about}.", "Mend it, or use `secretsbackup init`."
            )
        case Reason.NOT_A_TIME:
            return Message(
                f"“{about}” is no time.", "Write 2026-11-22, “2026-11-22 18:00” or a snapshot's stamp."
            )
        case Reason.KEYRING_MISSING:
            return Message(
                f"No usable keyring was found{_at(about)}.",
                "Install and start one (gnome-keyring, KWallet), or use your own ~/.aws with --aws-profile; "
                "secrets are never kept in plain text.",
            )
        case Reason.KEYRING_LOCKED:
            return Message(
                "The keyring is locked.",
                "Unlock it (log in to the desktop, or open its manager) and try again.",
            )
        case Reason.SECRET_MISSING:
            name, profile = (*about.split(" ", 1), "PROFILE")[:2]
            return Message(
                f"The keyring has no {name} for this profile.",
                f"Store it: secretsbackup secret set {profile} {name}",
            )
        case Reason.AWS_PROFILE_MISSING:
            return Message(
                f"Your own AWS settings have no profile “{about}” with a key.",
                "Make it with `aws configure --profile NAME`, or see to ~/.aws/credentials.",
            )
        case Reason.KEY_MISSING:
            return Message(
                f"There is no GnuPG key “{about}” here.",
                "See `gpg --list-keys`, or import it: gpg --import FILE.",
            )
        case Reason.KEY_AMBIGUOUS:
            return Message(
                f"Several keys go by that name: {about}.", "Name the one by its whole fingerprint."
            )
        case Reason.KEY_EXPIRED:
            return Message(
                f"The key {about} has expired, so nothing can be encrypted to it.",
                "Extend it: secretsbackup key extend. What is saved can still be restored.",
            )
        case Reason.KEY_REVOKED:
            return Message(
                f"The key {about} is revoked.",
                "Give the profile another key; what is saved can still be restored.",
            )
        case Reason.KEY_CANNOT_ENCRYPT:
            return Message(
                f"The key {about} can only sign.",
                f"Add a subkey that encrypts: gpg --quick-add-key {about or 'FINGERPRINT'} cv25519 encr never",
            )
        case Reason.KEY_UNPROTECTED:
            return Message(
                f"The secret key {about} has no passphrase: whoever finds a copy of it reads your backups.",
                f"Give it one: gpg --change-passphrase {about or 'FINGERPRINT'}",
            )
        case Reason.SECRET_KEY_MISSING:
            return Message(
                f"The secret key {about} is not on this machine.",
                "Import it from where you keep it safe: gpg --import FILE.",
            )
        case Reason.PASSPHRASE_MISSING:
            return Message(
                "The passphrase of your key is needed, and nobody is here to ask.",
                f"Run it in a terminal, or store it: secretsbackup secret set {about or 'PROFILE'} gpg-passphrase",
            )
        case Reason.PASSPHRASE_WRONG:
            return Message(
                "That passphrase does not open your key.", "Try again; mind capitals and the keyboard layout."
            )
        case Reason.GPG_FAILED:
            return Message(f"GnuPG failed ({about}).", "Its last lines are in `secretsbackup log`.")
        case Reason.HOOK_FAILED:
            return Message(
                f"Your own command for before the backup failed{_because(about)}.",
                "What it said is in `secretsbackup log`.",
            )
        case Reason.NOT_TOLD:
            return Message(f"Nobody could be told{_because(about)}.", "See to the URL or the mail address.")
        case Reason.KIT_BROKEN:
            return Message(
                f"The recovery kit cannot be read: {about}.",
                "Compare that place with the printed sheet; scanning the codes again, or another copy, will do too.",
            )
        case Reason.KIT_OUTDATED:
            return Message(
                f"This recovery kit is out of date: {about}.",
                "Make a new one: secretsbackup kit --out FOLDER",
            )
        case Reason.KIT_IN_THE_WAY:
            return Message(
                f"{about} is there already, and is not the kit of this profile.",
                "Choose another folder; nothing was written.",
            )
        case Reason.SOURCE_MISSING:
            return Message(
                f"{about} is not there; is its disk mounted?",
                "Nothing was deleted. Mount it, or change the profile.",
            )
        case Reason.SOURCE_EMPTY:
            return Message(
                f"{about} is empty and was not before; is its disk mounted?",
                "Nothing was deleted. If you emptied it, run `secretsbackup backup --even-if-empty`.",
            )
        case Reason.SOURCE_UNREADABLE:
            return Message(f"{about} cannot be read.", "See to its permissions, or change the profile.")
        case Reason.DESTINATION_AWAY:
            return Message(
                f"The disk with {about} is away: its backups are not there.",
                "Attach it and run it again. If you deleted them, give the profile a new folder.",
            )
        case Reason.DESTINATION_MISSING:
            return Message(
                f"The destination {about} does not exist.", "Make it, or mend its name in the profile."
            )
        case Reason.DESTINATION_UNREACHABLE:
            return Message(
                f"{about or 'The destination'} cannot be reached.",
                "Is the network up, and the address right? Nothing is lost; the next run goes on from here.",
            )
        case Reason.DESTINATION_DENIED:
            return Message(
                f"The destination refuses access ({about})." if about else "The destination refuses access.",
                "Give the credential that right (for a bucket: list, get, put and delete under its prefix).",
            )
        case Reason.DESTINATION_FULL:
            return Message(
                f"The destination is full{_room(about)}.",
                "Make room there, or keep fewer full backups; nothing is lost.",
            )
        case Reason.CREDENTIAL_REFUSED:
            return Message(
                "The destination does not accept the AWS key.",
                "Store the right one: secretsbackup secret set PROFILE aws-access-key-id (and …-secret-access-key).",
            )
        case Reason.REGION_WRONG:
            return Message(
                f"The bucket is in another region ({about}).", "Give the profile the bucket's region."
            )
        case Reason.ENDPOINT_WRONG:
            return Message(
                f"{about or 'The endpoint'} answers, but not as an S3 server does.",
                "Mend the endpoint in the profile: it is the server's S3 address, not its web page or console.",
            )
        case Reason.CLOCK_WRONG:
            return Message(
                f"This machine's clock is wrong{_skew(about)}.",
                "Set it and try again: destinations refuse a wrong one.",
            )
        case Reason.BUCKET_TAKEN:
            return Message(
                f"The bucket name {about} is taken by somebody else.",
                "Bucket names are one for all the world: choose a longer one, for example with your own name in it.",
            )
        case Reason.BUCKET_NAME_BAD:
            return Message(
                f"“{about}” cannot be the name of a bucket.",
                "Use 3 to 63 small letters, digits and “-”, beginning and ending with a letter or digit.",
            )
        case Reason.BUCKET_NOT_EMPTY:
            return Message(
                f"The bucket {about} holds more than this set-up put there, so it stays.",
                "Empty and delete it in the console, if you are sure.",
            )
        case Reason.USERS_DENIED:
            return Message(
                f"This key may not make users ({about}).",
                "Use an administrator's key, or make the user by hand: `secretsbackup policy iam` says how.",
            )
        case Reason.KEYS_TOO_MANY:
            return Message(
                f"The user {about} has two access keys already, and may have no more.",
                "Delete one that is not used any more (IAM, Users, Security credentials) and try again.",
            )
        case Reason.CERTIFICATE_BAD:
            return Message(
                f"The certificate of {about or 'the destination'} is not to be trusted.",
                "Nothing was sent. See to the endpoint's certificate or this machine's clock.",
            )
        case Reason.HOST_KEY_UNKNOWN:
            return Message(
                f"The host {about} is not known to SSH on this machine.",
                f"Connect once by hand and compare its fingerprint: ssh {about or 'USER@HOST'}",
            )
        case Reason.ANOTHER_MACHINE:
            return Message(
                "The backups there were made from another machine or folder.",
                "Give this profile a prefix of its own; or, if they are yours, go on: secretsbackup backup --adopt",
            )
        case Reason.NOT_SCHEDULED:
            return Message(
                "It is made by hand only.", "Give it a schedule: secretsbackup profile set --schedule"
            )
        case Reason.NOT_YET:
            return Message(f"It is not due{_before(about)}.")
        case Reason.WAITING_TO_RETRY:
            return Message(f"The last run came to nothing; it is not tried again{_before(about)}.")
        case Reason.PAUSED:
            return Message(f"It is paused{_until(about)}.", "Go on: secretsbackup resume")
        case Reason.ON_BATTERY:
            return Message(f"This machine runs on its battery{f' ({about} % left)' if about else ''}.")
        case Reason.METERED:
            return Message("The network costs by the byte.")
        case Reason.OFFLINE:
            return Message("There is no network.")
        case Reason.SURGE:
            return Message(
                f"Unusually much is new{_surge(about)}.",
                "Nothing was sent. If it is right: secretsbackup backup --allow-surge; if not, leave it out: "
                "secretsbackup profile set --exclude PATTERN",
            )
        case Reason.UPHEAVAL:
            return Message(
                f"Unusually many files are gone or changed{_upheaval(about)}.",
                "A wrong disk, or somebody's doing? Nothing was sent, and no old backup is removed meanwhile. "
                "If it is right: secretsbackup backup --allow-upheaval",
            )
        case Reason.NO_SNAPSHOT:
            return Message(
                f"There is no snapshot{_at(about, ' as old as')}.", "See `secretsbackup snapshots`."
            )
        case Reason.UNPROVEN:
            return Message(
                f"The newest backups{_at(about, ', those of')} were never audited from this machine.",
                "Make a backup first: secretsbackup backup",
            )
        case Reason.NOTHING_SENT:
            return Message(
                "duplicity says that all is sent, but no new snapshot is at the destination.",
                "What was there before is untouched; run it again.",
            )
        case Reason.VOLUME_MISSING:
            return Message(
                f"A part of the backup is missing at the destination{_because(about)}.",
                "The next backup starts a new full one by itself; run it now. "
                "Older snapshots: `secretsbackup snapshots`.",
            )
        case Reason.VOLUME_CORRUPT:
            return Message(
                "A part of the backup at the destination is damaged.",
                "Restore another snapshot, and make a new full backup: secretsbackup backup --full",
            )
        case Reason.SNAPSHOT_UNSAFE:
            return Message(
                f"The backup would have written outside the folder it is restored to ({about}); it was stopped.",
                "Somebody has forged it, for this program saves no such links. Do not use what was restored, and "
                "find out who can write to the destination.",
            )
        case Reason.PATH_NOT_FOUND:
            return Message(
                f"That path is not in the snapshot{_at(about)}.",
                "See `secretsbackup files`, or look for it: `secretsbackup find`.",
            )
        case Reason.SAMPLE_DIFFERS:
            return Message(
                f"What was restored is not what was saved: {about}.",
                "Make a new full backup now: secretsbackup backup --full",
            )
        case Reason.BUG:
            return Message(
                f"This is a mistake in this program ({about}).", "Please report it with `secretsbackup log`."
            )
        case _:
            assert_never(why.reason)


def _package(program: str) -> str:
    packages = {
        "gpg": "gnupg",
        "gpgconf": "gnupg",
        "gpg-connect-agent": "gnupg",
        "pdftotext": "poppler-utils",
        "sftp": "openssh-client",
        "zbarimg": "zbar-tools",
    }
    return packages.get(program, program)


def _remedy(name: str) -> str:
    return "; installers/linux/run brings its own" if name == "duplicity" else ""


def _room(about: str) -> str:
    """Where there is no room, and how much is needed and free where that is known: PATH [NEEDED FREE]."""
    path, *amounts = about.rsplit(" ", 2)
    if len(amounts) == 2 and all(amount.isdigit() for amount in amounts):
        needed, free = (size(int(amount)) for amount in amounts)
        return f"{_at(path)} ({needed} are needed, {free} are free)"
    return _at(about)


def _surge(about: str) -> str:
    """How much is new, and what the most of it is where one file is: NEW [LARGEST PATH]."""
    new, largest, path = (*about.split(" ", 2), "", "")[:3]
    if not new.isdigit():
        return ""
    of_it = f", {size(int(largest))} of it in “{path}”" if path and largest.isdigit() else ""
    return f": {size(int(new))}{of_it}"


def _upheaval(about: str) -> str:
    """How many files: GONE CHANGED ALL."""
    counts = about.split(" ")
    if len(counts) != 3 or not all(count.isdigit() for count in counts):
        return ""
    gone, changed, every = (int(count) for count in counts)
    return f" ({gone} gone and {changed} changed, of {files(every)})"


def _before(about: str) -> str:
    return f" before {_moment(about)}" if about else " now"


def _until(about: str) -> str:
    return "" if not about or about.startswith("9999") else f" until {_moment(about)}"


def _moment(about: str) -> str:
    """A moment that a detail names, on this machine's clock."""
    try:
        return clock(datetime.fromisoformat(about))
    except ValueError:
        return about


def _at(about: str, word: str = " at") -> str:
    return f"{word} {about}" if about else ""


def _skew(seconds: str) -> str:
    """How far a clock is off, from seconds that it is ahead."""
    if not seconds.lstrip("-").isdigit():
        return ""
    ahead = int(seconds)
    return f" ({duration(abs(ahead))} {'fast' if ahead > 0 else 'slow'})"


def finding(found: Finding) -> Message:  # noqa: PLR0912 - one closed list, told in one place
    """What the doctor found, and what to do."""
    about = found.detail
    match found.sign:
        case Sign.WORKS:
            return Message(_works(found.right, about))
        case Sign.TROUBLE:
            return reason(found.why) if found.why else Message(f"{found.right} does not work.")
        case Sign.ALLOWED:
            return Message(f"{found.right} is allowed.")
        case Sign.DENIED:
            return _denied(found)
        case Sign.UNTRIED:
            return Message(f"{found.right} could not be tried.", "Mend what else is lacking, and try again.")
        case Sign.WITHHELD:
            return Message(f"The key cannot {_can(found)}, as it should be.")
        case Sign.EXCESSIVE:
            return Message(
                f"The key can {_can(found)}, which no backup needs.",
                "Give its user the policy that `secretsbackup policy iam` prints, and no other.",
            )
        case Sign.REGION_OTHER:
            return Message(
                f"The bucket is in the region {about}, which is not the profile's.",
                f"Give the profile the region {about}: every request takes a detour otherwise, if it arrives at all.",
            )
        case Sign.CLOCK_OFF:
            return Message(
                f"This machine's clock is off{_skew(about)}.",
                "Set it: S3 refuses one that is off by 15 minutes.",
            )
        case Sign.CHECKSUMS_REFUSED:
            return Message(
                f"The server refuses the checksums that newer S3 programs send ({about}); this one leaves them out.",
                "For plain duplicity: export AWS_REQUEST_CHECKSUM_CALCULATION=when_required "
                "AWS_RESPONSE_CHECKSUM_VALIDATION=when_required",
            )
        case Sign.VERSIONED:
            return Message("Versioning is on: what is deleted or written over can be had back for a while.")
        case Sign.NOT_VERSIONED:
            return Message(
                "Versioning is off: what is deleted is gone.",
                "Turn it on in the bucket's properties, with a lifecycle rule that ends old versions; "
                "then a stolen key cannot destroy the backups.",
            )
        case Sign.PUBLIC_BLOCKED:
            return Message("Public access is blocked.")
        case Sign.PUBLIC_NOT_BLOCKED:
            return Message("Public access is not blocked.", "Block all of it in the bucket's permissions.")
        case Sign.PUBLIC_UNTOLD:
            return Message(
                "This server does not say that it blocks public access; nothing is public unless you made it so."
            )
        case Sign.ENCRYPTED:
            return Message(f"The server encrypts what it stores as well ({about}).")
        case Sign.NOT_ENCRYPTED:
            return Message(
                "The server does not say that it encrypts what it stores; the backups are encrypted anyway."
            )
        case Sign.TIDIED:
            return Message("A lifecycle rule ends unfinished uploads, and old versions if there are any.")
        case Sign.NOT_TIDIED:
            lacks = " and ".join(
                {"uploads": "unfinished uploads", "versions": "old versions"}[word] for word in about.split()
            )
            return Message(
                f"No lifecycle rule ends {lacks or 'what is left over'}: they stay, and cost, for ever.",
                "Add one for the prefix in the bucket's management; `secretsbackup policy iam` says how.",
            )
        case Sign.EXPIRING:
            return Message(
                f"A lifecycle rule{_because(about)} deletes the backups themselves after a while.",
                "Take it off the prefix: this program removes old backups itself, and only whole chains.",
            )
        case Sign.FREEZING:
            return Message(
                f"A lifecycle rule{_because(about)} moves backups to Glacier, where they cannot be read at once.",
                "Take it off the prefix; use GLACIER_IR or STANDARD_IA as the profile's storage class instead.",
            )
        case Sign.LOCKED:
            return Message(f"Object Lock is on{_because(about)}.")
        case Sign.NOT_LOCKED:
            return Message("Object Lock is off.")
        case Sign.UPLOADS_NONE:
            return Message("No upload was left unfinished.")
        case Sign.UPLOADS_LEFT:
            count, stored = map(int, about.split())
            return Message(
                f"{number(count, 'unfinished upload holds', 'unfinished uploads hold')} {size(stored)} that cost and serve nothing.",
                "Unless a backup goes on: secretsbackup doctor --end-uploads",
            )
        case Sign.ROOM:
            return Message(f"There is room: {size(int(about))} are free.")
        case Sign.LITTLE_ROOM:
            return Message(
                f"There is little room: {size(int(about))} are free.", "Make room, or choose a larger disk."
            )
        case Sign.SAME_DISK:
            return Message(
                f"The backups lie on the same disk as {about}.",
                "If that disk fails, both are lost: choose another disk, a host or a bucket.",
            )
        case _:
            assert_never(found.sign)


def _works(right: str, about: str) -> str:
    match right:
        case "programs":
            return f"The programs are there: {about}."
        case "key":
            return f"Files can be encrypted to the key {about}."
        case "keyring":
            return "What opens the destination is there."
        case "reach":
            return "The server answers, and knows the key."
        case "list":
            return f"It can be listed: {number(int(about or 0), 'file', 'files')}."
        case "put":
            return "It can be written, and what was written can be taken away."
        case "region":
            return f"The bucket is in {about}." if about else "The server has no regions of its own."
        case "checksums":
            return "The server takes the checksums that newer S3 programs send."
        case _:
            return f"{right} works."


def _denied(found: Finding) -> Message:
    if found.statement is None:
        return Message(f"{found.right} is denied.")
    action = found.statement.action[0]
    need = "" if action in NEEDED else " Backups work without it; the doctor does not see what it would."
    return Message(
        f"{found.right} is denied: {_purpose(action)}.",
        f"Grant {action} with this statement in the user's policy.{need}\n{text(found.statement)}",
    )


def _purpose(action: Action) -> str:
    """What an action is good for, as what cannot be done without it."""
    match action:
        case Action.LIST:
            return "what is there cannot be listed"
        case Action.GET:
            return "nothing can be restored"
        case Action.PUT:
            return "nothing can be backed up"
        case Action.DELETE:
            return "old backups cannot be removed"
        case Action.ABORT:
            return "an upload that failed cannot be cleared away, and costs"
        case Action.PARTS | Action.UPLOADS:
            return "unfinished uploads cannot be seen"
        case (
            Action.LOCATION
            | Action.VERSIONING
            | Action.LIFECYCLE
            | Action.PUBLIC_ACCESS
            | Action.ENCRYPTION
            | Action.LOCK
        ):
            return "that setting of the bucket cannot be seen"
        case _:
            assert_never(action)


def _can(found: Finding) -> str:
    match Excess(found.right):
        case Excess.LIST_BUCKETS:
            others = int(found.detail or 0)
            return (
                f"list {number(others, 'other bucket', 'other buckets')}" if others else "list other buckets"
            )
        case Excess.LIST_OUTSIDE:
            return "list what lies outside of the prefix"
        case Excess.GET_OUTSIDE:
            return "read what lies outside of the prefix"
        case Excess.PUT_OUTSIDE:
            return "write outside of the prefix"
        case Excess.DELETE_VERSIONS:
            return "delete old versions for good, against which versioning is meant to protect"
        case Excess.MANAGE_USERS:
            return "look at the account's users, as administrators do"
        case other:
            assert_never(other)


def part(which: Part) -> str:
    """The name of a part of a set-up."""
    match which:
        case Part.BUCKET:
            return _("Bucket")
        case Part.OWNERSHIP:
            return _("All it holds is its owner's")
        case Part.PUBLIC_ACCESS:
            return _("Public access blocked")
        case Part.VERSIONING:
            return _("Old versions kept")
        case Part.LIFECYCLE:
            return _("Old versions and unfinished uploads ended in time")
        case Part.USER:
            return _("User of its own")
        case Part.POLICY:
            return _("Policy: this prefix and nothing else")
        case Part.KEY:
            return _("Access key")
        case Part.KEYRING:
            return _("Key kept in the keyring")
        case Part.TRIAL:
            return _("Trial: put, read, delete with that key")
        case _:
            assert_never(which)


def did(done: Did) -> Message:
    """What became of a part of a set-up."""
    name, about = part(done.part), _because(done.detail)
    match done.how:
        case How.BEGUN:
            return Message(f"{name}…")
        case How.MADE:
            return Message(f"{name}{about}.")
        case How.FOUND:
            return Message(f"{name}{about}: was there already.")
        case How.REFUSED:
            return Message(
                f"{name}: this key may not set it{about}.",
                "Set it by hand, or do it again with a key that may.",
            )
        case How.TAKEN_BACK:
            return Message(
                f"{name}: taken back.", "With it this server refused every put; it does not bear it."
            )
        case How.SPARED:
            return Message(
                f"{name}: left as it is.",
                "The bucket holds other things too; set it by hand if they bear it.",
            )
        case How.UNKNOWN_THERE if done.part is Part.USER:
            return Message(
                "This server makes no users for us: the key that you gave is the one that is used and kept.",
                "If it may do more than back up: make a user with the server's own tools, give it what "
                "`secretsbackup policy bucket` prints, and store its key instead.",
            )
        case How.UNKNOWN_THERE:
            return Message(f"{name}: this server does not know of it{about}.")
        case How.REMOVED:
            return Message(f"{name}: removed.")
        case How.KEPT:
            said = reason(done.why) if done.why else Message("")
            return Message(f"{name}: not removed. {said.title}".strip(), said.advice)
        case _:
            assert_never(done.how)


def hand(which: HandStep) -> str:
    """What to do by hand, where this program is given no administrator's key."""
    match which.hand:
        case Hand.BUCKET:
            said = _(
                "Make the bucket “{name}” in the region of your choice, without ACLs (bucket owner enforced)."
            )
            return said.format(name=which.copy)
        case Hand.PROTECTIONS:
            return _("Leave all public access blocked, and turn versioning on.")
        case Hand.LIFECYCLE:
            return _("Add a lifecycle rule for the prefix that ends old versions and unfinished uploads:")
        case Hand.USER:
            said = _(
                "Make an IAM user, for example “{name}”, without access to the console, and give it that "
                "policy alone."
            )
            return said.format(name=which.copy)
        case Hand.POLICY:
            return _("Make a policy of the text that is given here.")
        case Hand.KEY:
            return _("Make an access key for that user; its id and secret are what this program asks for.")
        case _:
            assert_never(which.hand)


def made(so_far: Made) -> list[str]:
    """What a set-up made, one phrase each."""
    phrases = {
        f"the bucket {so_far.destination.bucket}": so_far.bucket,
        f"the lifecycle rule “{so_far.rule}”": so_far.rule and not so_far.bucket,
        f"the user {so_far.user}": so_far.user,
        f"the access key {so_far.key_id}": so_far.key_id,
        f"that key in the keyring, for the profile “{so_far.profile}”": so_far.stored,
    }
    return [phrase for phrase, there in phrases.items() if there]


def leftover(kind: Leftover) -> Message:
    """What could be left out of a backup, and why nobody misses it."""
    match kind:
        case Leftover.CACHES:
            return Message(_("Caches"), _("Programs make them again by themselves."))
        case Leftover.PACKAGES:
            return Message(
                _("Installed packages"), _("node_modules and virtual environments are installed again.")
            )
        case Leftover.TRASH:
            return Message(_("Trash"), _("What was thrown away, and not yet for good."))
        case Leftover.IMAGES:
            return Message(
                _("Disk images"), _("Installers are downloaded again; a virtual machine’s disk is not.")
            )
        case _:
            assert_never(kind)


def held(snapshots: int, newest: datetime | None, now: datetime) -> Message:
    """That backups lie at a destination already, which nobody spoke of."""
    advice = _("Go on with them if you have their key and passphrase; else choose another place.")
    if snapshots == 1:
        there = _("There is 1 backup here already")
    else:
        there = _("There are {count} backups here already").format(count=snapshots)
    age = _("; the newest was made {ago}").format(ago=ago(newest, now)) if newest else ""
    return Message(f"{there}{age}.", advice)


def task(which: Task) -> str:
    """The name of a part of setting up."""
    match which:
        case Task.KEY:
            return _("Make the key, and try its passphrase")
        case Task.BUCKET:
            return _("Make bucket, user and access key")
        case Task.READ:
            return _("Read the records of the backups that are there")
        case Task.SAVE:
            return _("Trial: back up a canary")
        case Task.FETCH:
            return _("Trial: restore it as a new machine would, and compare")
        case Task.CLEAR:
            return _("Trial: take the canary away again")
        case Task.WRITE:
            return _("Write the profile; keep its secrets in the keyring")
        case Task.KIT:
            return _("Save the recovery kit")
        case Task.KIT_CHECK:
            return _("Read the kit back: it opens what it must")
        case _:
            assert_never(which)


def traces(left: Traces) -> list[str]:
    """What an unfinished set-up made, one phrase each."""
    key = [_("the key {fingerprint}").format(fingerprint=left.key)] if left.key else []
    return [*key, *(made(left.bucket) if left.bucket else ())]


def schedule(rhythm: Schedule) -> str:
    """How often, as a sentence without its end."""
    match rhythm:
        case Manual():
            return _("Only when you say so")
        case Hours(every=1):
            return _("Every hour")
        case Hours(every=every):
            return _("Every {every} hours").format(every=every)
        case Daily(at=at):
            return _("Every day at {at}").format(at=at)
        case Weekly(day=day, at=at):
            return _("Every {day} at {at}").format(day=_(day.capitalize()), at=at)
        case _:
            assert_never(rhythm)
