"""The settings reference: every field of a profile, from the model, with its meaning and the option that sets it."""

import types
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from secretsbackup.model.destination import Bucket, Folder, Host
from secretsbackup.model.profile import Calls, Compression, Hooks, Profile, Source
from secretsbackup.model.schedule import Daily, Hours, Manual, Weekly
from secretsbackup.model.schedule import text as typed

INTRO = """\
# Settings reference

This page lists every setting of a profile: what it means, what it is unless you change it, and the option that sets
it in a terminal. In the window, most of them are in **Edit backup…** under **More**.

Settings are in `~/.config/secretsbackup/profiles.toml`. Change them with `secretsbackup profile set`, or edit the file
while no backup is running. A mistake in the file is named with its place, and nothing runs until you fix it. Secrets
are never in this file: they are in your keyring.

```toml
version = 1

[profile.documents]
key = "0123456789ABCDEF0123456789ABCDEF01234567"
exclude = ["*.iso", "/Downloads/old/"]
keep = 3

[[profile.documents.sources]]
label = "Documents"
path = "/home/ada/Documents"

[profile.documents.destination]
type = "s3"
bucket = "ada-backups"
prefix = "laptop"
region = "eu-central-1"

[profile.documents.schedule]
type = "daily"
at = "18:00"
```

What you leave out has the value in the column “Unless changed”.
"""

PROFILE = {
    "sources": ("the folders (or files) to back up; see [sources](#sources)", "--source"),
    "destination": ("where the backups go; see [destination](#destination)", "--to"),
    "key": ("all 40 digits of the GnuPG key that encrypts the backups", "--key"),
    "exclude": ("patterns of what to skip; see [excludes](excludes.md)", "--exclude"),
    "full_every": ("days until everything is sent again as a new full backup", "--full-every"),
    "keep": ("how many full backups to keep at least, each with the smaller ones that follow it", "--keep"),
    "keep_days": ("also keep everything that is younger than this many days", "--keep-days"),
    "compression": ("`fast`, or `small`: a little smaller, and several times slower", "--compression"),
    "staging": ("folder for the working copy of your files; it must be empty or not exist", "--staging"),
    "archive": ("folder for duplicity's own lists of what is backed up", None),
    "aws_profile": ("a profile of your own `~/.aws` that opens the bucket, instead of the keyring", "--aws-profile"),
    "schedule": ("when to back up; see [schedule](#schedule)", "--schedule"),
    "jitter_minutes": ("start up to this many minutes late, so that many computers do not all start at once", "--jitter"),
    "only_on_power": ("back up only while the computer is plugged in", "--only-on-power"),
    "metered_too": ("also back up on metered connections", "--metered-too"),
    "overdue_after_days": ("days after a missed backup until you are warned", "--overdue-after"),
    "ask_above_new_gb": ("ask before sending more than this many GB of new files at once; 0 never asks", "--ask-above-new"),
    "ask_above_changed_percent": (
        "ask when more than this many percent of the files are gone or changed at once; 0 never asks",
        "--ask-above-changed",
    ),
    "verify_every": ("days between two automatic test restores; 0 for none", "--verify-every"),
    "hooks": ("your own commands; see [hooks](#hooks)", "--before"),
    "calls": ("who is told; see [calls](#calls)", "--call-on-success"),
}  # fmt: skip
SOURCE = {
    "label": ("the name of the folder in every backup and restore", None),
    "path": ("the folder or file, from the root", "--source"),
}
BUCKET = {
    "bucket": ("the bucket's name", "--to"),
    "prefix": ("the folder in the bucket; each profile needs its own", "--to"),
    "endpoint": ("the server's address, unless it is Amazon's", "--endpoint"),
    "region": ("the bucket's region, for example `eu-central-1`", "--region"),
    "storage_class": ("Amazon's storage class; only those that can be read at once", "--storage-class"),
}
FOLDER = {"path": ("the folder, from the root", "--to")}
HOST = {
    "scheme": ("`sftp`, which every SSH server has, or `rsync`, which is faster", "--to"),
    "host": ("the other computer's name or address", "--to"),
    "path": ("the folder there, from your home folder there or from `/`", "--to"),
    "user": ("your user name there", "--to"),
    "port": ("the port of its SSH server", "--to"),
}
HOURS = {"every": ("hours between two backups", "--schedule")}
DAILY = {"at": ("time of day", "--schedule")}
WEEKLY = {"day": ("day of the week", "--schedule"), "at": ("time of that day", "--schedule")}
HOOKS = {
    "before": ("command to run first; if it fails, there is no backup", "--before"),
    "after": ("command to run at the end, however the backup ended", "--after"),
    "seconds": ("how long each command may take", "--hook-seconds"),
}
CALLS = {
    "success": ("URL to call after a good backup", "--call-on-success"),
    "failure": ("URL to call after a failed one", "--call-on-failure"),
    "overdue": ("URL to call when there was no backup for too long", "--call-on-overdue"),
    "mail": ("address to write to when a backup failed, is overdue, or works again", "--mail"),
}


