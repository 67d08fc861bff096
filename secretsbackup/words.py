"""How everything reads to a person: statuses, outcomes, reasons, warnings. Data comes in, words go out."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import msgspec

from secretsbackup.language import _, humanised, ngettext
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
    CTRL_C,
    PROGRAM,
    PROGRAM_END,
    SYSTEM,
    TERMINAL_END,
    YOU,
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
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekly
from secretsbackup.model.status import About, Concern, Level, Status, level, unaccepted


class Message(msgspec.Struct, frozen=True):
    """What happened and what to do now: a title, an advice (empty where there is nothing to do), and the
    command that does it, for a terminal: a window has a button."""

    title: str
    advice: str = ""
    typed: str = ""

    @property
    def in_terminal(self) -> str:
        """The advice, with what to type."""
        return f"{self.advice.removesuffix('.')}: {self.typed}" if self.typed else self.advice

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()


def size(count: int) -> str:
    """Bytes for people: 412 MB, 1.4 GB."""
    if count < 1000:
        return number(count, "byte", "bytes")
    amount, units = count / 1000, list(_UNITS)
    while round(amount, 1) >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return f"{_tenths(amount).removesuffix(_tenths(0.0)[1:])} {units[0]}"


_UNITS = ("kB", "MB", "GB", "TB", "PB")


def _tenths(amount: float) -> str:
    """A number to its first decimal, after the mark that the language has for it: 1.4, 1,4."""
    return f"{amount:.1f}".replace(".", _("."))


def number(count: int, one: str, many: str) -> str:
    """A count with its noun, in the language that is spoken: 1 file, 12 480 files."""
    return f"{_grouped(count)} {ngettext(one, many, count)}"


def _grouped(count: int) -> str:
    """A count with its thousands apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def files(count: int) -> str:
    """A count of files."""
    return number(count, "file", "files")


def roughly(least: int, most: int) -> str:
    """A size that is known to some hundred bytes: 412 MB, at most 512 bytes."""
    return size(most) if size(least) == size(most) else f"≤ {size(most)}"


def between(since: datetime, until: datetime | None) -> str:
    """From which snapshot until which: 2026-11-22 22:08:28 – now."""
    return f"{clock(since)} – {clock(until) if until else _('now')}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago: 2 hours ago."""
    import humanize

    with humanised():
        return humanize.naturaltime(now - then)


