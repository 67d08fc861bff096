"""secretsbackup timer: have the system start what is due, without the tray."""

import getpass
import shlex

from secretsbackup.cli import output
from secretsbackup.cli.arguments import Options
from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.store.home import Home


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
                output.say("The program has moved; the timer was updated.")
            now = await timers.state()
    if options.json:
        output.line(now)
        return 0
    print("The timer is on: due backups start every 15 minutes." if now.on else "The timer is off.")
    if now.on and now.running is not True:
        output.say(
            "It is not running now.",
            "It starts at your next login. Without systemd, put this into your crontab (crontab -e): "
            f"*/15 * * * * {shlex.join(timers.command())}",
        )
    if now.on and timers.broken() is Unstarted.LOGGED_OUT:
        output.say(
            "It runs only while you are logged in.",
            f"To run it without a login, too: sudo loginctl enable-linger {getpass.getuser()}",
        )
    return 0
