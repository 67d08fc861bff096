"""secretsbackup open, and secretsbackup alone: the window, or how to begin."""

from secretsbackup.cli import output, status
from secretsbackup.cli.arguments import Options
from secretsbackup.store import profiles
from secretsbackup.store.home import Home


async def open(_options: Options, _home: Home) -> int:  # noqa: A001 - the word that people type
    """Only reached where no window can be shown."""
    output.say("There is no screen to open a window on.", "See `secretsbackup status`.")
    return 1


async def welcome(options: Options, home: Home) -> int:
    """Without a command: how safe one is, or where to begin."""
    if profiles.load(home):
        options.name = None
        return await status.status(options, home)
    print("Secrets Backup keeps what you can't lose: encrypted, incremental, off-site.\n")
    print("  secretsbackup demo    see it work, with temporary files and a temporary key")
    print("  secretsbackup init    set up your own backup")
    print("  secretsbackup --help  everything else")
    return 0
