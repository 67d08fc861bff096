"""The command line: its words, and who does what they say. Imports stay where they are used."""

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from secretsbackup import __version__
from secretsbackup.cli import environment, terminal

Verb = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: the module that has it, its name, what it does."""
Desktop = Callable[[Sequence[str]], int]
"""Opens the window ("open"), waits in the tray ("tray"), or backs up there ("backup" NAME)."""

_PROFILE_HELP = "the profile; may be left out where there is only one"
_ALL_HELP = "the profile; all without"


def main(arguments: Sequence[str] | None = None, desktop: Desktop | None = None) -> int:
    """Run one command; the exit status: 0 completed, 3 with warnings, 1 failed, 2 usage, 4 cancelled, 75
    busy or skipped."""
    environment.open_streams()
    terminal.read_names_as_utf8()
    terminal.take_any_letter()
    terminal.name_output()
    try:
        return _obey(list(sys.argv[1:] if arguments is None else arguments), desktop)
    finally:
        terminal.drop_the_rest()


def _obey(words: list[str], desktop: Desktop | None) -> int:
    if words == ["--version"]:
        with contextlib.suppress(OSError):
            print(f"secretsbackup {__version__}", flush=True)
            return 0
        return 1
    options = parser().parse_args(words)
    os.umask(0o077)
    from secretsbackup.cli import commands, output

    if not environment.find_home():
        output.say("No home folder is known for this user.", "Set HOME to a folder, and run it again.")
        return 1
    from secretsbackup.tools import process

    process.open_many_files()
    if desktop and (asked := _for_the_screen(options)):
        return commands.ended(lambda: desktop(asked), json=False)
    process.dump_no_core()
    return commands.run(options)


def _for_the_screen(options: argparse.Namespace) -> list[str]:
    """What the desktop shall do, where that is what the words mean."""
    if options.tray:
        options.command = "open"
    match options.command:
        case "open" if _screen():
            return ["tray" if options.tray else "open"]
        case "welcome" if _on_screen():
            return ["open"]
        case "backup" if _on_screen() and _from_a_menu():
            return ["backup", *filter(None, [options.chosen or options.name])]
        case _:
            return []


def _on_screen() -> bool:
    """Whether there is a screen to show a window on, and no terminal to answer in."""
    if any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return False
    return _screen()


def _screen() -> bool:
    return sys.platform == "darwin" or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    )


def _from_a_menu() -> bool:
    """Whether a desktop's menu started us: it leaves its token, which cron and systemd do not have."""
    return any(
        map(os.environ.get, ("DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN", "GIO_LAUNCHED_DESKTOP_FILE"))
    )


def backup_my_secrets() -> int:
    """The seed's first command: back up."""
    return main(["backup", *sys.argv[1:]])


def restore_my_secrets() -> int:
    """The seed's second command: restore, asking for the parent folder and the passphrase."""
    return main(["restore", "--ask-where", *sys.argv[1:]])


_OPTION = re.compile(r"--?[A-Za-z][A-Za-z-]*(=|$)")


class _Words(argparse.ArgumentParser):
    """Takes a command's options anywhere among its other words, up to a “--”: after that all are names."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args(self._options_first([*args]), namespace)

    def _options_first(self, words: list[str]) -> list[str]:
        if self._subparsers:
            return words
        options: list[str] = []
        others: list[str] = []
        while words:
            word = words.pop(0)
            if word == "--":
                others += words
                break
            if not _OPTION.match(word):
                others.append(word)
                continue
            options.append(word)
            if words and self._goes_on(word, words[0]):
                options.append(words.pop(0))
        return [*options, "--", *others] if others else options

    def _goes_on(self, option: str, following: str) -> bool:
        """Whether an option, maybe shortened, takes the word that follows."""
        known = self._option_string_actions
        named = {known[one].dest: known[one] for one in known if one.startswith(option)}
        action = known.get(option) or (next(iter(named.values())) if len(named) == 1 else None)
        return action is not None and action.nargs in (None, "?") and not following.startswith("-")


def _common(default: str | None = None) -> argparse.ArgumentParser:
    """The options of every command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=default)
    common.add_argument("--json", action="store_true", help="print lines of JSON")
    common.add_argument("--profile", dest="chosen", metavar="NAME", help=_PROFILE_HELP)
    return common


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top: argparse.ArgumentParser = _Words(
        prog="secretsbackup",
        parents=[_common()],
        description="Encrypted, incremental, off-site backups that plain duplicity and gpg can read.",
        epilog="Exit status: 0 completed, 3 completed with warnings, 1 failed, 2 usage, 4 cancelled, "
        "75 busy or skipped. Options go anywhere; a name that begins with “-” goes after “--”.",
    )
    top.add_argument("--version", action="version", version=f"secretsbackup {__version__}")
    top.add_argument("--tray", action="store_true", help="wait in the tray, without a window")
    top.set_defaults(module="queries", command="welcome", json=False, chosen=None)
    common = _common(argparse.SUPPRESS)  # what was said before a command's name stays said
    verbs = top.add_subparsers(title="commands", metavar="COMMAND")

    def verb(module: str, name: str, help_text: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module=module, command=name)
        return made

    _running(verb)
    _looking(verb)
    _by_itself(verb)
    _setting_up(verb)
    _profile(verbs, common)
    _secret(verbs, common)
    _key(verbs, common)
    return top