def clock(then: datetime) -> str:
    """A moment on this machine's clock, to the second."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float) -> str:
    """A span of time: 0.4 s, 12 s, 3 min, 2 h 10 min."""
    if seconds < 9.95:
        return f"{_tenths(seconds)} s"
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return (
        _("{minutes} min").format(minutes=minutes)
        if minutes < 90
        else _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    )


def step(which: Step) -> str:
    """The name of a step."""
    match which:
        case Step.CHECK:
            return _("Check")
        case Step.GATHER:
            return _("Gather")
        case Step.SEND:
            return _("Send")
        case Step.FETCH:
            return _("Fetch")
        case Step.COMPARE:
            return _("Compare")
        case Step.PROVE:
            return _("Prove")
        case Step.RECORD:
            return _("Record")
        case Step.TIDY:
            return _("Tidy")
        case _:
            assert_never(which)


def doing(verb: Verb) -> str:
    """What a run does."""
    match verb:
        case Verb.BACKUP:
            return _("Backing up")
        case Verb.RESTORE:
            return _("Restoring")
        case Verb.VERIFY:
            return _("Verifying")
        case Verb.PRUNE:
            return _("Pruning")
        case _:
            assert_never(verb)


def progress(event: Progressed) -> str:
    """How far a step is: 412 MB of 1.4 GB · 18 MB/s · about 3 min left."""
    if event.unit == "bytes":
        amount = (
            _("{done} of {total}").format(done=size(event.done), total=size(event.total))
            if event.total
            else size(event.done)
        )
        rate = _("{size}/s").format(size=size(round(event.rate))) if event.rate else ""
    else:
        amount = (
            _("{done} of {total} {unit}").format(done=event.done, total=event.total, unit=_unit(event.unit))
            if event.total
            else f"{event.done} {_unit(event.unit)}"
        )
        rate = ""
    left = _("about {time} left").format(time=duration(max(event.left, 10.0))) if event.left else ""
    return " · ".join(part for part in (amount, rate, left) if part)


def _unit(name: str) -> str:
    """What a step counts."""
    return {"files": _("files"), "volumes": _("volumes"), "places": _("places")}.get(name, name)


def warning(warned: Warned) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """One sentence for a warning, with the path that it is about."""
    path = _("“{path}”").format(path=warned.path)
    match warned.caution:
        case Caution.DANGLING_LINK:
            return _(
                "{path} is a link to something that is not there; any earlier copy of it is kept."
            ).format(path=path)
        case Caution.LINK_LOOP:
            return _("{path} is a link that leads back up its own tree; it is left out.").format(path=path)
        case Caution.UNREADABLE:
            return _("{path} could not be read{because}; any earlier copy of it is kept.").format(
                path=path, because=_because(warned.detail)
            )
        case Caution.NOT_A_FILE:
            return _("{path} is a socket, a pipe or a device; it is left out.").format(path=path)
        case Caution.VANISHED:
            return _("{path} vanished while it was being read.").format(path=path)
        case Caution.NOT_STAGED:
            return _("{path} could not be copied to the stage{because}.").format(
                path=path, because=_because(warned.detail)
            )
        case Caution.NOT_PRESERVED:
            return _("{path} was saved, but not all of its owner, mode or time.").format(path=path)
        case Caution.NEW_FULL:
            return _(
                "The chain that began {detail} has a hole, so this is a new full backup; the damaged chain is kept for what can still be read from it."
            ).format(detail=warned.detail)
        case Caution.OTHER_KEY:
            return _(
                "The chain that began {detail} is encrypted to another key, so this is a new full backup; to restore the older ones, keep the other key."
            ).format(detail=warned.detail)
        case Caution.CLOCK_BEHIND:
            return _(
                "The newest snapshot is of {when}, later than it is now by this machine's clock, so this one is named a second after it: set the clock if it is wrong."
            ).format(when=_moment(warned.detail))
        case Caution.NOT_TIDIED:
            return _("Old backups could not be removed yet{because}; the next run tries again.").format(
                because=_because(warned.detail)
            )
        case Caution.NOT_PRUNED:
            return _("Nothing old is removed for now. {held_back}").format(
                held_back=_held_back(warned.detail)
            )
        case Caution.HOOK_FAILED:
            return _("Your own command for after the backup failed{because}.").format(
                because=_because(warned.detail)
            )
        case Caution.NOT_TOLD:
            return _("Your URL or mail address could not be told of it{because}.").format(
                because=_because(warned.detail)
            )
        case Caution.NOT_RESTORED:
            return _("{path} could not be restored{because}.").format(
                path=path, because=_because(warned.detail)
            )
        case Caution.NOT_COMPARED:
            return _(
                "Nothing is staged on this machine to compare with; the sample was restored, and its files are as large as they must be."
            )
        case Caution.NOT_CATALOGUED:
            return _(
                "The list of what is in which snapshot is not up to date{because}; the backup is whole, and the list is made anew when it is needed."
            ).format(because=_because(warned.detail))
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
            return Message(
                _("Skipped: {reasons}").format(reasons=" ".join(message.title for message in told)), advice
            )
        case Cancelled(by=by):
            return Message(
                _("Cancelled by {by}.").format(by=_by(by)),
                _("Nothing is lost; the next run goes on where this one stopped."),
            )
        case Failed(reason=why, detail=detail):
            return reason(Why(why, detail))
        case Interrupted():
            return Message(
                _("Cut off in the middle: the machine or the program was stopped."),
                _("Nothing is lost; the next run goes on where this one stopped."),
            )
        case _:
            assert_never(ended)


def _by(who: str) -> str:
    """Who stopped a run, which its journal tells in the same words whatever is spoken."""
    return {
        YOU: _("you"),
        CTRL_C: _("you (Ctrl-C)"),
        SYSTEM: _("the system"),
        TERMINAL_END: _("the terminal's end"),
        PROGRAM_END: _("the program's end"),
        PROGRAM: _("the program"),
    }.get(who, who)


def _completed(summary: Summary, warnings: int, verb: Verb) -> Message:
    amount = f"{files(summary.files)}, {size(summary.bytes)}"
    match verb:
        case Verb.BACKUP if not summary.changed:
            title = _("Nothing changed; {amount} are safe.").format(amount=amount)
        case Verb.BACKUP if not summary.files:
            title = _("Backed up; no file is new ({stored} at the destination).").format(
                stored=size(summary.stored)
            )
        case Verb.BACKUP:
            title = _("Backed up {amount} ({stored} at the destination).").format(
                amount=amount, stored=size(summary.stored)
            )
        case Verb.RESTORE:
            title = _("Restored {amount} into {folder}.").format(amount=amount, folder=summary.folder)
        case Verb.PRUNE if not summary.changed:
            title = _("There is nothing to remove.")
        case Verb.PRUNE:
            title = _("Removed {files} at the destination, {size}.").format(
                files=files(summary.files), size=size(summary.bytes)
            )
        case Verb.VERIFY:
            title = _(
                "Verified: every volume is there, and {amount}, restored and compared, are right."
            ).format(amount=amount)
        case _:
            assert_never(verb)
    if not warnings:
        return Message(title)
    return Message(
        title,
        f"{number(warnings, 'warning', 'warnings')}.",
        "secretsbackup log",
    )


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
    """One honest sentence on how safe a profile is: the same in the window, the tray and a terminal."""
    if status.running:
        return running(status)
    but = "; ".join(concern(one, now) for one in unaccepted(status, now) if one.about is not About.NEVER)
    match level(status, now):
        case Level.PROTECTED if status.safe_as_of:
            safe = _("Everything safe as of {when}.").format(when=when(status.safe_as_of, now))
            return safe + _not_now(status)
        case Level.ATTENTION if status.safe_as_of:
            return _("Safe as of {when}, but {but}.").format(when=when(status.safe_as_of, now), but=but)
        case _ if but and status.last is None and status.safe_as_of is None:
            return _("Not protected: no backup was made yet; {but}.").format(but=but)
        case _:
            return (
                _("Not protected: {but}.").format(but=but)
                if but
                else _("Not protected: no backup was made yet.")
            )


def overdue(profile: ProfileName) -> str:
    """The title of the alarm about a profile that was silent too long."""
    return _("No backup of “{profile}”").format(profile=profile)


def unwatched() -> str:
    """The title of the alarm where nobody can say how safe anything is."""
    return _("Nothing is backed up by itself")


def failed(profile: ProfileName) -> str:
    """The subject of a letter about a backup that failed."""
    return _("Backup of “{profile}” failed").format(profile=profile)


def took_too_long(seconds: float) -> str:
    """What is said of a user's command that was ended."""
    return _("It took longer than {span} and was ended.").format(span=duration(seconds))


def _not_now(status: Status) -> str:
    """Why there is no newer one, where that is worth a word and no alarm."""
    return _(" Since then: {reason}").format(reason=reason(status.waiting[0]).title) if status.waiting else ""


