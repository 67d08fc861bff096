"""Commands that run: backup, verify, stop, prune, demo."""

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
from secretsbackup.words.language import speak


async def backup(options: Options, home: Home) -> int:
    """Back up now."""
    from secretsbackup.cli import confirmations, follow
    from secretsbackup.operations.backup import backup as operation

    if options.due:
        return await _what_is_due(options, home)
    await _mend_timer()
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
    """Back up and prove every profile that is due, for cron and systemd: no word while all is well."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.backup import backup as operation
    from secretsbackup.operations.setup import automatic_start
    from secretsbackup.operations.verify.verify import verify as drill
    from secretsbackup.operations.watch import alarms, schedule

    if not sys.stdin.isatty():
        automatic_start.called(home)
    speak(language_setting.chosen(home))  # an alarm and a letter are for whom the desktop speaks to
    for alarm in await alarms.watch(home):
        if not alarm.told:  # cron sends a letter of it, systemd has it in its journal
            output.say(f"{alarm.title}: {alarm.text}")
    told = follow.Told.ALL if options.verbose else follow.Told.TROUBLE
    statuses: list[int] = []
    for verb, look, recipe in (
        (Verb.BACKUP, schedule.look, operation.recipe()),
        (Verb.VERIFY, schedule.look_for_drill, drill),
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
        reasons = " ".join(words.reason(why).title for why in verdict.against)
        about = "" if verb is Verb.BACKUP else f", {verb}"
        output.say(f"{profile.name}{about}: {reasons}")


async def _mend_timer() -> None:
    """The timer of a program that was moved starts nothing; the first start from the new place mends it."""
    from secretsbackup.tools import timer

    try:
        if await timer.repair():
            output.say("The timer is mended: this program has moved.")
    except (Failure, OSError):
        return


async def verify(options: Options, home: Home) -> int:
    """Audit, restore a sample, compare."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.verify.verify import verify as recipe

    profile = arguments.one(home, options)
    await prompts.refuse_unwanted(profile)
    opened_by = await prompts.opened_by(profile)
    ended = await follow.run(recipe, Verb.VERIFY, profile, home, json=options.json, opened_by=opened_by)
    return follow.status(ended)


async def stop(options: Options, home: Home) -> int:
    """Stop what another process does, the tray or a timer's."""
    from secretsbackup.operations.watch.stop import stop as stopping

    for profile in arguments.all_or_one(home, options):
        stopped = await stopping(home, profile.name)
        if options.json:
            output.line({"profile": profile.name, "stopped": stopped})
        else:
            done = f"The run of “{profile.name}” is stopped."
            print(done if stopped else f"No run of “{profile.name}” goes on.")
    return 0


async def prune(options: Options, home: Home) -> int:
    """Remove what is too old, or say what would go."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.repository import prune as operation

    profile = arguments.one(home, options)
    opened_by = await prompts.opened_by(profile)
    if not options.dry_run:
        ended = await follow.run(
            operation.prune, Verb.PRUNE, profile, home, json=options.json, opened_by=opened_by
        )
        return follow.status(ended)
    plan = await operation.preview(profile, home, opened_by)
    if options.json:
        output.line(plan)
        return 0
    for chain in plan.old:
        count = words.number(len(chain.snapshots), "snapshot", "snapshots")
        print(f"would go: {chain.snapshots[0].stamp}, {count}, {words.size(chain.size)}")
    for name in plan.debris:
        print(f"would go: {name}")
    if plan.uploads:
        print(f"would end: {words.number(plan.uploads, 'unfinished upload', 'unfinished uploads')}")
    if plan.held_back:
        message = words.reason(plan.held_back)
        output.say(f"Nothing would go: {message.title}", message.in_terminal)
    stay = words.number(len(plan.kept), "backup series", "backup series")
    print(f"{stay} would stay; {words.size(plan.freed)} would be freed.")
    return 0


async def demo(options: Options, _: Home) -> int:
    """Show a whole round trip."""
    from secretsbackup.cli import demonstration

    return await demonstration.show(options.keep, json=options.json)
