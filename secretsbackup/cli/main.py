"""The command line: its words, and who does what they say. Imports stay where they are used."""

import argparse
import os
import sys
from collections.abc import Sequence

from secretsbackup import __version__

_PROFILE_HELP = "the profile; may be left out where there is only one"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 completed, 3 with warnings, 1 failed, 2 usage, 4 cancelled, 75
    busy or skipped."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        print(f"secretsbackup {__version__}")
        return 0
    options = parser().parse_args(words)
    from secretsbackup.cli import commands
    from secretsbackup.tools import process

    os.umask(0o077)
    process.dump_no_core()
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
    verb("looking", "status", "say how safe each profile is").add_argument(
        "name", nargs="?", help=_PROFILE_HELP
    )
    verb("looking", "runs", "list past runs").add_argument("name", nargs="?", help=_PROFILE_HELP)
    log = verb("looking", "log", "tell the story of a run; of the last one without RUN")
    log.add_argument("run", nargs="?", metavar="RUN")
    log.add_argument("--obscured", action="store_true", help="for a report: names and places hidden")
    _profile(verbs, common)
    _secret(verbs, common)
    return top


def _backup(backup: argparse.ArgumentParser) -> None:
    backup.add_argument("name", nargs="?", help=_PROFILE_HELP)
    backup.add_argument("--full", action="store_true", help="start a new chain with a full backup")
    backup.add_argument("--even-if-empty", action="store_true", help="believe a source that is empty")
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
    add.add_argument("--source", action="append", required=True, metavar="DIR", help="may be repeated")
    add.add_argument("--to", required=True, metavar="URL", help="s3://, file://, sftp:// or rsync://")
    add.add_argument("--endpoint", metavar="URL", help="of an S3-compatible server")
    add.add_argument("--region", metavar="R")
    add.add_argument("--storage-class", metavar="CLASS", help="for example STANDARD_IA")
    add.add_argument("--key", required=True, help="a GnuPG key: fingerprint, id or owner")
    add.add_argument("--exclude", action="append", default=[], metavar="PATTERN", help="as rsync reads it")
    add.add_argument("--full-every", type=int, default=30, metavar="DAYS")
    add.add_argument("--keep", type=int, default=2, metavar="N", help="how many full backups")
    add.add_argument("--compression", choices=["fast", "small"], default="fast")
    add.add_argument("--staging", metavar="DIR")
    add.add_argument("--aws-profile", metavar="NAME", help="of your own ~/.aws, instead of the keyring")
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
