"""How safe a profile is: one honest sentence, the same wherever it stands, and what it is made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import msgspec

from secretsbackup.model.automatic_start import Starter, Unstarted
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Failed
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import About, Concern, Level, Status, at_work, level, unaccepted
from secretsbackup.words.causes import reason
from secretsbackup.words.language import _, ngettext
from secretsbackup.words.quantities import about, capital, files, grouped, number
from secretsbackup.words.runs import doing, progress, working
from secretsbackup.words.schedules import pause
from secretsbackup.words.times import ago, day, when
from secretsbackup.words.warnings import left_out


def health(status: Status, now: datetime) -> str:
    """One honest sentence on how safe a profile is: the same in the window, the tray and a terminal."""
    if at_work(status, now):
        return running(status)
    tried = status.last is not None  # what came of it says more than that there is no backup
    open_ones = [one for one in unaccepted(status, now) if not (tried and one.about is About.NEVER)]
    but = "; ".join(concern(one, now) for one in open_ones)
    not_now = _not_now(status, open_ones)
    match level(status, now):
        case Level.PROTECTED if status.safe_as_of:
            return _("Everything safe as of {when}.").format(when=when(status.safe_as_of, now)) + not_now
        case Level.ATTENTION if status.safe_as_of:
            safe = _("Safe as of {when}, but {but}.").format(when=when(status.safe_as_of, now), but=but)
            return safe + not_now
        case Level.ATTENTION if status.memory:
            return _("Status unknown: {but}.").format(but=but) + not_now
        case _ if but and but != _("there is no backup yet"):
            return _("Not protected: {but}.").format(but=but) + not_now
        case _:
            return _("Not protected: there is no backup yet.")


def _not_now(status: Status, told: Sequence[Concern]) -> str:
    """Why there is no newer one, where that is worth a word and is not told as a concern."""
    known = {cause for one in told for cause in one.cause}
    new = [cause for cause in status.waiting if cause not in known]
    return _(" Since then: {reason}").format(reason=reason(new[0]).title) if new else ""


def concern(one: Concern, now: datetime) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """What is not as it should be, to stand in the middle of a sentence."""
    match one.about:
        case About.NEVER:
            return _("there is no backup yet") + _because(one)
        case About.DAMAGED | About.FAILED | About.MEMORY:
            return _short(one.cause)
        case About.ANSWER_WANTED:
            return _("{reasons}; waiting for your confirmation").format(reasons=_short(one.cause))
        case About.INTERRUPTED:
            return _("the last run was interrupted (the next one continues)")
        case About.SILENT:
            since = when(one.when, now) if one.when else ""
            return _("the current run has not responded since {when}; stop it").format(when=since)
        case About.LONG_AGO | About.OVERDUE:
            since = day(one.when, now) if one.when else ""
            return _("no backup since {day}").format(day=since) + _because(one)
        case About.LEFT_OUT:
            told = [left_out(caution, count) for caution, count in one.counts]
            return ", ".join(told) or number(one.number, "warning", "warnings")
        case About.NOT_PROVEN if one.cause and one.when is None:
            return _("the last verification failed: {reasons}").format(reasons=_short(one.cause))
        case About.NOT_PROVEN:
            days = (now - one.when).days if one.when else 0
            return ngettext(
                "not verified for {count} day{because}",
                "not verified for {count} days{because}",
                days,
            ).format(count=grouped(days), because=_because(one))
        case About.KIT_NOT_SAVED:
            return _("the recovery kit is not saved")
        case About.KIT_OUTDATED:
            return _("your recovery kit cannot open the newest backups")
        case About.KEY_EXPIRES:
            days = (one.when - now).days if one.when else 0
            return (
                ngettext("the key expires in {count} day", "the key expires in {count} days", days).format(
                    count=grouped(days)
                )
                if one.when and one.when > now
                else _("the key has expired")
            )
        case About.NOT_STARTED:
            return _unstarted(one.unstarted)
        case About.SAME_DISK:
            return _("the backups are on the same disk as your files")
        case _:
            assert_never(one.about)


def _unstarted(cause: Unstarted | None) -> str:
    match cause:
        case Unstarted.NOTHING | None:
            return _("backups do not start after a restart")
        case Unstarted.MOVED:
            return _("this program has moved, so backups do not start after a restart")
        case Unstarted.STOPPED:
            return _("the system timer is not running, so backups do not start")
        case Unstarted.LOGGED_OUT:
            return _("backups run only while you are logged in")
        case _:
            assert_never(cause)


def _because(one: Concern) -> str:
    return f": {_short(one.cause)}" if one.cause else ""


def _short(cause: tuple[Cause, ...]) -> str:
    """The titles of reasons, to stand in the middle of a sentence."""
    titles = [reason(one).title.rstrip(".") for one in cause]
    return "; ".join(one[0].lower() + one[1:] if one.split()[0].istitle() else one for one in titles)


def to_type(one: Concern) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """What does something about a concern in a terminal; empty where nothing does at once."""
    match one.about:
        case About.NEVER:
            return _("Back up: {command}").format(command="secretsbackup backup")
        case About.ANSWER_WANTED:
            return _("If it is correct: {command}").format(command="secretsbackup backup --yes")
        case About.LEFT_OUT:
            return _("Show them: {command}").format(command="secretsbackup log")
        case About.NOT_PROVEN:
            return _("Verify: {command}").format(command="secretsbackup verify")
        case About.KIT_NOT_SAVED:
            return _("Save it: {command}").format(command="secretsbackup kit --out FOLDER")
        case About.KIT_OUTDATED:
            return _("Save it again: {command}").format(command="secretsbackup kit --out FOLDER")
        case About.KEY_EXPIRES:
            return _("Extend the key: {command}").format(command="secretsbackup key extend")
        case About.FAILED | About.DAMAGED | About.MEMORY:
            return reason(one.cause[0]).in_terminal if one.cause else ""
        case About.NOT_STARTED if one.unstarted is Unstarted.LOGGED_OUT:
            return _("Run them without a login: {command}").format(command="secretsbackup timer on")
        case About.NOT_STARTED:
            commands = "secretsbackup timer on", "secretsbackup accept"
            told = _("Turn them on: {command}. If you start them another way: {other}")
            return told.format(command=commands[0], other=commands[1])
        case About.SAME_DISK:
            told = _("Use another disk, a host or a bucket. To keep using this disk: {command}")
            return told.format(command="secretsbackup accept")
        case About.INTERRUPTED | About.SILENT | About.OVERDUE | About.LONG_AGO:
            return ""
        case _:
            assert_never(one.about)


def status_line(status: Status, now: datetime, next_run: datetime | None, paused: datetime | None) -> str:
    """A profile's state in one line, for a tooltip: Backed up 2 hours ago · next at 18:00.

    Where all is not well it is the very sentence of the window.
    """
    if at_work(status, now):
        return running(status)
    safe = status.safe_as_of if level(status, now) is Level.PROTECTED else None
    told = _("Backed up {ago}").format(ago=ago(safe, now)) if safe else health(status, now).rstrip(".")
    if paused and paused > now:
        return f"{told} · {pause(paused, now)}"
    return _("{told} · next at {when}").format(told=told, when=when(next_run, now)) if next_run else told


_TIP = 60
"""Characters that a tooltip has at most."""


def tip(status: Status, now: datetime, next_run: datetime | None, paused: datetime | None) -> str:
    """A profile's state for a tooltip: where all is well when the next run begins, else what is worst."""
    well = at_work(status, now) or level(status, now) is Level.PROTECTED
    told = status_line(status, now, next_run, paused) if well else ""
    return told if told and len(told) <= _TIP else capital(brief(status, now, paused))


