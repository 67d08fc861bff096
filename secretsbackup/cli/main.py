"""The command line: its words, and who does what they say. Imports stay where they are used."""

import argparse
import os
import sys
from collections.abc import Sequence

from secretsbackup import __version__

_PROFILE_HELP = "the profile; may be left out where there is only one"
_ALL_HELP = "the profile; all without"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 completed, 3 with warnings, 1 failed, 2 usage, 4 cancelled, 75
    busy or skipped."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        print(f"secretsbackup {__version__}")
        return 0
    options = parser().parse_args(words)
    from secretsbackup.cli import commands

    os.umask(0o077)
    return commands.run(options)


def backup_my_secrets() -> int:
    """The seed's first command: back up."""
    return main(["backup", *sys.argv[1:]])


def restore_my_secrets() -> int:
    """The seed's second command: restore, asking for the parent folder and the passphrase."""
    return main(["restore", "--ask-where", *sys.argv[1:]])


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="secretsbackup",
        description="Encrypted, incremental, off-site backups that plain duplicity and gpg can read.",
        epilog="Exit status: 0 completed, 3 completed with warnings, 1 failed, 2 usage, 4 cancelled, "
        "75 busy or skipped.",
    )
    top.add_argument("--version", action="version", version=f"secretsbackup {__version__}")
    top.set_defaults(module="looking", command="welcome", json=False, chosen=None)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print lines of JSON")
    common.add_argument("--profile", dest="chosen", metavar="NAME", help=_PROFILE_HELP)
    verbs = top.add_subparsers(title="commands", metavar="COMMAND")

    def verb(module: str, name: str, help_text: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module=module, command=name)
        return made

    demo = verb("running", "demo", "show a whole round trip with throw-away files, key and keyring")
    demo.add_argument("--keep", metavar="FOLDER", help="work in this new folder and keep it")
    verb("managing", "init", "ask a few questions and write a profile")
    _backup(verb("running", "backup", "back up now"))
    verb("looking", "snapshots", "list what the destination holds").add_argument(
        "name", nargs="?", help=_PROFILE_HELP
    )
    files = verb("looking", "files", "list the files of a snapshot")
    files.add_argument("words", nargs="*", metavar="[PROFILE] [PATH]", help="below which path; all without")
    files.add_argument("--at", metavar="TIME", help="the newest snapshot that is not younger")
    _restore(verb("running", "restore", "restore everything, or chosen paths, into a new folder"))
    verb("running", "verify", "audit the destination, then restore a sample and compare it").add_argument(
        "name", nargs="?", help=_PROFILE_HELP
    )
    prune = verb("running", "prune", "remove what is older than the profile keeps, and what broken runs left")
    prune.add_argument("name", nargs="?", help=_PROFILE_HELP)
    prune.add_argument("--dry-run", action="store_true", help="only say what would go")
    verb("looking", "status", "say how safe each profile is").add_argument(
        "name", nargs="?", help=_PROFILE_HELP
    )
    verb("looking", "accept", "keep quiet about today's warnings until they change").add_argument(
        "name", nargs="?", help=_ALL_HELP
    )
    verb("looking", "runs", "list past runs").add_argument("name", nargs="?", help=_PROFILE_HELP)
    log = verb("looking", "log", "tell the story of a run; of the last one without RUN")
    log.add_argument("run", nargs="?", metavar="RUN")
    paused = verb("scheduling", "pause", "make no backup by itself for a while")
    paused.add_argument("name", nargs="?", help=_ALL_HELP)
    paused.add_argument("--for", dest="span", metavar="SPAN", help="30m, 1h, 2d")
    paused.add_argument("--until", metavar="TIME", help="“2026-11-22 18:00”; until resumed without either")
    verb("scheduling", "resume", "end a pause").add_argument("name", nargs="?", help=_ALL_HELP)
    timer = verb("scheduling", "timer", "have the system back up what is due, without the tray")
    timer.add_argument("switch", choices=["on", "off", "status"])
    _profile(verbs, common)
    _secret(verbs, common)
    return top


def _backup(backup: argparse.ArgumentParser) -> None:
    backup.add_argument("name", nargs="?", help=_PROFILE_HELP)
    backup.add_argument("--full", action="store_true", help="start a new chain with a full backup")
    backup.add_argument("--due", action="store_true", help="every profile that is due; for cron and systemd")
    backup.add_argument("-v", "--verbose", action="store_true", help="with --due, say why one is not due")
    backup.add_argument("--even-if-empty", action="store_true", help="believe a source that is empty")
    backup.add_argument("--allow-surge", action="store_true", help="send however much is new")
    backup.add_argument("--allow-upheaval", action="store_true", help="however much is gone or changed")
    backup.add_argument("--yes", action="store_true", help="both of these")
    backup.add_argument(
        "--adopt", action="store_true", help="go on with a chain that another machine or folder began"
    )