def _running(verb: Verb) -> None:
    verb("queries", "open", "open the window")
    verb("help", "help", "read the handbook: a page, or what an error means").add_argument(
        "topic", nargs="?", metavar="TOPIC", help="a page, PAGE#SECTION or an error's name; all pages without"
    )
    demo = verb("backup", "demo", "show a whole round trip with throw-away files, key and keyring")
    demo.add_argument("--keep", metavar="FOLDER", help="work in this new folder and keep it")
    _backup(verb("backup", "backup", "back up now"))
    _restore(verb("restore", "restore", "restore everything, or chosen paths, into a new folder"))
    verb("backup", "verify", "audit the destination, then restore a sample and compare it").add_argument(
        "name", nargs="?", help=_PROFILE_HELP
    )
    verb("backup", "stop", "stop a run that goes on, in the tray too, or by a timer").add_argument(
        "name", nargs="?", help=_ALL_HELP
    )
    prune = verb("backup", "prune", "remove what is older than the profile keeps, and what broken runs left")
    prune.add_argument("name", nargs="?", help=_PROFILE_HELP)
    prune.add_argument("--dry-run", action="store_true", help="only say what would go")


def _looking(verb: Verb) -> None:
    for name, help_text, profile_help in (
        ("status", "say how safe each profile is", _PROFILE_HELP),
        ("accept", "keep quiet about today's warnings until they change", _ALL_HELP),
        ("snapshots", "list what the destination holds", _PROFILE_HELP),
        ("runs", "list past runs", _PROFILE_HELP),
    ):
        verb("queries", name, help_text).add_argument("name", nargs="?", help=profile_help)
    log = verb("queries", "log", "tell the story of a run; of the last one without RUN")
    log.add_argument("run", nargs="?", metavar="RUN")
    log.add_argument("--obscured", action="store_true", help="for a report: names and places hidden")
    files = verb("queries", "files", "list the files of a snapshot")
    files.add_argument("words", nargs="*", metavar="[PROFILE] [PATH]", help="below which path; all without")
    files.add_argument("--at", metavar="TIME", help="the newest snapshot that is not younger")
    find = verb("queries", "find", "find files of all time by a part of their name")
    find.add_argument("words", nargs="+", metavar="[PROFILE] TEXT", help="a part of the name, or of the path")
    find.add_argument("--deleted", action="store_true", help="only what the newest snapshot has not")
    find.add_argument("--limit", type=int, default=200, metavar="N", help="how many paths, best first")
    versions = verb("queries", "versions", "list every version of a file, and when it was there")
    versions.add_argument(
        "words", nargs="+", metavar="[PROFILE] PATH", help="in the snapshots, or on this machine"
    )
    for one in (files, find, versions):
        one.add_argument("--refresh", action="store_true", help="ask the destination first what is new there")


def _by_itself(verb: Verb) -> None:
    verb("autostart", "autostart", "start in the tray at login, or do not").add_argument(
        "wanted", nargs="?", choices=["on", "off", "status"], default="status"
    )
    paused = verb("timer", "pause", "make no backup by itself for a while")
    paused.add_argument("name", nargs="?", help=_ALL_HELP)
    paused.add_argument("--for", dest="span", metavar="SPAN", help="30m, 1h, 2d")
    paused.add_argument("--until", metavar="TIME", help="“2026-11-22 18:00”; until resumed without either")
    verb("timer", "resume", "end a pause").add_argument("name", nargs="?", help=_ALL_HELP)
    timer = verb("timer", "timer", "have the system back up what is due, without the tray")
    timer.add_argument("switch", choices=["on", "off", "status"])