def tip_of(profile: ProfileName, told: str, more: int) -> str:
    """The tooltip of all profiles: the one that is worst off, and how many there are besides."""
    if not more:
        return _cut(told, _TIP)
    besides = ngettext(" (and {count} more)", " (and {count} more)", more).format(count=more)
    return _cut(f"{profile}: {told}", _TIP - len(besides)) + besides


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def short(status: Status, now: datetime) -> str:
    """The headline of a window: the whole sentence where that is short; else the rest stands below it."""
    whole = health(status, now)
    if len(whole) <= _HEADLINE or at_work(status, now):
        return whole
    if status.safe_as_of and level(status, now) is Level.ATTENTION:
        things = number(len(unaccepted(status, now)), "thing", "things")
        return _("Safe as of {when}, with {things} to look at.").format(
            when=when(status.safe_as_of, now), things=things
        )
    return _("Not protected.")


_HEADLINE = 60
"""Characters: some eight words."""


def brief(status: Status, now: datetime, paused: datetime | None) -> str:
    """A profile's state in three words: safe as of 14:02."""
    if at_work(status, now):
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


def _in_brief(one: Concern) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """A concern in two or three words, for a narrow list."""
    match one.about:
        case About.NEVER | About.FAILED:
            return _("failed")
        case About.DAMAGED:
            return _("damaged")
        case About.LONG_AGO | About.OVERDUE:
            return _("overdue")
        case About.MEMORY:
            return _("not known")
        case About.INTERRUPTED:
            return _("interrupted")
        case About.SILENT:
            return _("not responding")
        case About.ANSWER_WANTED:
            return _("confirmation needed")
        case About.LEFT_OUT:
            return number(one.number, "warning", "warnings")
        case About.NOT_PROVEN:
            return _("not verified")
        case About.KIT_NOT_SAVED:
            return _("kit not saved")
        case About.KIT_OUTDATED:
            return _("kit out of date")
        case About.KEY_EXPIRES:
            return _("key expires")
        case About.NOT_STARTED:
            return _("not automatic")
        case About.SAME_DISK:
            return _("on the same disk")
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


