"""Which profile, paths and time a command's words mean."""

import argparse
import os
import re
from datetime import UTC, datetime, timedelta

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.store import profiles
from secretsbackup.store.home import Home

Options = argparse.Namespace


def one(home: Home, options: Options) -> Profile:
    """The profile that is named, or the only one."""
    name = options.chosen or getattr(options, "name", None)
    if name:
        return profiles.get(home, name)
    return _only(profiles.load(home))


def all_or_one(home: Home, options: Options) -> list[Profile]:
    """The profile that is named, or all of them."""
    name = options.chosen or getattr(options, "name", None)
    return [profiles.get(home, name)] if name else list(profiles.load(home).values())


def _only(known: dict[ProfileName, Profile]) -> Profile:
    if not known:
        raise Failure(causes.NoProfile())
    if len(known) > 1:
        raise Failure(causes.ProfileNotNamed(tuple(known)))
    return next(iter(known.values()))


def one_and_paths(home: Home, options: Options) -> tuple[Profile, list[bytes]]:
    """The first word is a profile if it names one; the others are paths."""
    known = profiles.load(home)
    spoken: list[str] = options.words
    if options.chosen:
        profile = profiles.get(home, options.chosen)
    elif spoken and spoken[0] in known:
        profile, spoken = known[ProfileName(spoken[0])], spoken[1:]
    else:
        profile = _only(known)
    return profile, [os.fsencode(path) for path in spoken]


def span(text: str) -> timedelta:
    """A span of time as a person writes it: 30m, 1h, 2d."""
    found = re.fullmatch(r"(\d{1,5}) ?([mhdw])\w*", text.strip().lower())
    if not found:
        raise Failure(causes.NotATime(text))
    unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[found[2]]
    return timedelta(**{unit: int(found[1])})


def time(text: str | None) -> datetime | None:
    from secretsbackup.operations.repository import browse

    try:
        return browse.parse_time(text, datetime.now(UTC)) if text else None
    except ValueError:
        raise Failure(causes.NotATime(text or "")) from None
