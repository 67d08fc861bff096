"""Runs the command that was chosen, and makes an exit status of whatever happens."""

import asyncio
import importlib
import os
import sys
from collections.abc import Awaitable, Callable

from secretsbackup.cli import output
from secretsbackup.cli.choosing import Options
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.store import boundary, home
from secretsbackup.store.home import Home

Command = Callable[[Options, Home], Awaitable[int]]


def run(options: Options) -> int:
    """Run the command; the exit status."""
    module = importlib.import_module(f"secretsbackup.cli.{options.module}")
    command: Command = getattr(module, options.command)
    return ended(lambda: asyncio.run(_run(command, options)), json=options.json)


def ended(do: Callable[[], int], *, json: bool) -> int:
    """Do something to its end; the exit status. What stood in the way is said in a sentence."""
    try:
        return do()
    except (Failure, Skip) as error:
        return output.failed(error, json=json)
    except (KeyboardInterrupt, asyncio.CancelledError):
        output.say("Cancelled.")
        return 4
    except EOFError:
        output.say("The answers ended too early; nothing was changed.")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        failure = boundary.failure(error)
        if failure is None:
            raise
        return output.failed(failure, json=json)


async def _run(command: Command, options: Options) -> int:
    return await command(options, home.standard())
