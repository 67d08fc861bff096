"""Runs the command that was chosen, and makes an exit status of whatever happens."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable

from secretsbackup.cli import dispatch, environment, output, terminal
from secretsbackup.cli.arguments import Options
from secretsbackup.cli.dispatch import Command
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.store import boundary, home
from secretsbackup.store.lock import PLEASE_STOP
from secretsbackup.tools import ending
from secretsbackup.tools.threads import Threads

_CANCELLED = 4


def run(options: Options) -> int:
    """Run the command; the exit status."""
    command = dispatch.find(options.command)
    with ending.watched(_STOPS, _give_up):
        return ended(lambda: asyncio.run(_run(command, options)), json=options.json)


def ended(do: Callable[[], int], *, json: bool) -> int:
    """Do something to its end; the exit status. What stood in the way is said in a sentence."""
    try:
        status = do()
        sys.stdout.flush()
        return status  # noqa: TRY300 - what is printed must get out as well
    except (Failure, Skip) as error:
        return output.failed(error, json=json)
    except (KeyboardInterrupt, asyncio.CancelledError):
        output.say("Cancelled.")
        return _CANCELLED
    except EOFError:
        output.say("Input ended unexpectedly; nothing was changed.")
        return 2
    except BrokenPipeError:
        output.give_up()
        return 0
    except OSError as error:
        return _refused(error, json=json)


def _refused(error: OSError, *, json: bool) -> int:
    """What the system did not do; that may be to print what was asked for."""
    if error.filename == terminal.OUTPUT:
        output.give_up()
        output.say(
            f"The output cannot be written ({os.strerror(error.errno or 0)}).",
            "Check where the output of this command goes.",
        )
        return 1
    if error.filename is None and environment.is_gone():
        output.say("The current folder was removed.", "Change to another folder, and run it again.")
        return 1
    failure = boundary.failure(error)
    if failure is None:
        raise error
    return output.failed(failure, json=json)


_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, PLEASE_STOP)


def _give_up() -> None:
    """End although the main thread still waits for a file; what it would have told is told here."""
    shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # a bar had hidden the cursor
    with contextlib.suppress(OSError):
        os.write(2, f"{shown}\nCancelled while a file or disk was not responding.\n".encode())
    os._exit(_CANCELLED)


async def _run(command: Command, options: Options) -> int:
    asyncio.get_running_loop().set_default_executor(Threads())
    return await command(options, home.standard())
