"""secretsbackup verify: restore a sample as a new computer would, and compare it."""

from secretsbackup.cli import arguments, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model.event import Verb
from secretsbackup.store.home import Home


async def verify(options: Options, home: Home) -> int:
    """Audit, restore a sample, compare."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.verify.verify import verify as recipe

    profile = arguments.one(home, options)
    await prompts.refuse_unwanted(profile)
    opened_by = await prompts.opened_by(profile)
    ended = await follow.run(recipe, Verb.VERIFY, profile, home, json=options.json, opened_by=opened_by)
    return follow.status(ended)
