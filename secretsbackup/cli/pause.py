"""secretsbackup pause and resume: make no backup by itself for a while."""

from datetime import UTC, datetime

from secretsbackup import words
from secretsbackup.cli import arguments, output
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.store.home import Home


async def pause(options: Options, home: Home) -> int:
    """Make no backup by itself for a while."""
    from secretsbackup.store import pause as pauses

    now = datetime.now(UTC)
    until = now + arguments.span(options.span) if options.span else arguments.time(options.until)
    if until and until <= now:
        raise Failure(causes.TimePast(until))
    for profile in arguments.all_or_one(home, options):
        pauses.pause(home, profile.name, until or pauses.UNTIL_RESUMED)
        if options.json:
            output.line({"profile": profile.name, "paused_until": until})
        else:
            print(f"“{profile.name}” is paused until {words.clock(until) if until else 'you resume it'}.")
    return 0


async def resume(options: Options, home: Home) -> int:
    """End a pause."""
    from secretsbackup.store import pause as pauses

    for profile in arguments.all_or_one(home, options):
        pauses.resume(home, profile.name)
        if options.json:
            output.line({"profile": profile.name, "paused_until": None})
        else:
            print(f"“{profile.name}” backs up automatically again.")
    return 0
