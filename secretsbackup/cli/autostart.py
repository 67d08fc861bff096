"""Commands about starting by itself: autostart."""

from secretsbackup.cli import output
from secretsbackup.cli.arguments import Options
from secretsbackup.store.home import Home
from secretsbackup.tools import autostart as entry


async def autostart(options: Options, _: Home) -> int:
    """Start in the tray at login, or do not, or say which."""
    if options.wanted == "on":
        entry.turn_on()
    elif options.wanted == "off":
        entry.turn_off()
    else:
        entry.repair()
    on = entry.is_on()
    if options.json:
        output.line({"autostart": on, "entry": str(entry.entry()), "command": entry.command()})
    else:
        print(
            f"On: {entry.entry()} starts it in the tray at login."
            if on
            else "Off: it is not started at login."
        )
    return 0
