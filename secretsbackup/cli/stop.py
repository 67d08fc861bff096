"""secretsbackup stop: stop a run of another process."""

from secretsbackup.cli import arguments, output
from secretsbackup.cli.arguments import Options
from secretsbackup.store.home import Home


async def stop(options: Options, home: Home) -> int:
    """Stop what another process does, the tray or a timer's."""
    from secretsbackup.operations.watch.stop import stop as stopping

    for profile in arguments.all_or_one(home, options):
        stopped = await stopping(home, profile.name)
        if options.json:
            output.line({"profile": profile.name, "stopped": stopped})
        else:
            done = f"The run of “{profile.name}” was stopped."
            print(done if stopped else f"“{profile.name}” is not running.")
    return 0