def proven(status: Status, now: datetime) -> str:
    """When it was last proven that it can be restored, and how long that would take; empty if never."""
    if status.proven is None:
        return ""
    told = _("Test restore passed {ago}: {files} compared").format(
        ago=ago(status.proven, now), files=files(status.proven_files)
    )
    if not status.whole_seconds:
        return told
    takes = about(status.whole_seconds)
    return _("{proven}; a full restore takes about {span}").format(proven=told, span=takes)


def proving(status: Status) -> str:
    """How often it is proven by itself."""
    if status.unasked:
        told = reason(status.unasked)
        return _("Automatic verification does not run: {why} {advice}").format(
            why=told.title, advice=told.advice
        )
    days = status.verify_every
    if not days:
        return _("Automatic verification is off. Turn it on in “Edit backup”.")
    if days == 1:
        return _("Automatic verification runs every day.")
    return _("Automatic verification runs every {count} days.").format(count=days)


def automatically() -> str:
    """What is offered where nothing starts backups yet."""
    return _("Back up automatically, even after a restart")


def automatic(starter: Starter) -> str:
    """What starts backups by itself, once it is turned on."""
    match starter:
        case Starter.TRAY:
            return _("Secrets Backup starts when you log in, and backs up on schedule.")
        case Starter.TIMER:
            return _("The system timer starts backups on schedule.")
        case _:
            assert_never(starter)


def overdue(profile: ProfileName) -> str:
    """The title of the alarm about a profile that was silent too long."""
    return _("No backup of “{profile}”").format(profile=profile)


def unwatched() -> str:
    """The title of the alarm where nobody can say how safe anything is."""
    return _("No automatic backups")


def failed(profile: ProfileName) -> str:
    """The subject of a letter about a backup that failed."""
    return _("Backup of “{profile}” failed").format(profile=profile)


def recovered(profile: ProfileName) -> str:
    """The subject of a letter to whoever had one about a failure."""
    return _("“{profile}” is backed up again").format(profile=profile)
