"""profiles.toml: the user's own file. Read strictly, written whole, refused if it is newer than we are."""

import contextlib
import fcntl
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from secretsbackup.model import causes, faults, paths
from secretsbackup.model.draft import problems
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.store import boundary
from secretsbackup.store import home as homes
from secretsbackup.store.home import Home
from secretsbackup.store.upgrades import NEWEST, upgraded

Profiles = dict[ProfileName, Profile]


def load(home: Home) -> Profiles:
    """All profiles; none where there is no file. Failure(SETTINGS_BROKEN) names what is wrong in it; another
    one if it cannot be read."""
    try:
        text = boundary.content(home.profiles).decode().replace("\r\n", "\n")
    except FileNotFoundError:
        if home.profiles.is_symlink():  # the user's own place for it may be away
            where = shown(os.fsencode(home.profiles.readlink()))
            raise Failure(
                causes.SettingsBroken(str(home.profiles), fault=faults.LinkLeadsNowhere(where))
            ) from None
        return {}
    except UnicodeDecodeError as error:
        raise Failure(causes.SettingsBroken(str(home.profiles), str(error))) from None
    return parse(text, str(home.profiles))


def parse(text: str, where: str = "profiles.toml") -> Profiles:
    """The profiles in a text; Failure(SETTINGS_BROKEN) or (SETTINGS_NEWER)."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is the one; a number can be too long
        raise Failure(causes.SettingsBroken(where, str(error))) from None
    version = content.pop("version", None)
    if type(version) is not int or version < 1:
        raise Failure(causes.SettingsBroken(where, fault=faults.VersionMissing(NEWEST)))
    if version > NEWEST:
        raise Failure(causes.SettingsNewer(where))
    content = upgraded(content, version)
    entries = content.pop("profile", {})
    for unknown in content:
        raise Failure(causes.SettingsBroken(where, fault=faults.TableUnknown(unknown)))
    if not isinstance(entries, dict):
        raise Failure(causes.SettingsBroken(where, fault=faults.ProfileNotATable()))
    return {ProfileName(name): _profile(name, entry, where) for name, entry in entries.items()}


def _profile(name: str, entry: Any, where: str) -> Profile:
    try:
        profile = msgspec.convert({**_with_paths(entry, paths.read), "name": name}, Profile)
    except (msgspec.ValidationError, TypeError) as error:
        raise Failure(causes.SettingsBroken(where, str(error), name)) from None
    if wrong := problems(profile, imported=True):
        raise Failure(causes.SettingsBroken(where, "", name, wrong[0].field, wrong[0].fault))
    return profile


def get(home: Home, name: str) -> Profile:
    """One profile; Failure(PROFILE_UNKNOWN)."""
    found = load(home).get(ProfileName(name))
    if found is None:
        raise Failure(causes.ProfileUnknown(name))
    return found


def add(home: Home, profile: Profile) -> None:
    """Write a new profile; Failure(PROFILE_EXISTS)."""

    def change(profiles: Profiles) -> Profiles:
        if profile.name in profiles:
            raise Failure(causes.ProfileExists(profile.name))
        return {**profiles, profile.name: profile}

    _change(home, change)


def change(home: Home, profile: Profile) -> None:
    """Write a profile that is there anew; Failure(PROFILE_UNKNOWN)."""

    def replaced(profiles: Profiles) -> Profiles:
        if profile.name not in profiles:
            raise Failure(causes.ProfileUnknown(profile.name))
        return {**profiles, profile.name: profile}

    _change(home, replaced)


def remove(home: Home, name: ProfileName) -> None:
    """Take a profile out; Failure(PROFILE_UNKNOWN)."""

    def change(profiles: Profiles) -> Profiles:
        if name not in profiles:
            raise Failure(causes.ProfileUnknown(name))
        return {one: profile for one, profile in profiles.items() if one != name}

    _change(home, change)


def _change(home: Home, change: Callable[[Profiles], Profiles]) -> None:
    homes.ours(home.config)
    with _alone(home):
        # A user who keeps it elsewhere leaves a link here: that stays.
        homes.replace(Path(os.path.realpath(home.profiles)), text(change(load(home))).encode())


def text(profiles: Profiles) -> str:
    """The profiles as the file has them, and as `parse` reads them."""
    import tomli_w

    entries = {name: _entry(profile) for name, profile in profiles.items()}
    return tomli_w.dumps({"version": NEWEST, "profile": entries}, multiline_strings=False)


def _entry(profile: Profile) -> dict[str, Any]:
    entry: dict[str, Any] = _with_paths(msgspec.to_builtins(profile), paths.written)
    del entry["name"]
    return entry


def _with_paths(entry: Any, change: Callable[[str], str]) -> Any:
    """An entry with the paths of its sources changed, where it has them as it should: they may be no text."""
    match entry:
        case {"sources": [*sources]} if all(isinstance(one, dict) for one in sources):
            changed = [
                {**one, "path": change(one["path"])} if isinstance(one.get("path"), str) else one
                for one in sources
            ]
            return {**entry, "sources": changed}
        case _:
            return entry


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Two programs that change the file at once change it one after the other."""
    path = home.config / ".lock"
    with boundary.bounded(path, causes.NotWritable):
        descriptor = boundary.open_file(path, os.O_WRONLY | os.O_CREAT)
    with os.fdopen(descriptor, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