def to_type(one: Concern) -> str:
    """What does something about a concern in a terminal; empty where nothing does at once."""
    match one.about:
        case About.NEVER:
            return _("Make a backup: {command}").format(command="secretsbackup backup")
        case About.ANSWER_WANTED:
            return _("If it is right: {command}").format(command="secretsbackup backup --yes")
        case About.LEFT_OUT:
            return _("See what they are: {command}").format(command="secretsbackup log")
        case About.NOT_PROVEN:
            return _("Prove it: {command}").format(command="secretsbackup verify")
        case About.KIT_NOT_SAVED:
            return _("Save it: {command}").format(command="secretsbackup kit --out FOLDER")
        case About.KEY_EXPIRES:
            return _("Let it live longer: {command}").format(command="secretsbackup key extend")
        case About.FAILED | About.DAMAGED:
            return reason(one.why[0]).in_terminal if one.why else ""
        case About.INTERRUPTED | About.OVERDUE | About.LONG_AGO:
            return ""
        case _:
            assert_never(one.about)


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
    return (
        _("{hours} h {minutes} min").format(hours=tens // 60, minutes=tens % 60)
        if tens % 60
        else f"{tens // 60} h"
    )


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
            return _("no backup was made yet")
        case About.DAMAGED | About.FAILED:
            return _short(one.why)
        case About.ANSWER_WANTED:
            return _("{reasons}; a yes is wanted").format(reasons=_short(one.why))
        case About.INTERRUPTED:
            return _("the last run was cut off in the middle (the next one goes on)")
        case About.LONG_AGO | About.OVERDUE:
            because = f": {_short(one.why)}" if one.why else ""
            return _("no backup since {day}").format(day=_day(one.when, now) if one.when else "") + because
        case About.LEFT_OUT:
            told = [left_out(caution, count) for caution, count in one.counts]
            return ", ".join(told) or number(one.number, "warning", "warnings")
        case About.NOT_PROVEN if one.why and one.when is None:
            return _("the last verify came to nothing: {reasons}").format(reasons=_short(one.why))
        case About.NOT_PROVEN:
            days = (now - one.when).days if one.when else 0
            because = f": {_short(one.why)}" if one.why else ""
            return ngettext(
                "not proven for {count} day{because}",
                "not proven for {count} days{because}",
                days,
            ).format(count=_grouped(days), because=because)
        case About.KIT_NOT_SAVED:
            return _("the recovery kit is not saved")
        case About.KEY_EXPIRES:
            days = (one.when - now).days if one.when else 0
            return (
                ngettext("the key expires in {count} day", "the key expires in {count} days", days).format(
                    count=_grouped(days)
                )
                if one.when and one.when > now
                else _("the key has expired")
            )
        case _:
            assert_never(one.about)


def left_out(caution: Caution, count: int) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """What so many warnings of one kind mean."""
    match caution:
        case Caution.UNREADABLE:
            return ngettext(
                "{count} file could not be read", "{count} files could not be read", count
            ).format(count=_grouped(count))
        case Caution.DANGLING_LINK:
            return ngettext(
                "{count} link leads to something that is not there",
                "{count} links lead to something that is not there",
                count,
            ).format(count=_grouped(count))
        case Caution.LINK_LOOP:
            return ngettext(
                "{count} link that leads back up the tree left out",
                "{count} links that lead back up the tree left out",
                count,
            ).format(count=_grouped(count))
        case Caution.NOT_A_FILE:
            return ngettext(
                "{count} socket, pipe or device left out", "{count} sockets, pipes or devices left out", count
            ).format(count=_grouped(count))
        case Caution.VANISHED:
            return ngettext(
                "{count} file vanished while being read", "{count} files vanished while being read", count
            ).format(count=_grouped(count))
        case Caution.NOT_STAGED:
            return ngettext(
                "{count} file could not be staged", "{count} files could not be staged", count
            ).format(count=_grouped(count))
        case Caution.NOT_PRESERVED:
            return ngettext(
                "{count} file saved without all of owner, mode and time",
                "{count} files saved without all of owner, mode and time",
                count,
            ).format(count=_grouped(count))
        case Caution.NEW_FULL:
            return _("a new full backup was made for a damaged one")
        case Caution.OTHER_KEY:
            return _("a new full backup was made for a new key")
        case Caution.CLOCK_BEHIND:
            return _("the newest snapshot is of a time to come: is this machine's clock right?")
        case Caution.NOT_TIDIED:
            return _("old backups could not be removed yet")
        case Caution.NOT_PRUNED:
            return _("nothing old is removed for now")
        case Caution.NOT_CATALOGUED:
            return _("the list of what is in which snapshot is not up to date")
        case Caution.HOOK_FAILED:
            return _("your own command for afterwards failed")
        case Caution.NOT_TOLD:
            return _("your URL or mail address could not be told of it")
        case Caution.NOT_RESTORED:
            return ngettext(
                "{count} file could not be restored", "{count} files could not be restored", count
            ).format(count=_grouped(count))
        case Caution.NOT_COMPARED:
            return _("the sample was restored but not compared")
        case Caution.TOOL_SAYS:
            return ngettext(
                "{count} warning of a program",
                "{count} warnings of a program",
                count,
            ).format(count=_grouped(count))
        case _:
            assert_never(caution)


def _short(why: tuple[Why, ...]) -> str:
    """The titles of reasons, to stand in the middle of a sentence."""
    titles = [reason(one).title.rstrip(".") for one in why]
    return "; ".join(one[0].lower() + one[1:] if one.split()[0].istitle() else one for one in titles)


def _day(then: datetime, now: datetime) -> str:
    """The day of a moment: its name while that says which."""
    local = then.astimezone()
    return _weekday(local) if (now - then).days < 6 else _date(local)


def standing(status: Status, now: datetime, next_run: datetime | None, paused: datetime | None) -> str:
    """A profile's state in one line, for a tooltip: Backed up 2 hours ago · next at 18:00.

    Where all is not well it is the very sentence of the window.
    """
    if status.running:
        return running(status)
    safe = status.safe_as_of if level(status, now) is Level.PROTECTED else None
    told = _("Backed up {ago}").format(ago=ago(safe, now)) if safe else health(status, now).rstrip(".")
    if paused and paused > now:
        return f"{told} · {pause(paused, now)}"
    return _("{told} · next at {when}").format(told=told, when=when(next_run, now)) if next_run else told


def brief(status: Status, now: datetime, paused: datetime | None) -> str:
    """A profile's state in three words: safe as of 14:02."""
    if status.running:
        share = status.progress
        known = f" {100 * share.done // share.total} %" if share and share.total else "…"
        return headline(status) + known
    if status.safe_as_of is None and not isinstance(status.last, Failed):
        return _("not backed up yet")
    if open_ones := unaccepted(status, now):
        return _in_brief(open_ones[0])
    if paused and paused > now:
        return pause(paused, now)
    return _("safe as of {when}").format(when=when(status.safe_as_of or now, now))


def _in_brief(one: Concern) -> str:
    """A concern in two or three words, for a narrow list."""
    match one.about:
        case About.NEVER | About.FAILED:
            return _("failed")
        case About.DAMAGED:
            return _("damaged")
        case About.LONG_AGO | About.OVERDUE:
            return _("overdue")
        case About.INTERRUPTED:
            return _("cut off")
        case About.ANSWER_WANTED:
            return _("a yes is wanted")
        case About.LEFT_OUT:
            return number(one.number, "warning", "warnings")
        case About.NOT_PROVEN:
            return _("not proven")
        case About.KIT_NOT_SAVED:
            return _("kit not saved")
        case About.KEY_EXPIRES:
            return _("key expires")
        case _:
            assert_never(one.about)


def headline(status: Status) -> str:
    """What a run is at, in a word or two."""
    return working(status.step) if status.step else doing(status.verb or Verb.BACKUP)


def running(status: Status) -> str:
    """What goes on, in one short line: Sending 412 MB of 1.4 GB · 3 min left."""
    if status.progress is None or status.step is None:
        return f"{working(status.step)}…" if status.step else f"{doing(status.verb or Verb.BACKUP)}…"
    rated = msgspec.structs.replace(status.progress, rate=0.0)
    return f"{working(status.step)} {progress(rated)}"


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
        return f"{capital(pause(paused, now))}."
    return _("Next: {when}").format(when=_said(then, now)) if then else ""


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
    return f"{capital(said)} · {changes or _('nothing changed')}"


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
        volumes = number(cost.volumes, "volume to fetch", "volumes to fetch")
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
    """A moment as one says it: 14:02, yesterday 14:02, Monday 18:00, 12 Nov 18:00, 12 Nov 2024."""
    local, today = then.astimezone(), now.astimezone()
    days = (local.date() - today.date()).days
    time = f"{local:%H:%M}"
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{_('yesterday') if days < 0 else _('tomorrow')} {time}"
    if -7 < days < 7:
        return f"{_weekday(local)} {time}"
    return f"{_date(local)} {time}" if local.year == today.year else f"{_date(local)} {local.year}"


def _date(then: datetime) -> str:
    return _("{day} {month}").format(day=then.day, month=_month(then))


def capital(text: str) -> str:
    """The same at the beginning of a line."""
    return text[:1].upper() + text[1:]


def weekdays() -> tuple[str, ...]:
    """The days of the week, from Monday on."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )


def _weekday(then: datetime) -> str:
    return weekdays()[then.weekday()]


def _month(then: datetime) -> str:
    first = (_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"))
    return (*first, _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"))[then.month - 1]


def result(ended: Outcome, verb: Verb) -> str:
    """How a run ended, in a few words for a list: 38 files, 12 MB."""
    match ended:
        case Completed(summary=summary) if verb is Verb.BACKUP and not summary.changed:
            return _("nothing changed")
        case Completed(summary=summary) if verb is Verb.BACKUP and not summary.files:
            return _("no file is new")
        case Completed(summary=summary):
            amount = f"{files(summary.files)}, {size(summary.bytes)}"
            return {Verb.RESTORE: _("restored {amount}"), Verb.VERIFY: _("proved {amount}")}.get(
                verb, "{amount}"
            ).format(amount=amount)
        case Skipped() | Failed():
            return outcome(ended, verb).title
        case Cancelled(by=by):
            return _("cancelled by {by}").format(by=_by(by))
        case Interrupted():
            return _("cut off in the middle")
        case _:
            assert_never(ended)


def notice(ended: Outcome, verb: Verb, before: Outcome | None, *, known: bool = False) -> Message | None:
    """What is worth a notification when a run ends: a failure, warnings, and the first success after a failure.

    Warnings that are `known`, because somebody has accepted just these, are not.
    """
    match ended:
        case Failed():
            return outcome(ended, verb)
        case Completed(warnings=warnings) if warnings and not known:
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
                kind=_("full") if kind == "full" else _("what changed"),
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
                _("The program “{about}” is not installed.").format(about=about),
                _("Install it (Debian, Ubuntu: sudo apt install {package}) and try again.").format(
                    package=_package(about)
                ),
            )
        case Reason.TOOL_TOO_OLD:
            name, has, needs, where = (*about.split(" ", 3), "", "", "", "")[:4]
            return Message(
                _("{name} {has} at {where} is too old; {needs} or newer is needed.").format(
                    name=name, has=has, where=where, needs=needs
                ),
                _("Take it off your PATH or upgrade it{remedy}.").format(remedy=_remedy(name)),
            )
        case Reason.TOOL_FAILED:
            return Message(
                _("A program that this one drives failed ({about}).").format(about=about),
                _("Its last lines are in the log; try again, and report it if it stays."),
                "secretsbackup log",
            )
        case Reason.NO_ROOM:
            return Message(
                _("The disk is full{room}.").format(room=_room(about)),
                _("Make room and run it again; nothing is lost."),
            )
        case Reason.NOT_WRITABLE:
            return Message(
                _("Nothing can be written to {about}.").format(about=about)
                if about
                else _("Nothing can be written there."),
                _("Choose a folder that exists and is yours, or see to its permissions."),
            )
        case Reason.STAGE_NOT_OURS:
            return Message(
                _("The staging folder holds something else, which would be deleted: {about}.").format(
                    about=about
                ),
                _("Give the profile an empty folder for staging."),
            )
        case Reason.BUSY:
            return Message(
                _("Another run of this profile is going on (process {about}).").format(about=about)
                if about
                else _("Another run of this profile is going on."),
                _("Wait for its end."),
                "secretsbackup status",
            )
        case Reason.PROFILE_UNKNOWN:
            return Message(
                _("There is no profile “{about}”.").format(about=about),
                _("See which there are."),
                "secretsbackup profile list",
            )
        case Reason.PROFILE_EXISTS:
            return Message(
                _("There is a profile “{about}” already.").format(about=about),
                _("Give the new one another name."),
            )
        case Reason.PROFILE_INVALID:
            return Message(about)
        case Reason.SETTINGS_BROKEN:
            return Message(
                _("The settings cannot be read: {about}.").format(about=about),
                _("Mend that place in the file; nothing was changed."),
            )
        case Reason.SETTINGS_NEWER:
            return Message(
                _("{about} was written by a newer version of this program.").format(about=about),
                _("Upgrade this one."),
            )
        case Reason.MEMORY_NEWER:
            return Message(
                _("{about} was written by a newer version of this program.").format(about=about),
                _("Upgrade this one."),
            )
        case Reason.CATALOGUE_LOST:
            return Message(
                _("The list of what is in which snapshot was damaged, and was thrown away."),
                _("Try again: it is made anew. No backup is touched by this."),
            )
        case Reason.MEMORY_BUSY:
            return Message(
                _("Another program holds {about}.").format(about=about),
                _("Close whatever has it open and try again; nothing is lost."),
            )
        case Reason.MEMORY_BROKEN:
            return Message(
                _("{about} was damaged; it is put aside, and a new one begun.").format(about=about),
                _("Run it again: what it held is learned anew from journals and destinations."),
            )
        case Reason.SEED_UNREADABLE:
            return Message(
                _("That configuration cannot be taken over: {about}.").format(about=about),
                _("Mend it, or set up anew."),
                "secretsbackup init",
            )
        case Reason.NOT_A_TIME:
            return Message(
                _("“{about}” is no time.").format(about=about),
                _("Write 2026-11-22, “2026-11-22 18:00” or a snapshot's stamp."),
            )
        case Reason.KEYRING_MISSING:
            return Message(
                _("No usable keyring was found{at}.").format(at=_at(about)),
                _(
                    "Install and start one (gnome-keyring, KWallet), or use your own ~/.aws with --aws-profile; secrets are never kept in plain text."
                ),
            )
        case Reason.KEYRING_LOCKED:
            return Message(
                _("The keyring is locked."),
                _("Unlock it (log in to the desktop, or open its manager) and try again."),
            )
        case Reason.SECRET_MISSING:
            name, profile = (*about.split(" ", 1), "PROFILE")[:2]
            return Message(
                _("The keyring has no {name} for this profile.").format(name=name),
                _("Store it."),
                f"secretsbackup secret set {profile} {name}",
            )
        case Reason.AWS_PROFILE_MISSING:
            return Message(
                _("Your own AWS settings have no profile “{about}” with a key.").format(about=about),
                _("Make it with `aws configure --profile NAME`, or see to ~/.aws/credentials."),
            )
        case Reason.KEY_MISSING:
            return Message(
                _("There is no GnuPG key “{about}” here.").format(about=about),
                _("See `gpg --list-keys`, or import it: gpg --import FILE."),
            )
        case Reason.KEY_AMBIGUOUS:
            return Message(
                _("Several keys go by that name: {about}.").format(about=about),
                _("Name the one by its whole fingerprint."),
            )
        case Reason.KEY_EXPIRED:
            return Message(
                _("The key {about} has expired, so nothing can be encrypted to it.").format(about=about),
                _("Let it live longer; what is saved can still be restored."),
                "secretsbackup key extend",
            )
        case Reason.KEY_REVOKED:
            return Message(
                _("The key {about} is revoked.").format(about=about),
                _("Give the profile another key; what is saved can still be restored."),
            )
        case Reason.KEY_CANNOT_ENCRYPT:
            return Message(
                _("The key {about} can only sign.").format(about=about),
                _("Add a subkey that encrypts: gpg --quick-add-key {about} cv25519 encr never").format(
                    about=about or "FINGERPRINT"
                ),
            )
        case Reason.KEY_UNPROTECTED:
            return Message(
                _(
                    "The secret key {about} has no passphrase: whoever finds a copy of it reads your backups."
                ).format(about=about),
                _("Give it one: gpg --change-passphrase {about}").format(about=about or "FINGERPRINT"),
            )
        case Reason.SECRET_KEY_MISSING:
            return Message(
                _("The secret key {about} is not on this machine.").format(about=about),
                _("Import it from where you keep it safe: gpg --import FILE."),
            )
        case Reason.PASSPHRASE_MISSING:
            return Message(
                _("The passphrase of your key is needed, and nobody is here to ask."),
                _("Begin it yourself, or store the passphrase."),
                f"secretsbackup secret set {about or 'PROFILE'} gpg-passphrase",
            )
        case Reason.PASSPHRASE_WRONG:
            return Message(
                _("That passphrase does not open your key."),
                _("Try again; mind capitals and the keyboard layout."),
            )
        case Reason.GPG_FAILED:
            return Message(
                _("GnuPG failed ({about}).").format(about=about),
                _("Its last lines are in the log."),
                "secretsbackup log",
            )
        case Reason.HOOK_FAILED:
            return Message(
                _("Your own command for before the backup failed{because}.").format(because=_because(about)),
                _("What it said is in the log."),
                "secretsbackup log",
            )
        case Reason.NOT_TOLD:
            return Message(
                _("Nobody could be told{because}.").format(because=_because(about)),
                _("See to the URL or the mail address."),
            )
        case Reason.KIT_BROKEN:
            return Message(
                _("The recovery kit cannot be read: {about}.").format(about=about),
                _(
                    "Compare that place with the printed sheet; scanning the codes again, or another copy, will do too."
                ),
            )
        case Reason.KIT_OUTDATED:
            return Message(
                _("This recovery kit is out of date: {about}.").format(about=about),
                _("Make a new one."),
                "secretsbackup kit --out FOLDER",
            )
        case Reason.KIT_IN_THE_WAY:
            return Message(
                _("{about} is there already, and is not the kit of this profile.").format(about=about),
                _("Choose another folder; nothing was written."),
            )
        case Reason.SOURCE_MISSING:
            return Message(
                _("{about} is not there; is its disk mounted?").format(about=about),
                _("Nothing was deleted. Mount it, or change the profile."),
            )
        case Reason.SOURCE_EMPTY:
            return Message(
                _("{about} is empty and was not before; is its disk mounted?").format(about=about),
                _("Nothing was deleted. If you emptied it, back up all the same."),
                "secretsbackup backup --even-if-empty",
            )
        case Reason.SOURCE_UNREADABLE:
            return Message(
                _("{about} cannot be read.").format(about=about),
                _("See to its permissions, or change the profile."),
            )
        case Reason.DESTINATION_AWAY:
            return Message(
                _("The disk with {about} is away: its backups are not there.").format(about=about),
                _("Attach it and run it again. If you deleted them, give the profile a new folder."),
            )
        case Reason.DESTINATION_MISSING:
            return Message(
                _("The destination {about} does not exist.").format(about=about),
                _("Make it, or mend its name in the profile."),
            )
        case Reason.DESTINATION_UNREACHABLE:
            return Message(
                _("{about} cannot be reached.").format(about=about or _("The destination")),
                _(
                    "Is the network up, and the address right? Nothing is lost; the next run goes on from here."
                ),
            )
        case Reason.DESTINATION_DENIED:
            return Message(
                _("The destination refuses access ({about}).").format(about=about)
                if about
                else _("The destination refuses access."),
                _(
                    "Give the credential that right (for a bucket: list, get, put and delete under its prefix)."
                ),
            )
        case Reason.DESTINATION_FULL:
            return Message(
                _("The destination is full{room}.").format(room=_room(about)),
                _("Make room there, or keep fewer full backups; nothing is lost."),
            )
        case Reason.CREDENTIAL_REFUSED:
            return Message(
                _("The destination does not accept the AWS key."),
                _("Store the right one, and its secret."),
                "secretsbackup secret set PROFILE aws-access-key-id",
            )
        case Reason.REGION_WRONG:
            return Message(
                _("The bucket is in another region ({about}).").format(about=about),
                _("Give the profile the bucket's region."),
            )
        case Reason.ENDPOINT_WRONG:
            return Message(
                _("{about} answers, but not as an S3 server does.").format(about=about or _("The endpoint")),
                _(
                    "Mend the endpoint in the profile: it is the server's S3 address, not its web page or console."
                ),
            )
        case Reason.CLOCK_WRONG:
            return Message(
                _("This machine's clock is wrong{skew}.").format(skew=_skew(about)),
                _("Set it and try again: destinations refuse a wrong one."),
            )
        case Reason.BUCKET_TAKEN:
            return Message(
                _("The bucket name {about} is taken by somebody else.").format(about=about),
                _(
                    "Bucket names are one for all the world: choose a longer one, for example with your own name in it."
                ),
            )
        case Reason.BUCKET_NAME_BAD:
            return Message(
                _("“{about}” cannot be the name of a bucket.").format(about=about),
                _("Use 3 to 63 small letters, digits and “-”, beginning and ending with a letter or digit."),
            )
        case Reason.BUCKET_NOT_EMPTY:
            return Message(
                _("The bucket {about} holds more than this set-up put there, so it stays.").format(
                    about=about
                ),
                _("Empty and delete it in the console, if you are sure."),
            )
        case Reason.USERS_DENIED:
            return Message(
                _("This key may not make users ({about}).").format(about=about),
                _("Use an administrator's key, or make the user by hand."),
                "secretsbackup policy iam",
            )
        case Reason.KEYS_TOO_MANY:
            return Message(
                _("The user {about} has two access keys already, and may have no more.").format(about=about),
                _("Delete one that is not used any more (IAM, Users, Security credentials) and try again."),
            )
        case Reason.CERTIFICATE_BAD:
            return Message(
                _("The certificate of {about} is not to be trusted.").format(
                    about=about or _("the destination")
                ),
                _("Nothing was sent. See to the endpoint's certificate or this machine's clock."),
            )
        case Reason.HOST_KEY_UNKNOWN:
            return Message(
                _("The host {about} is not known to SSH on this machine.").format(about=about),
                _("Connect once by hand and compare its fingerprint: ssh {about}").format(
                    about=about or "USER@HOST"
                ),
            )
        case Reason.ANOTHER_MACHINE:
            return Message(
                _("The backups there were made from another machine or folder."),
                _("Give this profile a prefix of its own; or, if they are yours, go on with them."),
                "secretsbackup backup --adopt",
            )
        case Reason.NOT_SCHEDULED:
            return Message(
                _("It is made by hand only."),
                _("Give it a schedule."),
                "secretsbackup profile set --schedule",
            )
        case Reason.NOT_YET:
            return Message(_("It is not due{before}.").format(before=_before(about)))
        case Reason.WAITING_TO_RETRY:
            return Message(
                _("The last run came to nothing; it is not tried again{before}.").format(
                    before=_before(about)
                )
            )
        case Reason.PAUSED:
            return Message(
                _("It is paused{until}.").format(until=_until(about)), _("Go on."), "secretsbackup resume"
            )
        case Reason.ON_BATTERY:
            return Message(
                _("This machine runs on its battery{left}.").format(
                    left=_(" ({about} % left)").format(about=about) if about else ""
                )
            )
        case Reason.METERED:
            return Message(_("The network costs by the byte."))
        case Reason.OFFLINE:
            return Message(_("There is no network."))
        case Reason.SURGE:
            return Message(
                _("Unusually much is new{surge}.").format(surge=_surge(about)),
                _("Nothing was sent. Leave it out; or, if it is right, back up all the same."),
                "secretsbackup profile set --exclude PATTERN, secretsbackup backup --allow-surge",
            )
        case Reason.UPHEAVAL:
            return Message(
                _("Unusually many files are gone or changed{upheaval}.").format(upheaval=_upheaval(about)),
                _(
                    "A wrong disk, or somebody's doing? Nothing was sent, and no old backup is removed meanwhile. If it is right, back up all the same."
                ),
                "secretsbackup backup --allow-upheaval",
            )
        case Reason.NO_SNAPSHOT:
            return Message(
                _("There is no snapshot{at}.").format(at=_at(about, _(" as old as {about}"))),
                _("See which there are."),
                "secretsbackup snapshots",
            )
        case Reason.UNPROVEN:
            return Message(
                _("The newest backups{at} were never audited from this machine.").format(
                    at=_at(about, _(", those of {about}"))
                ),
                _("Make a backup first."),
                "secretsbackup backup",
            )
        case Reason.NOTHING_SENT:
            return Message(
                _("duplicity says that all is sent, but no new snapshot is at the destination."),
                _("What was there before is untouched; run it again."),
            )
        case Reason.VOLUME_MISSING:
            return Message(
                _("A part of the backup is missing at the destination{because}.").format(
                    because=_because(about)
                ),
                _("The next backup starts a new full one by itself: make it now."),
                "secretsbackup backup",
            )
        case Reason.VOLUME_CORRUPT:
            return Message(
                _("A part of the backup at the destination is damaged."),
                _("Restore another snapshot, and make a new full backup."),
                "secretsbackup backup --full",
            )
        case Reason.SNAPSHOT_UNSAFE:
            return Message(
                _(
                    "The backup would have written outside the folder it is restored to ({about}); it was stopped."
                ).format(about=about),
                _(
                    "Somebody has forged it, for this program saves no such links. Do not use what was restored, and find out who can write to the destination."
                ),
            )
        case Reason.PATH_NOT_FOUND:
            return Message(
                _("“{about}” is not in the snapshot.").format(about=about),
                _("Look for it by a part of its name."),
                "secretsbackup find TEXT",
            )
        case Reason.SAMPLE_DIFFERS:
            return Message(
                _("What was restored is not what was saved: {about}.").format(about=about),
                _("Make a new full backup now."),
                "secretsbackup backup --full",
            )
        case Reason.BUG:
            return Message(
                _("This is a mistake in this program ({about}).").format(about=about),
                _("Please report it with its log."),
                "secretsbackup log",
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
    return _("; installers/linux/run brings its own") if name == "duplicity" else ""


def _room(about: str) -> str:
    """Where there is no room, and how much is needed and free where that is known: PATH [NEEDED FREE]."""
    path, *amounts = about.rsplit(" ", 2)
    if len(amounts) == 2 and all(amount.isdigit() for amount in amounts):
        needed, free = (size(int(amount)) for amount in amounts)
        return _("{at} ({needed} are needed, {free} are free)").format(at=_at(path), needed=needed, free=free)
    return _at(about)


def _surge(about: str) -> str:
    """How much is new, and what the most of it is where one file is: NEW [LARGEST PATH]."""
    new, largest, path = (*about.split(" ", 2), "", "")[:3]
    if not new.isdigit():
        return ""
    of_it = (
        _(", {size} of it in “{path}”").format(size=size(int(largest)), path=path)
        if path and largest.isdigit()
        else ""
    )
    return f": {size(int(new))}{of_it}"


def _upheaval(about: str) -> str:
    """How many files: GONE CHANGED ALL."""
    counts = about.split(" ")
    if len(counts) != 3 or not all(count.isdigit() for count in counts):
        return ""
    gone, changed, every = (int(count) for count in counts)
    return _(" ({gone} gone and {changed} changed, of {files})").format(
        gone=gone, changed=changed, files=files(every)
    )


def _before(about: str) -> str:
    return _(" before {moment}").format(moment=_moment(about)) if about else _(" now")


def _until(about: str) -> str:
    return "" if not about or about.startswith("9999") else _(" until {moment}").format(moment=_moment(about))


def _moment(about: str) -> str:
    """A moment that a detail names, on this machine's clock."""
    try:
        return clock(datetime.fromisoformat(about))
    except ValueError:
        return about


def _at(about: str, said: str = "") -> str:
    return (said or _(" at {about}")).format(about=about) if about else ""


def _skew(seconds: str) -> str:
    """How far a clock is off, from seconds that it is ahead."""
    if not seconds.lstrip("-").isdigit():
        return ""
    ahead = int(seconds)
    return f" ({duration(abs(ahead))} {_('fast') if ahead > 0 else _('slow')})"


def finding(found: Finding) -> Message:  # noqa: PLR0912 - one closed list, told in one place
    """What the doctor found, and what to do."""
    about = found.detail
    match found.sign:
        case Sign.WORKS:
            return Message(_works(found.right, about))
        case Sign.TROUBLE:
            return (
                reason(found.why)
                if found.why
                else Message(_("{right} does not work.").format(right=found.right))
            )
        case Sign.ALLOWED:
            return Message(_("{right} is allowed.").format(right=found.right))
        case Sign.DENIED:
            return _denied(found)
        case Sign.UNTRIED:
            return Message(
                _("{right} could not be tried.").format(right=found.right),
                _("Mend what else is lacking, and try again."),
            )
        case Sign.WITHHELD:
            return Message(_("The key cannot {can}, as it should be.").format(can=_can(found)))
        case Sign.EXCESSIVE:
            return Message(
                _("The key can {can}, which no backup needs.").format(can=_can(found)),
                _("Give its user the policy that `secretsbackup policy iam` prints, and no other."),
            )
        case Sign.REGION_OTHER:
            return Message(
                _("The bucket is in the region {about}, which is not the profile's.").format(about=about),
                _(
                    "Give the profile the region {about}: every request takes a detour otherwise, if it arrives at all."
                ).format(about=about),
            )
        case Sign.CLOCK_OFF:
            return Message(
                _("This machine's clock is off{skew}.").format(skew=_skew(about)),
                _("Set it: S3 refuses one that is off by 15 minutes."),
            )
        case Sign.CHECKSUMS_REFUSED:
            return Message(
                _(
                    "The server refuses the checksums that newer S3 programs send ({about}); this one leaves them out."
                ).format(about=about),
                _(
                    "For plain duplicity: export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required"
                ),
            )
        case Sign.VERSIONED:
            return Message(
                _("Versioning is on: what is deleted or written over can be had back for a while.")
            )
        case Sign.NOT_VERSIONED:
            return Message(
                _("Versioning is off: what is deleted is gone."),
                _(
                    "Turn it on in the bucket's properties, with a lifecycle rule that ends old versions; then a stolen key cannot destroy the backups."
                ),
            )
        case Sign.PUBLIC_BLOCKED:
            return Message(_("Public access is blocked."))
        case Sign.PUBLIC_NOT_BLOCKED:
            return Message(
                _("Public access is not blocked."), _("Block all of it in the bucket's permissions.")
            )
        case Sign.PUBLIC_UNTOLD:
            return Message(
                _(
                    "This server does not say that it blocks public access; nothing is public unless you made it so."
                )
            )
        case Sign.ENCRYPTED:
            return Message(_("The server encrypts what it stores as well ({about}).").format(about=about))
        case Sign.NOT_ENCRYPTED:
            return Message(
                _(
                    "The server does not say that it encrypts what it stores; the backups are encrypted anyway."
                )
            )
        case Sign.TIDIED:
            return Message(_("A lifecycle rule ends unfinished uploads, and old versions if there are any."))
        case Sign.NOT_TIDIED:
            lacks = _(" and ").join(
                {"uploads": _("unfinished uploads"), "versions": _("old versions")}[word]
                for word in about.split()
            )
            return Message(
                _("No lifecycle rule ends {lacks}: they stay, and cost, for ever.").format(
                    lacks=lacks or _("what is left over")
                ),
                _("Add one for the prefix in the bucket's management; `secretsbackup policy iam` says how."),
            )
        case Sign.EXPIRING:
            return Message(
                _("A lifecycle rule{because} deletes the backups themselves after a while.").format(
                    because=_because(about)
                ),
                _("Take it off the prefix: this program removes old backups itself, and only whole chains."),
            )
        case Sign.FREEZING:
            return Message(
                _(
                    "A lifecycle rule{because} moves backups to Glacier, where they cannot be read at once."
                ).format(because=_because(about)),
                _(
                    "Take it off the prefix; use GLACIER_IR or STANDARD_IA as the profile's storage class instead."
                ),
            )
        case Sign.LOCKED:
            return Message(_("Object Lock is on{because}.").format(because=_because(about)))
        case Sign.NOT_LOCKED:
            return Message(_("Object Lock is off."))
        case Sign.UPLOADS_NONE:
            return Message(_("No upload was left unfinished."))
        case Sign.UPLOADS_LEFT:
            count, stored = map(int, about.split())
            return Message(
                ngettext(
                    "{count} unfinished upload holds {size} that cost and serve nothing.",
                    "{count} unfinished uploads hold {size} that cost and serve nothing.",
                    count,
                ).format(count=_grouped(count), size=size(stored)),
                _("Unless a backup goes on: secretsbackup doctor --end-uploads"),
            )
        case Sign.ROOM:
            return Message(_("There is room: {size} are free.").format(size=size(int(about))))
        case Sign.LITTLE_ROOM:
            return Message(
                _("There is little room: {size} are free.").format(size=size(int(about))),
                _("Make room, or choose a larger disk."),
            )
        case Sign.SAME_DISK:
            return Message(
                _("The backups lie on the same disk as {about}.").format(about=about),
                _("If that disk fails, both are lost: choose another disk, a host or a bucket."),
            )
        case _:
            assert_never(found.sign)


def _works(right: str, about: str) -> str:
    match right:
        case "programs":
            return _("The programs are there: {about}.").format(about=about)
        case "key":
            return _("Files can be encrypted to the key {about}.").format(about=about)
        case "keyring":
            return _("What opens the destination is there.")
        case "reach":
            return _("The server answers, and knows the key.")
        case "list":
            return _("It can be listed: {files}.").format(files=files(int(about or 0)))
        case "put":
            return _("It can be written, and what was written can be taken away.")
        case "region":
            return (
                _("The bucket is in {about}.").format(about=about)
                if about
                else _("The server has no regions of its own.")
            )
        case "checksums":
            return _("The server takes the checksums that newer S3 programs send.")
        case _:
            return _("{right} works.").format(right=right)


def _denied(found: Finding) -> Message:
    if found.statement is None:
        return Message(_("{right} is denied.").format(right=found.right))
    action = found.statement.action[0]
    need = "" if action in NEEDED else _(" Backups work without it; the doctor does not see what it would.")
    return Message(
        _("{right} is denied: {purpose}.").format(right=found.right, purpose=_purpose(action)),
        _("Grant {action} with this statement in the user's policy.{need}\n{text}").format(
            action=action, need=need, text=text(found.statement)
        ),
    )


def _purpose(action: Action) -> str:
    """What an action is good for, as what cannot be done without it."""
    match action:
        case Action.LIST:
            return _("what is there cannot be listed")
        case Action.GET:
            return _("nothing can be restored")
        case Action.PUT:
            return _("nothing can be backed up")
        case Action.DELETE:
            return _("old backups cannot be removed")
        case Action.ABORT:
            return _("an upload that failed cannot be cleared away, and costs")
        case Action.PARTS | Action.UPLOADS:
            return _("unfinished uploads cannot be seen")
        case (
            Action.LOCATION
            | Action.VERSIONING
            | Action.LIFECYCLE
            | Action.PUBLIC_ACCESS
            | Action.ENCRYPTION
            | Action.LOCK
        ):
            return _("that setting of the bucket cannot be seen")
        case _:
            assert_never(action)


def _can(found: Finding) -> str:
    match Excess(found.right):
        case Excess.LIST_BUCKETS:
            others = int(found.detail or 0)
            return (
                ngettext("list {count} other bucket", "list {count} other buckets", others).format(
                    count=_grouped(others)
                )
                if others
                else _("list other buckets")
            )
        case Excess.LIST_OUTSIDE:
            return _("list what lies outside of the prefix")
        case Excess.GET_OUTSIDE:
            return _("read what lies outside of the prefix")
        case Excess.PUT_OUTSIDE:
            return _("write outside of the prefix")
        case Excess.DELETE_VERSIONS:
            return _("delete old versions for good, against which versioning is meant to protect")
        case Excess.MANAGE_USERS:
            return _("look at the account's users, as administrators do")
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
            return Message(_("{name}{about}: was there already.").format(name=name, about=about))
        case How.REFUSED:
            return Message(
                _("{name}: this key may not set it{about}.").format(name=name, about=about),
                _("Set it by hand, or do it again with a key that may."),
            )
        case How.TAKEN_BACK:
            return Message(
                _("{name}: taken back.").format(name=name),
                _("With it this server refused every put; it does not bear it."),
            )
        case How.SPARED:
            return Message(
                _("{name}: left as it is.").format(name=name),
                _("The bucket holds other things too; set it by hand if they bear it."),
            )
        case How.UNKNOWN_THERE if done.part is Part.USER:
            return Message(
                _(
                    "This server makes no users for us: the key that you gave is the one that is used and kept."
                ),
                _(
                    "If it may do more than back up: make a user with the server's own tools, give it what `secretsbackup policy bucket` prints, and store its key instead."
                ),
            )
        case How.UNKNOWN_THERE:
            return Message(
                _("{name}: this server does not know of it{about}.").format(name=name, about=about)
            )
        case How.REMOVED:
            return Message(_("{name}: removed.").format(name=name))
        case How.KEPT:
            said = reason(done.why) if done.why else Message("")
            return Message(
                _("{name}: not removed. {title}").format(name=name, title=said.title).strip(), said.advice
            )
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
        _("the bucket {bucket}").format(bucket=so_far.destination.bucket): so_far.bucket,
        _("the lifecycle rule “{rule}”").format(rule=so_far.rule): so_far.rule and not so_far.bucket,
        _("the user {user}").format(user=so_far.user): so_far.user,
        _("the access key {key_id}").format(key_id=so_far.key_id): so_far.key_id,
        _("that key in the keyring, for the profile “{profile}”").format(
            profile=so_far.profile
        ): so_far.stored,
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


def _weekday_named(name: str) -> str:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return _weekday(datetime(2024, 1, 1 + days.index(name.lower())))  # noqa: DTZ001 - a Monday, and on


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
            return _("Every {day} at {at}").format(day=_weekday_named(day), at=at)
        case _:
            assert_never(rhythm)
