"""Commands about what happens by itself: pause, resume, timer."""

import getpass
import shlex
from datetime import UTC, datetime

from secretsbackup import words
from secretsbackup.cli import arguments, output
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.outcome import Failure
from secretsbackup.store.home import Home


async def pause(options: Options, home: Home) -> int:
    """Make no backup by itself for a while."""
    from secretsbackup.store import pause as pauses

    now = datetime.now(UTC)
    until = now + arguments.span(options.span) if options.span else arguments.time(options.until)
    if until and until <= now:
        raise Failure(causes.ProfileInvalid(f"{words.clock(until)} is past."))
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
            print(f"“{profile.name}” goes on by itself.")
    return 0


async def timer(options: Options, _: Home) -> int:
    """Have the system look for what is due, or not, or say whether it does."""
    from secretsbackup.tools import timer as timers

    match options.switch:
        case "on":
            now = await timers.switch_on()
        case "off":
            await timers.switch_off()
            now = await timers.state()
        case _:
            if await timers.repair():
                output.say("The timer is mended: this program has moved.")
            now = await timers.state()
    if options.json:
        output.line(now)
        return 0
    print("The timer is on: every 15 minutes what is due is backed up." if now.on else "The timer is off.")
    if now.on and now.running is not True:
        output.say(
            "It is not running now.",
            "It begins with your next login. Without systemd, put this into your crontab (crontab -e): "
            f"*/15 * * * * {shlex.join(timers.command())}",
        )
    if now.on and timers.broken() is Unstarted.LOGGED_OUT:
        output.say(
            "It runs only while you are logged in.",
            f"Have it run without a login, too: sudo loginctl enable-linger {getpass.getuser()}",
        )
    return 0