def text() -> str:
    """The whole page."""
    return "\n".join((INTRO, *_profile(), *_parts())).rstrip() + "\n"


def options() -> set[str]:
    """Every option that the page names."""
    tables = (PROFILE, SOURCE, BUCKET, FOLDER, HOST, HOURS, DAILY, WEEKLY, HOOKS, CALLS)
    return {option for table in tables for _, option in table.values() if option}


def _profile() -> Iterator[str]:
    yield from _section(
        "profile",
        "Profile",
        "In `[profile.NAME]`. NAME is the profile's name: letters, digits, `.`, `-` and `_`.",
    )
    yield from _table(Profile, PROFILE, but=("name",))


def _parts() -> Iterator[str]:
    yield from _section("sources", "Sources", "In `[[profile.NAME.sources]]`, one for each folder.")
    yield from _table(Source, SOURCE)
    about = (
        "In `[profile.NAME.destination]`. `type` says which kind it is. See [destinations](destinations.md)."
    )
    yield from _section("destination", "Destination", about)
    for struct, meanings, about in (
        (Bucket, BUCKET, '`type = "s3"`: a bucket.'),
        (Folder, FOLDER, '`type = "folder"`: a folder or a disk.'),
        (Host, HOST, '`type = "host"`: another computer, by SSH.'),
    ):
        yield from (about, "", *_table(struct, meanings))
    about = "In `[profile.NAME.schedule]`. `type` says which kind it is. See [schedule](schedule.md)."
    yield from _section("schedule", "Schedule", about)
    yield from (f'`type = "manual"`: only when you start it. In a terminal: `{typed(Manual())}`.', "")
    for struct, meanings, about in (
        (Hours, HOURS, f'`type = "hours"`. In a terminal: `{typed(Hours())}` or `{typed(Hours(6))}`.'),
        (Daily, DAILY, f'`type = "daily"`. In a terminal: `{typed(Daily())}`.'),
        (Weekly, WEEKLY, '`type = "weekly"`. In a terminal: `weekly mon 18:00`.'),
    ):
        yield from (about, "", *_table(struct, meanings))
    about = "In `[profile.NAME.hooks]`. See [your own commands](hooks-and-notifications.md#commands)."
    yield from _section("hooks", "Hooks", about)
    yield from _table(Hooks, HOOKS)
    about = "In `[profile.NAME.calls]`. See [who is told](hooks-and-notifications.md#calls)."
    yield from _section("calls", "Calls", about)
    yield from _table(Calls, CALLS)


def _section(anchor: str, title: str, about: str) -> Iterator[str]:
    yield from (f'<a id="{anchor}"></a>', f"## {title}", "", about, "")


def _table(
    struct: type[msgspec.Struct], meanings: dict[str, Any], but: tuple[str, ...] = ()
) -> Iterator[str]:
    yield "| Setting | Value | Unless changed | Meaning | Option |"
    yield "| --- | --- | --- | --- | --- |"
    hints = get_type_hints(struct)
    for field in msgspec.structs.fields(struct):
        if field.name not in but:
            meaning, option = meanings[field.name]
            cells = (f"`{field.name}`", _kind(hints[field.name]), _default(field), meaning)
            yield f"| {' | '.join(cells)} | {f'`{option}`' if option else 'none'} |"
    yield ""


def _kind(hint: Any) -> str:
    """A type in a reader's words."""
    args = [one for one in get_args(hint) if one is not type(None)]
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _kind(args[0]) if len(args) == 1 else "table"
    if origin is tuple:
        return "list of tables" if args[0] is Source else "list of texts"
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in args)
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{one}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return "table"
    return {int: "number", bool: "`true` or `false`"}.get(hint, "text")


def _default(field: Any) -> str:
    """What a field is where it is not given."""
    match field.default:
        case msgspec.NODEFAULT:
            return "required"
        case None | "":
            return "none"
        case bool() as switch:
            return f"`{str(switch).lower()}`"
        case Compression() as chosen:
            return f"`{chosen}`"
        case ():
            return "none"
        case Daily() as daily:
            return f"`{typed(daily)}`"
        case msgspec.Struct():
            return "none"
        case value:
            return f"`{value}`"