def _setting_up(verb: Verb) -> None:
    verb("profile", "init", "ask a few questions and write a profile")
    doctor = verb("doctor", "doctor", "try every right and setting, and say what is lacking or too much")
    doctor.add_argument("name", nargs="?", help=_PROFILE_HELP)
    doctor.add_argument("--end-uploads", action="store_true", help="end the bucket's unfinished uploads")
    _kit(verb("kit", "kit", "write the recovery kit, or prove with “kit check FILE” that it restores"))
    _recover(verb("kit", "recover", "come back from a recovery kit on a new machine"))
    make = verb("provision", "provision", "make a bucket, and a user and key for one prefix of it alone")
    make.add_argument("to", nargs="?", metavar="URL", help="s3://BUCKET/PREFIX; else the profile's")
    make.add_argument("--iam-endpoint", metavar="URL", help="where users are made, if not at the same server")
    make.add_argument("--aws-profile", metavar="NAME", help="an administrator's of ~/.aws; else it is asked")
    policy = verb("provision", "policy", "print the policy that a backup needs, and not a right more")
    policy.add_argument("form", choices=["iam", "bucket"], help="of the user, or of the bucket")
    policy.add_argument("name", nargs="?", help=_PROFILE_HELP)
    policy.add_argument("--to", metavar="URL", help="s3://BUCKET/PREFIX, instead of a profile's")
    policy.add_argument("--principal", metavar="ARN", help="the user that a bucket's policy is for")
    for one in (make, policy):
        one.add_argument("--endpoint", metavar="URL", help="of an S3-compatible server")
        one.add_argument("--region", metavar="R")


def _backup(backup: argparse.ArgumentParser) -> None:
    backup.add_argument("name", nargs="?", help=_PROFILE_HELP)
    backup.add_argument("--full", action="store_true", help="start a new chain with a full backup")
    backup.add_argument("--due", action="store_true", help="every profile that is due; for cron and systemd")
    backup.add_argument("-v", "--verbose", action="store_true", help="with --due, say why one is not due")
    backup.add_argument("--allow-empty", action="store_true", help="believe a source that is empty")
    backup.add_argument("--allow-large", action="store_true", help="send however much is new")
    backup.add_argument("--allow-many-changes", action="store_true", help="however much is gone or changed")
    backup.add_argument("--yes", action="store_true", help="both of these")
    backup.add_argument(
        "--adopt", action="store_true", help="go on with a chain that another machine or folder began"
    )

    _formerly(backup, _FORMER_CONFIRMATIONS, action="store_true")


_FORMER_CONFIRMATIONS = {
    "--even-if-empty": "allow_empty",
    "--allow-surge": "allow_large",
    "--allow-upheaval": "allow_many_changes",
}


def _formerly(command: argparse.ArgumentParser, names: Mapping[str, str], **how: Any) -> None:
    """Go on reading options by the names that they had before; the help shows the new ones alone."""
    for old, field in names.items():
        command.add_argument(old, dest=field, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **how)


def _restore(restore: argparse.ArgumentParser) -> None:
    restore.add_argument("words", nargs="*", metavar="[PROFILE] [PATH…]", help="what; all without a path")
    restore.add_argument("--to", metavar="PARENT", help="where the new folder is made")
    restore.add_argument("--at", metavar="TIME", help="the newest snapshot that is not younger")
    restore.add_argument(
        "--go-on",
        nargs="?",
        const="",
        metavar="FOLDER",
        help="with a restore that was cut off, the newest without FOLDER, into the same folder",
    )
    restore.add_argument(
        "--put-back",
        action="store_true",
        help="then compare with what is in place, and put back what you say",
    )
    restore.add_argument("--yes", action="store_true", help="with --put-back: all that differs")
    restore.add_argument(
        "--keep-setuid", action="store_true", help="keep setuid bits in backups from other computers"
    )
    restore.add_argument(
        "--from", dest="elsewhere", metavar="URL", help="a backup that no profile stands for; nothing is kept"
    )
    restore.add_argument("--endpoint", metavar="URL", help="with --from: of an S3-compatible server")
    restore.add_argument("--region", metavar="R", help="with --from")
    restore.add_argument("--aws-profile", metavar="NAME", help="with --from: of your own ~/.aws")
    restore.add_argument("--ask-where", action="store_true", help=argparse.SUPPRESS)


def _kit(kit: argparse.ArgumentParser) -> None:
    kit.add_argument("words", nargs="*", metavar="[PROFILE] | check FILE [PROFILE]", help=_PROFILE_HELP)
    kit.add_argument("--out", metavar="DIR", help="where recovery-kit.pdf and recovery-kit.txt are written")
    kit.add_argument(
        "--with-passphrase", action="store_true", help="print the passphrase too: then lock it away"
    )
    kit.add_argument(
        "--keep-in-bucket", action="store_true", help="also keep it, without passphrase, beside the backups"
    )


def _recover(recover: argparse.ArgumentParser) -> None:
    recover.add_argument(
        "--kit",
        required=True,
        metavar="FILE",
        help="recovery-kit.txt or .pdf, a text that was typed or scanned, "
        "a picture of the codes, or the URL of a destination that holds a kit",
    )
    recover.add_argument(
        "--name", dest="new_name", metavar="NAME", help="of the profile, instead of the kit's"
    )
    recover.add_argument("--endpoint", metavar="URL", help="with a URL: of an S3-compatible server")
    recover.add_argument("--region", metavar="R", help="with a URL")


