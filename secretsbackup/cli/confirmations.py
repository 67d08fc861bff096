"""Questions that a guard has for whoever sits at the terminal: send it, leave it out, or stop?"""

import sys

import msgspec

from secretsbackup.cli import prompts
from secretsbackup.model import causes
from secretsbackup.model.backup_options import Allowed
from secretsbackup.model.outcome import Outcome, Skipped
from secretsbackup.model.profile import Profile
from secretsbackup.operations.setup import registry
from secretsbackup.store.home import Home


async def answered(ended: Outcome, profile: Profile, home: Home) -> tuple[Profile, Allowed] | None:
    """With what to run again; None where nothing was asked, nobody is there, or the answer is to stop."""
    found = ended.causes if isinstance(ended, Skipped) else ()
    surge = next((cause for cause in found if isinstance(cause, causes.Surge)), None)
    upheaval = any(isinstance(cause, causes.Upheaval) for cause in found)
    if not (surge or upheaval) or not sys.stdin.isatty():
        return None
    pattern = _pattern(surge.path, profile) if surge else ""
    more = f", (e)xclude {pattern}" if pattern else ""
    answer = prompts.ask(f"(s)end it{more}, or stop?", "stop")
    if answer in ("s", "send"):
        return profile, Allowed(surge is not None, upheaval)
    if pattern and answer in ("e", "exclude"):
        leaner = msgspec.structs.replace(profile, exclude=(*profile.exclude, pattern))
        await registry.change(leaner, home)
        return leaner, Allowed()
    return None


def _pattern(path: str, profile: Profile) -> str:
    """What leaves the largest new file out, as rsync reads it: from the source on, and no wildcards."""
    for source in profile.sources:
        if path.startswith(f"{source.path}/") and "\\" not in path:
            inside = path.removeprefix(source.path)
            return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in inside)
    return ""
