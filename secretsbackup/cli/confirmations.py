"""Questions that a guard has for whoever sits at the terminal: send it, leave it out, or stop?"""

import sys

import msgspec

from secretsbackup.cli import prompts
from secretsbackup.model.backup_options import Allowed
from secretsbackup.model.outcome import Outcome, Reason, Skipped
from secretsbackup.model.profile import Profile
from secretsbackup.operations.setup import registry
from secretsbackup.store.home import Home


async def answered(ended: Outcome, profile: Profile, home: Home) -> tuple[Profile, Allowed] | None:
    """With what to run again; None where nothing was asked, nobody is there, or the answer is to stop."""
    reasons = {why.reason: why.detail for why in ended.reasons} if isinstance(ended, Skipped) else {}
    wanted = reasons.keys() & {Reason.SURGE, Reason.UPHEAVAL}
    if not wanted or not sys.stdin.isatty():
        return None
    pattern = _pattern(reasons.get(Reason.SURGE, ""), profile)
    more = f", (e)xclude {pattern}" if pattern else ""
    answer = prompts.ask(f"(s)end it{more}, or stop?", "stop")
    if answer in ("s", "send"):
        return profile, Allowed(Reason.SURGE in wanted, Reason.UPHEAVAL in wanted)
    if pattern and answer in ("e", "exclude"):
        leaner = msgspec.structs.replace(profile, exclude=(*profile.exclude, pattern))
        await registry.change(leaner, home)
        return leaner, Allowed()
    return None


def _pattern(detail: str, profile: Profile) -> str:
    """What leaves the largest new file out, as rsync reads it: from the source on, and no wildcards."""
    path = (*detail.split(" ", 2), "", "", "")[2]
    for source in profile.sources:
        if path.startswith(f"{source.path}/") and "\\" not in path:
            inside = path.removeprefix(source.path)
            return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in inside)
    return ""
