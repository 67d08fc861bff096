"""secretsbackup prune: remove what the profile does not keep, or say what would go."""

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model.event import Verb
from secretsbackup.store.home import Home


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
        print(f"would remove: {chain.snapshots[0].stamp}, {count}, {words.size(chain.size)}")
    for name in plan.debris:
        print(f"would remove: {name}")
    if plan.uploads:
        print(f"would remove: {words.number(plan.uploads, 'unfinished upload', 'unfinished uploads')}")
    if plan.held_back:
        message = words.reason(plan.held_back)
        output.say(f"Nothing would be removed: {message.title}", message.in_terminal)
    stay = words.number(len(plan.kept), "backup series", "backup series")
    print(f"{stay} would stay; {words.size(plan.freed)} would be freed.")
    return 0
