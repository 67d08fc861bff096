"""secretsbackup backup: back up now, or what is due."""

import sys
from datetime import UTC, datetime

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model.backup_options import Allowed, BackupOptions
from secretsbackup.model.due import Due
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Cancelled, Failure
from secretsbackup.model.profile import Profile
from secretsbackup.store import language_setting
from secretsbackup.store.home import Home
from secretsbackup.words.language import set_language


async def backup(options: Options, home: Home) -> int:
    """Back up now."""
    from secretsbackup.cli import confirmations, follow
    from secretsbackup.operations.backup import backup as operation

    if options.due:
        return await _what_is_due(options, home)
    await _repair_timer()
    allowed = Allowed(options.allow_large or options.yes, options.allow_many_changes or options.yes)
    chosen = BackupOptions(
        full=options.full, allow_empty=options.allow_empty, adopt=options.adopt, allowed=allowed
    )
    profile = arguments.one(home, options)
    opened_by = await prompts.opened_by(profile)
    while True:
        ended = await follow.run(
            operation.recipe(chosen), Verb.BACKUP, profile, home, json=options.json, opened_by=opened_by
        )
        answer = None if options.json else await confirmations.answered(ended, profile, home)
        if answer is None:
            return follow.status(ended)
        profile, more = answer
        allowed = Allowed(
            chosen.allowed.large or more.large, chosen.allowed.many_changes or more.many_changes
        )
        chosen = msgspec.structs.replace(chosen, allowed=allowed)


async def _what_is_due(options: Options, home: Home) -> int:
    """Back up and verify every profile that is due, for cron and systemd: no word while all is well."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.backup import backup as operation
    from secretsbackup.operations.setup import automatic_start
    from secretsbackup.operations.verify.verify import verify as verification
    from secretsbackup.operations.watch import alarms, schedule

    if not sys.stdin.isatty():
        automatic_start.called(home)
    set_language(language_setting.chosen(home))  # an alarm and a letter are for whom the desktop speaks to
    for alarm in await alarms.watch(home):
        if not alarm.told:  # cron sends a letter of it, systemd has it in its journal
            output.say(f"{alarm.title}: {alarm.text}")
    told = follow.Verbosity.ALL if options.verbose else follow.Verbosity.TROUBLE
    statuses: list[int] = []
    for verb, look, recipe in (
        (Verb.BACKUP, schedule.look, operation.recipe()),
        (Verb.VERIFY, schedule.look_for_verification, verification),
    ):
        for profile in arguments.all_or_one(home, options):
            verdict = await look(profile, home, datetime.now(UTC))
            if not verdict.now:
                _tell_not_due(profile, verb, verdict, options)
                continue
            try:
                ended = await follow.run(recipe, verb, profile, home, json=options.json, told=told)
            except Failure as failure:  # not even its journal could be begun; the other profiles still can
                statuses.append(output.failed(failure, json=options.json))
                continue
            statuses.append(follow.status(ended))
            if isinstance(ended, Cancelled):
                return _gravest(statuses)
    return _gravest(statuses)


def _gravest(statuses: list[int]) -> int:
    return min(statuses, key=lambda status: _GRAVEST.get(status, 1), default=75)


_GRAVEST = {4: 0, 1: 1, 3: 2, 0: 3, 75: 4}
"""Of several exit statuses, the one that counts."""


def _tell_not_due(profile: Profile, verb: Verb, verdict: Due, options: Options) -> None:
    if options.json:
        told = {"due": False, "next_run": verdict.at, "against": verdict.against}
        output.line({"profile": profile.name, "verb": verb, **told})
    elif options.verbose:
        reasons = " ".join(words.reason(cause).title for cause in verdict.against)
        about = "" if verb is Verb.BACKUP else f", {verb}"
        output.say(f"{profile.name}{about}: {reasons}")


async def _repair_timer() -> None:
    """The timer of a program that was moved starts nothing; the first start from the new place repairs it."""
    from secretsbackup.tools import timer

    try:
        if await timer.repair():
            output.say("The program has moved; the timer was updated.")
    except (Failure, OSError):
        return
