"""Commands that run: backup, restore, verify, demo."""

from pathlib import Path

from secretsbackup.cli import asking, choosing
from secretsbackup.cli.choosing import Options
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.store.home import Home


async def backup(options: Options, home: Home) -> int:
    """Back up now."""
    from secretsbackup.cli import follow
    from secretsbackup.operations import backup as operation

    wish = operation.Wish(full=options.full, even_if_empty=options.even_if_empty, adopt=options.adopt)
    profile = choosing.one(home, options)
    ended = await follow.run(operation.recipe(wish), Verb.BACKUP, profile, home, json=options.json)
    return follow.status(ended)


async def restore(options: Options, home: Home) -> int:
    """Restore into a new folder."""
    from secretsbackup.cli import follow
    from secretsbackup.operations import restore as operation

    profile, paths = choosing.one_and_paths(home, options)
    parent = options.to
    if not parent and options.ask_where:
        parent = asking.ask("In which folder shall the restored one be made?", str(Path.cwd()))
    if not parent:
        raise Failure(Reason.PROFILE_INVALID, "Say where: secretsbackup restore --to PARENT")
    wish = operation.Wish(
        to=Path(parent).expanduser().absolute(), paths=tuple(paths), at=choosing.time(options.at)
    )
    ended = await follow.run(operation.recipe(wish), Verb.RESTORE, profile, home, json=options.json)
    return follow.status(ended)


async def verify(options: Options, home: Home) -> int:
    """Audit, restore a sample, compare."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.verify import verify as recipe

    profile = choosing.one(home, options)
    return follow.status(await follow.run(recipe, Verb.VERIFY, profile, home, json=options.json))


async def demo(options: Options, _: Home) -> int:
    """Show a whole round trip."""
    from secretsbackup.cli import demonstration

    return await demonstration.show(options.keep, json=options.json)