def _restore(restore: argparse.ArgumentParser) -> None:
    restore.add_argument("words", nargs="*", metavar="[PROFILE] [PATH…]", help="what; all without a path")
    restore.add_argument("--to", metavar="PARENT", help="where the new folder is made")
    restore.add_argument("--at", metavar="TIME", help="the newest snapshot that is not younger")
    restore.add_argument("--ask-where", action="store_true", help=argparse.SUPPRESS)


def _profile(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    profile = verbs.add_parser("profile", help="add, list, show, check, import or remove profiles")
    actions = profile.add_subparsers(title="actions", metavar="ACTION", required=True)

    def action(name: str, help_text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module="managing", command=f"profile_{name}")
        return made

    add = action("add", "write a profile")
    add.add_argument("name")
    _fields(add, required=True)
    changed = action("set", "change fields of a profile; what is not named stays")
    changed.add_argument("name", nargs="?", help=_PROFILE_HELP)
    _fields(changed, required=False)
    action("list", "list the profiles")
    for name, help_text in (
        ("show", "show a profile"),
        ("remove", "remove a profile and its secrets; backups stay where they are"),
        ("check", "try everything that a backup needs"),
    ):
        action(name, help_text).add_argument("name", nargs="?", help=_PROFILE_HELP)
    taken = action("import", "take over the seed's config.sh and its chain")
    taken.add_argument("config", metavar="CONFIG_SH")
    taken.add_argument("--name", dest="new_name", metavar="NAME", help="instead of the one in the file")


def _fields(fields: argparse.ArgumentParser, *, required: bool) -> None:
    """The fields of a profile. None of them has a default here: the profile has."""
    fields.add_argument("--source", action="append", required=required, metavar="DIR", help="may be repeated")
    fields.add_argument("--to", required=required, metavar="URL", help="s3://, file://, sftp:// or rsync://")
    fields.add_argument("--endpoint", metavar="URL", help="of an S3-compatible server")
    fields.add_argument("--region", metavar="R")
    fields.add_argument("--storage-class", metavar="CLASS", help="for example STANDARD_IA")
    fields.add_argument("--key", required=required, help="a GnuPG key: fingerprint, id or owner")
    fields.add_argument("--exclude", action="append", metavar="PATTERN", help="as rsync reads it")
    fields.add_argument("--full-every", type=int, metavar="DAYS", help="30 unless changed")
    fields.add_argument("--keep", type=int, metavar="N", help="how many full backups at least; 2")
    fields.add_argument("--keep-days", type=int, metavar="DAYS", help="and all that are younger")
    fields.add_argument("--compression", choices=["fast", "small"])
    fields.add_argument("--staging", metavar="DIR")
    fields.add_argument("--aws-profile", metavar="NAME", help="of your own ~/.aws, instead of the keyring")
    fields.add_argument(
        "--schedule", metavar="WHEN", help="hourly, “every 6h”, “daily 18:00”, “weekly mon 18:00”, manual"
    )
    switch = argparse.BooleanOptionalAction
    fields.add_argument("--only-on-power", action=switch, default=None, help="not on battery")
    fields.add_argument("--metered-too", action=switch, default=None, help="also where the network costs")
    fields.add_argument("--spread", type=int, metavar="MINUTES", help="begin up to so much later")
    fields.add_argument("--patience", type=int, metavar="DAYS", help="before a missed run is an alarm; 3")
    fields.add_argument("--surge", type=int, metavar="GB", help="ask before sending more new data; 20")
    fields.add_argument(
        "--upheaval", type=int, metavar="PERCENT", help="ask when more files are gone or changed; 50"
    )

    fields.add_argument("--before", metavar="COMMAND", help="run it first; words as in a shell, but no shell")
    fields.add_argument("--after", metavar="COMMAND", help="run it at the end, however that is")
    fields.add_argument("--hook-seconds", type=int, metavar="N", help="how long each may take; 300")
    for name in ("success", "failure", "overdue"):
        fields.add_argument(f"--call-on-{name}", metavar="URL", help="“” for none")
    fields.add_argument("--mail", metavar="ADDRESS", help="on failure and when overdue, by sendmail")


def _secret(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    secret = verbs.add_parser("secret", help="store or forget a secret in the keyring")
    actions = secret.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, help_text in (
        ("set", "store a secret, typed or from standard input; never an argument"),
        ("forget", "remove a secret"),
    ):
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module="managing", command=f"secret_{name}")
        made.add_argument("name", metavar="PROFILE")
        made.add_argument("secret", choices=["aws-access-key-id", "aws-secret-access-key", "gpg-passphrase"])


if __name__ == "__main__":
    sys.exit(main())
