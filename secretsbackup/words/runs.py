"""What a run does, and how it ended."""

from typing import assert_never

from secretsbackup.model.event import (
    ChainLost,
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
    Skipped,
    Summary,
)
from secretsbackup.words.causes import reason
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import duration, files, number, size
from secretsbackup.words.warnings import warning


def step(which: Step) -> str:
    """The name of a step."""
    match which:
        case Step.CHECK:
            return _("Check")
        case Step.COLLECT:
            return _("Collect")
        case Step.SEND:
            return _("Send")
        case Step.FETCH:
            return _("Download")
        case Step.COMPARE:
            return _("Compare")
        case Step.AUDIT:
            return _("Audit")
        case Step.RECORD:
            return _("Record")
        case Step.TIDY:
            return _("Clean up")
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
            return _("Removing old backups")
        case _:
            assert_never(verb)


def working(which: Step) -> str:
    """What is being done in a step."""
    match which:
        case Step.CHECK:
            return _("Checking")
        case Step.COLLECT:
            return _("Collecting")
        case Step.SEND:
            return _("Sending")
        case Step.FETCH:
            return _("Downloading")
        case Step.COMPARE:
            return _("Comparing")
        case Step.AUDIT:
            return _("Auditing")
        case Step.RECORD:
            return _("Recording")
        case Step.TIDY:
            return _("Cleaning up")
        case _:
            assert_never(which)


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
    return {"files": _("files"), "volumes": _("archives"), "places": _("places")}.get(name, name)


def outcome(ended: Outcome, verb: Verb) -> Message:
    """How a run ended."""
    match ended:
        case Completed(summary=summary, warnings=warnings):
            return _completed(summary, warnings, verb)
        case Skipped(causes=causes):
            told = [reason(cause) for cause in causes]
            advice = " ".join(dict.fromkeys(message.advice for message in told))
            return Message(
                _("Skipped: {reasons}").format(reasons=" ".join(message.title for message in told)), advice
            )
        case Cancelled(by=by):
            return Message(
                _("Cancelled by {by}.").format(by=_by(by)),
                _("Nothing is lost. The next run continues where this one stopped."),
            )
        case Failed(cause=cause):
            return reason(cause)
        case Interrupted():
            return Message(
                _("Interrupted: the computer or the program was stopped."),
                _("Nothing is lost. The next run continues where this one stopped."),
            )
        case _:
            assert_never(ended)


def _by(who: str) -> str:
    """Who stopped a run, which its journal tells in the same words whatever is spoken."""
    return {
        YOU: _("you"),
        CTRL_C: _("you (Ctrl-C)"),
        SYSTEM: _("the system"),
        TERMINAL_END: _("the terminal closing"),
        PROGRAM_END: _("the program quitting"),
        PROGRAM: _("the program"),
    }.get(who, who)


def _completed(summary: Summary, warnings: int, verb: Verb) -> Message:
    amount = f"{files(summary.files)}, {size(summary.bytes)}"
    match verb:
        case Verb.BACKUP if not summary.changed:
            title = _("Nothing changed; {amount} are safe.").format(amount=amount)
        case Verb.BACKUP if not summary.files:
            title = _("Backed up; no new files ({stored} at the destination).").format(
                stored=size(summary.stored)
            )
        case Verb.BACKUP if summary.first:
            title = _(
                "Backed up {amount} ({stored} at the destination). It was the first backup there, so a full one."
            ).format(amount=amount, stored=size(summary.stored))
        case Verb.BACKUP:
            title = _("Backed up {amount} ({stored} at the destination).").format(
                amount=amount, stored=size(summary.stored)
            )
        case Verb.RESTORE if summary.host:
            title = _("Restored {amount} into {folder}. The backup was made on {host}.").format(
                amount=amount, folder=summary.folder, host=summary.host
            )
        case Verb.RESTORE:
            title = _("Restored {amount} into {folder}.").format(amount=amount, folder=summary.folder)
        case Verb.PRUNE if not summary.changed:
            title = _("Nothing to remove.")
        case Verb.PRUNE:
            title = _("Removed {files} at the destination ({size}).").format(
                files=files(summary.files), size=size(summary.bytes)
            )
        case Verb.VERIFY:
            title = _(
                "Verified: nothing is missing at the destination, and {amount} were restored and match."
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


def result(ended: Outcome, verb: Verb) -> str:
    """How a run ended, in a few words for a list: 38 files, 12 MB."""
    match ended:
        case Completed(summary=summary) if verb is Verb.BACKUP and not summary.changed:
            return _("nothing changed")
        case Completed(summary=summary) if verb is Verb.BACKUP and not summary.files:
            return _("no new files")
        case Completed(summary=summary):
            amount = f"{files(summary.files)}, {size(summary.bytes)}"
            return {Verb.RESTORE: _("restored {amount}"), Verb.VERIFY: _("verified {amount}")}.get(
                verb, "{amount}"
            ).format(amount=amount)
        case Skipped() | Failed():
            return outcome(ended, verb).title
        case Cancelled(by=by):
            return _("cancelled by {by}").format(by=_by(by))
        case Interrupted():
            return _("interrupted")
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
            return Message(again(), outcome(ended, verb).title)
        case _:
            return None


def _ending(status: int | None) -> str:
    return _("it did not finish") if status is None else str(status)


def again() -> str:
    """What is said of the first good run after one that failed."""
    return _("Backups are working again.")


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
            return _("Backup {snapshot} ({kind}, {volumes}, {stored})").format(
                snapshot=snapshot,
                kind=_("full") if kind == "full" else _("changes"),
                volumes=number(volumes, "archive", "archives"),
                stored=size(stored),
            )
        case ChainLost(chain=chain, how="damaged"):
            return _(
                "The backup series that started {chain} is damaged. New backups do not build on it."
            ).format(chain=chain)
        case ChainLost(chain=chain):
            return _("The backup series that started {chain} is old and is being removed.").format(
                chain=chain
            )
        case HookRan(hook="before", status=status):
            return _("Your command before the backup: {ending}").format(ending=_ending(status))
        case HookRan(status=status):
            return _("Your command after the backup: {ending}").format(ending=_ending(status))
        case RunEnded(outcome=ended):
            return str(outcome(ended, verb))
        case StepStarted() | Progressed():
            return ""
        case _:
            assert_never(moment.event)


def took_too_long(seconds: float) -> str:
    """What is said of a user's command that was ended."""
    return _("It ran longer than {span} and was stopped.").format(span=duration(seconds))


def no_program(name: str) -> str:
    """What is said of a user's command that is not there, or that nobody made executable."""
    return _("{name} was not found or is not executable.").format(name=name)


def measured(summary: Summary) -> str:
    """What a verification restored, and how fast: 25 files, 3 MB; 250 MB fetched in 12 s, 20.8 MB/s."""
    told = f"{files(summary.files)}, {size(summary.bytes)}"
    if not summary.stored or not summary.seconds:
        return told
    return _("{amount}; {stored} downloaded in {span}, {rate}/s").format(
        amount=told,
        stored=size(summary.stored),
        span=duration(summary.seconds),
        rate=size(round(summary.stored / summary.seconds)),
    )