def _profile(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    profile = verbs.add_parser(
        "profile", parents=[common], help="add, list, show, check, import or remove profiles"
    )
    actions = profile.add_subparsers(title="actions", metavar="ACTION", required=True)

    def action(name: str, help_text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module="profile", command=f"profile_{name}")
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


_FORMER_FIELDS = {
    "--spread": "jitter_minutes",
    "--patience": "overdue_after_days",
    "--surge": "ask_above_new_gb",
    "--upheaval": "ask_above_changed_percent",
    "--prove-every": "verify_every",
}


def _fields(fields: argparse.ArgumentParser, *, required: bool) -> None:
    """The fields of a profile. None of them has a default here: the profile has."""
    fields.add_argument("--source", action="append", required=required, metavar="DIR", help="may be repeated")
    fields.add_argument("--to", required=required, metavar="URL", help="s3://, file://, sftp:// or rsync://")
    fields.add_argument("--endpoint", metavar="URL", help="of an S3-compatible server")
    fields.add_argument("--region", metavar="R")
    fields.add_argument("--storage-class", metavar="CLASS", help="for example STANDARD_IA")
    fields.add_argument("--key", required=required, help="a GnuPG key: fingerprint, id or owner")
    fields.add_argument(
        "--exclude", action="append", metavar="PATTERN", help="an rsync pattern, or a path below a source"
    )
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
    fields.add_argument(
        "--jitter", dest="jitter_minutes", type=int, metavar="MINUTES", help="begin up to so much later"
    )
    fields.add_argument(
        "--overdue-after",
        dest="overdue_after_days",
        type=int,
        metavar="DAYS",
        help="before a missed run is an alarm; 3",
    )
    fields.add_argument(
        "--verify-every", type=int, metavar="DAYS", help="restore a sample by itself; 7, 0 never"
    )
    fields.add_argument(
        "--ask-above-new",
        dest="ask_above_new_gb",
        type=int,
        metavar="GB",
        help="ask before sending more new data; 20",
    )
    fields.add_argument(
        "--ask-above-changed",
        dest="ask_above_changed_percent",
        type=int,
        metavar="PERCENT",
        help="ask when more files are gone or changed; 50",
    )

    _formerly(fields, _FORMER_FIELDS, type=int)
    fields.add_argument("--before", metavar="COMMAND", help="run it first; words as in a shell, but no shell")
    fields.add_argument("--after", metavar="COMMAND", help="run it at the end, however that is")
    fields.add_argument("--hook-seconds", type=int, metavar="N", help="how long each may take; 300")
    for name in ("success", "failure", "overdue"):
        fields.add_argument(f"--call-on-{name}", metavar="URL", help="“” for none")
    fields.add_argument("--mail", metavar="ADDRESS", help="on failure and when overdue, by sendmail")


def _secret(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    secret = verbs.add_parser("secret", parents=[common], help="store or forget a secret in the keyring")
    actions = secret.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, help_text in (
        ("set", "store a secret, typed or from standard input; never an argument"),
        ("forget", "remove a secret"),
    ):
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module="profile", command=f"secret_{name}")
        made.add_argument("name", metavar="PROFILE")
        made.add_argument("secret", choices=["aws-access-key-id", "aws-secret-access-key", "gpg-passphrase"])


def _key(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    key = verbs.add_parser(
        "key", parents=[common], help="list, make or extend GnuPG keys, and make passphrases"
    )
    actions = key.add_subparsers(title="actions", metavar="ACTION", required=True)

    def action(name: str, help_text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(module="key", command=f"key_{name}")
        return made

    action("list", "list your keys, and why one cannot be used")
    new = action("new", "make a key that can encrypt, under a strong passphrase")
    new.add_argument("--owner", default="Secrets Backup", metavar="NAME", help="whose key it is")
    new.add_argument("--kind", choices=["ed25519", "rsa4096"], default="ed25519")
    extend = action("extend", "let the key of a profile live longer")
    extend.add_argument("name", nargs="?", help=_PROFILE_HELP)
    extend.add_argument("--for", dest="span", default="2y", metavar="SPAN", help="90d, 18m, 2y or never")
    phrase = action("passphrase", "make a strong passphrase of words, or judge your own")
    for made, help_text in (
        (new, "a passphrase of your own: typed twice, or a line of standard input"),
        (phrase, "say how strong your own is: typed, or a line of standard input"),
    ):
        made.add_argument("--own", action="store_true", help=help_text)
        made.add_argument("--words", type=int, choices=range(6, 25), default=10, metavar="N", help="6 to 24")


if __name__ == "__main__":
    sys.exit(main())
