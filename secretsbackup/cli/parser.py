"""The words of the command line: every command, its options, and what the help says of them.

Help is a lower-case imperative phrase without a stop; an option says what it does and its default.
"""

import argparse
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from secretsbackup import __version__

AddCommand = Callable[[str, str], argparse.ArgumentParser]
"""Adds a command: its name, and what it does."""
_SubParsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _(text: str) -> str:
    """The text in the language of the window; words are imported only once somebody reads them."""
    from secretsbackup.words import language

    return language._(text)


def _one_profile() -> str:
    return _("the profile (may be omitted if there is only one)")


def _all_profiles() -> str:
    return _("the profile (default: all)")


def parser() -> argparse.ArgumentParser:
    """The whole command line; what was parsed has the name of its command in `command` ("profile add")."""
    top: argparse.ArgumentParser = _OptionsAnywhere(
        prog="secretsbackup",
        parents=[_common()],
        description=_("Encrypted, incremental, off-site backups that plain duplicity and gpg can read."),
        epilog=_(
            "Exit status: 0 completed, 3 completed with warnings, 1 failed, 2 usage error, 4 cancelled, "
            "75 busy or skipped. Options can stand anywhere; a name that starts with “-” goes after “--”."
        ),
    )
    top.add_argument("--version", action="version", version=f"secretsbackup {__version__}")
    top.add_argument("--tray", action="store_true", help=_("start in the tray, without a window"))
    top.set_defaults(command="welcome", json=False, chosen=None)
    common = _common(argparse.SUPPRESS)  # what was said before a command's name stays said
    commands = top.add_subparsers(title=_("commands"), metavar="COMMAND")
    add = _adder(commands, common)
    _window_and_help(add)
    _runs(add)
    _queries(add)
    _automatic(add)
    _setting_up(add)
    _profile(_group(commands, common, "profile", _("manage profiles")))
    _secret(_group(commands, common, "secret", _("manage secrets in the keyring")))
    _key(_group(commands, common, "key", _("manage GnuPG keys and passphrases")))
    return top


class _OptionsAnywhere(argparse.ArgumentParser):
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
            if words and self._takes(word, words[0]):
                options.append(words.pop(0))
        return [*options, "--", *others] if others else options

    def _takes(self, option: str, following: str) -> bool:
        """Whether an option, maybe shortened, takes the word that follows."""
        known = self._option_string_actions
        named = {known[one].dest: known[one] for one in known if one.startswith(option)}
        action = known.get(option) or (next(iter(named.values())) if len(named) == 1 else None)
        return action is not None and action.nargs in (None, "?") and not following.startswith("-")


_OPTION = re.compile(r"--?[A-Za-z][A-Za-z-]*(=|$)")


def _common(default: str | None = None) -> argparse.ArgumentParser:
    """The options of every command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=default)
    common.add_argument("--json", action="store_true", help=_("print lines of JSON"))
    common.add_argument("--profile", dest="chosen", metavar="NAME", help=_one_profile())
    return common


def _adder(commands: _SubParsers, common: argparse.ArgumentParser, group: str = "") -> AddCommand:
    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_text, description=help_text, parents=[common])
        made.set_defaults(command=f"{group} {name}".strip())
        return made

    return add


def _group(commands: _SubParsers, common: argparse.ArgumentParser, name: str, help_text: str) -> AddCommand:
    """A command that has commands of its own."""
    group = commands.add_parser(name, help=help_text, description=help_text, parents=[common])
    actions = group.add_subparsers(title=_("actions"), metavar="ACTION", required=True)
    return _adder(actions, common, name)


def _window_and_help(add: AddCommand) -> None:
    add("open", _("open the window"))
    topic = add("help", _("read the handbook: a page, or what an error means"))
    topic.add_argument(
        "topic",
        nargs="?",
        metavar="TOPIC",
        help=_("a page, PAGE#SECTION or an error (default: list all)"),
    )
    demo = add("demo", _("try a complete round trip with throw-away files, key and keyring"))
    demo.add_argument("--keep", metavar="FOLDER", help=_("work in this new folder and keep it"))


def _runs(add: AddCommand) -> None:
    _backup(add("backup", _("back up now")))
    _restore(add("restore", _("restore everything, or chosen paths, into a new folder")))
    verify = add("verify", _("check the destination, then restore a sample and compare it"))
    verify.add_argument("name", nargs="?", help=_one_profile())
    stop = add("stop", _("stop a run, also one of the tray or a timer"))
    stop.add_argument("name", nargs="?", help=_all_profiles())
    prune = add("prune", _("remove backups that the profile no longer keeps, and leftovers of failed runs"))
    prune.add_argument("name", nargs="?", help=_one_profile())
    prune.add_argument("--dry-run", action="store_true", help=_("only list what would be removed"))


def _queries(add: AddCommand) -> None:
    for name, help_text, profile_help in (
        ("status", _("show how safe each profile is"), _all_profiles()),
        ("accept", _("ignore the current warnings until they change"), _all_profiles()),
        ("snapshots", _("list the snapshots at the destination"), _one_profile()),
        ("runs", _("list past runs"), _all_profiles()),
    ):
        add(name, help_text).add_argument("name", nargs="?", help=profile_help)
    log = add("log", _("show what a run did"))
    log.add_argument("run", nargs="?", metavar="RUN", help=_("the run's name (default: the last run)"))
    log.add_argument("--obscured", action="store_true", help=_("hide names and places, for a bug report"))
    files = add("files", _("list the files of a snapshot"))
    files.add_argument(
        "words", nargs="*", metavar="[PROFILE] [PATH]", help=_("list below PATH (default: all)")
    )
    files.add_argument("--at", metavar="TIME", help=_("the newest snapshot not later than this"))
    find = add("find", _("find files in all snapshots by a part of their name"))
    find.add_argument("words", nargs="+", metavar="[PROFILE] TEXT", help=_("a part of the name or path"))
    find.add_argument("--deleted", action="store_true", help=_("only files missing from the newest snapshot"))
    find.add_argument(
        "--limit",
        type=int,
        default=200,
        metavar="N",
        help=_("show at most N paths, best first (default: 200)"),
    )
    versions = add("versions", _("list every version of a file"))
    versions.add_argument(
        "words", nargs="+", metavar="[PROFILE] PATH", help=_("the path in the snapshots, or on this computer")
    )
    for one in (files, find, versions):
        one.add_argument(
            "--refresh", action="store_true", help=_("ask the destination for new snapshots first")
        )


def _automatic(add: AddCommand) -> None:
    autostart = add("autostart", _("start in the tray at login, or not"))
    autostart.add_argument(
        "wanted", nargs="?", choices=["on", "off", "status"], default="status", help=_("default: status")
    )
    pause = add("pause", _("pause automatic backups"))
    pause.add_argument("name", nargs="?", help=_all_profiles())
    pause.add_argument("--for", dest="span", metavar="SPAN", help=_("30m, 1h, 2d (default: until resumed)"))
    pause.add_argument("--until", metavar="TIME", help=_("for example “2026-11-22 18:00”"))
    add("resume", _("resume automatic backups")).add_argument("name", nargs="?", help=_all_profiles())
    timer = add("timer", _("have the system start backups that are due, without the tray"))
    timer.add_argument("switch", choices=["on", "off", "status"])


def _setting_up(add: AddCommand) -> None:
    add("init", _("answer a few questions and set up a profile"))
    doctor = add("doctor", _("test every permission and setting, and report what is missing or too much"))
    doctor.add_argument("name", nargs="?", help=_one_profile())
    doctor.add_argument("--end-uploads", action="store_true", help=_("end the bucket's unfinished uploads"))
    _kit(add("kit", _("save the recovery kit, or check one with “kit check FILE”")))
    _recover(add("recover", _("set up a new computer from a recovery kit")))
    make = add("provision", _("create a bucket, and a user and key for one prefix in it"))
    make.add_argument(
        "to", nargs="?", metavar="URL", help=_("s3://BUCKET/PREFIX (default: the profile's destination)")
    )
    make.add_argument(
        "--iam-endpoint", metavar="URL", help=_("where users are created (default: the endpoint)")
    )
    make.add_argument(
        "--aws-profile",
        metavar="NAME",
        help=_("an administrator's profile in ~/.aws (default: ask for a key)"),
    )
    policy = add("policy", _("print the least permissions that a backup needs"))
    policy.add_argument("form", choices=["iam", "bucket"], help=_("a policy for the user, or for the bucket"))
    policy.add_argument("name", nargs="?", help=_one_profile())
    policy.add_argument(
        "--to", metavar="URL", help=_("s3://BUCKET/PREFIX (default: the profile's destination)")
    )
    policy.add_argument("--principal", metavar="ARN", help=_("the user that a bucket's policy is for"))
    for one in (make, policy):
        _server(one)


def _server(command: argparse.ArgumentParser, note: str = "") -> None:
    command.add_argument(
        "--endpoint",
        metavar="URL",
        help=note + _("the address of an S3-compatible server (default: Amazon S3)"),
    )
    command.add_argument("--region", metavar="R", help=note + _("the region (default: the bucket's)"))


def _backup(backup: argparse.ArgumentParser) -> None:
    backup.add_argument("name", nargs="?", help=_one_profile())
    backup.add_argument("--full", action="store_true", help=_("start a new chain with a full backup"))
    backup.add_argument(
        "--due", action="store_true", help=_("back up every profile that is due (for timers)")
    )
    backup.add_argument("-v", "--verbose", action="store_true", help=_("with --due, say why a profile waits"))
    backup.add_argument("--allow-empty", action="store_true", help=_("back up even if a source is empty"))
    backup.add_argument("--allow-large", action="store_true", help=_("back up however much data is new"))
    backup.add_argument(
        "--allow-many-changes", action="store_true", help=_("back up even if many files are gone or changed")
    )
    backup.add_argument("--yes", action="store_true", help=_("--allow-large and --allow-many-changes"))
    backup.add_argument(
        "--adopt", action="store_true", help=_("continue a chain that another computer or folder started")
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
    restore.add_argument("words", nargs="*", metavar="[PROFILE] [PATH…]", help=_("default: everything"))
    restore.add_argument("--to", metavar="PARENT", help=_("create the new folder in this one"))
    restore.add_argument("--at", metavar="TIME", help=_("the newest snapshot not later than this"))
    restore.add_argument(
        "--continue",
        dest="resumed",
        nargs="?",
        const="",
        metavar="FOLDER",
        help=_("continue an interrupted restore into FOLDER (default: the newest)"),
    )
    restore.add_argument(
        "--put-back",
        action="store_true",
        help=_("then compare with what is in place, and put back what you choose"),
    )
    restore.add_argument("--yes", action="store_true", help=_("with --put-back: put back all that differs"))
    restore.add_argument(
        "--keep-setuid", action="store_true", help=_("keep setuid bits in backups of other computers")
    )
    restore.add_argument(
        "--from", dest="elsewhere", metavar="URL", help=_("restore a backup that no profile here belongs to")
    )
    _server(restore, _("with --from: "))
    restore.add_argument("--aws-profile", metavar="NAME", help=_("with --from: your own profile in ~/.aws"))
    restore.add_argument("--ask-where", action="store_true", help=argparse.SUPPRESS)
    _formerly(restore, {"--go-on": "resumed"}, nargs="?", const="")


def _kit(kit: argparse.ArgumentParser) -> None:
    kit.add_argument("words", nargs="*", metavar="[PROFILE] | check FILE [PROFILE]", help=_one_profile())
    kit.add_argument("--out", metavar="DIR", help=_("where to write recovery-kit.pdf and recovery-kit.txt"))
    kit.add_argument(
        "--with-passphrase", action="store_true", help=_("print the passphrase too; then lock the kit away")
    )
    kit.add_argument(
        "--keep-in-bucket",
        action="store_true",
        help=_("also keep it, without passphrase, beside the backups"),
    )


def _recover(recover: argparse.ArgumentParser) -> None:
    recover.add_argument(
        "--kit",
        required=True,
        metavar="FILE",
        help=_(
            "recovery-kit.txt or .pdf, its text typed or scanned, a picture of its codes, "
            "or the URL of a destination that holds a kit"
        ),
    )
    recover.add_argument(
        "--name", dest="new_name", metavar="NAME", help=_("the name of the profile (default: the kit's)")
    )
    _server(recover, _("with a URL: "))


def _profile(add: AddCommand) -> None:
    new = add("add", _("create a profile"))
    new.add_argument("name")
    _fields(new, required=True)
    changed = add("set", _("change a profile; what you do not name stays"))
    changed.add_argument("name", nargs="?", help=_one_profile())
    _fields(changed, required=False)
    add("list", _("list the profiles"))
    for name, help_text in (
        ("show", _("show a profile")),
        ("remove", _("remove a profile and its secrets; the backups stay")),
        ("check", _("test everything that a backup needs")),
    ):
        add(name, help_text).add_argument("name", nargs="?", help=_one_profile())
    taken = add("import", _("take over a config.sh of the old scripts, and its chain"))
    taken.add_argument("config", metavar="CONFIG_SH")
    taken.add_argument(
        "--name", dest="new_name", metavar="NAME", help=_("the name of the profile (default: the file's)")
    )


def _fields(fields: argparse.ArgumentParser, *, required: bool) -> None:
    """The fields of a profile. None of them has a default here: the profile has."""
    fields.add_argument(
        "--source",
        action="append",
        required=required,
        metavar="DIR",
        help=_("a folder to back up; repeatable"),
    )
    fields.add_argument(
        "--to", required=required, metavar="URL", help="the destination: s3://, file://, sftp:// or rsync://"
    )
    _server(fields)
    fields.add_argument("--storage-class", metavar="CLASS", help="such as STANDARD_IA (default: STANDARD)")
    fields.add_argument("--key", required=required, help=_("the GnuPG key: its fingerprint, ID or owner"))
    fields.add_argument(
        "--exclude",
        action="append",
        metavar="PATTERN",
        help=_("skip what matches an rsync pattern, or lies below a path; repeatable"),
    )
    fields.add_argument(
        "--full-every", type=int, metavar="DAYS", help=_("days between full backups (default: 30)")
    )
    fields.add_argument("--keep", type=int, metavar="N", help=_("keep at least N full backups (default: 2)"))
    fields.add_argument("--keep-days", type=int, metavar="DAYS", help=_("also keep all that are younger"))
    fields.add_argument(
        "--compression", choices=["fast", "small"], help=_("fast, or smaller and slower (default: fast)")
    )
    fields.add_argument("--staging", metavar="DIR", help=_("where files are collected (default: ~/.cache)"))
    fields.add_argument(
        "--aws-profile", metavar="NAME", help=_("your own profile in ~/.aws (default: the keyring)")
    )
    _schedule_fields(fields)
    _hook_fields(fields)


def _schedule_fields(fields: argparse.ArgumentParser) -> None:
    switch = argparse.BooleanOptionalAction
    fields.add_argument(
        "--schedule",
        metavar="WHEN",
        help=_("hourly, “every 6h”, “daily 18:00”, “weekly mon 18:00” or manual (default: daily 18:00)"),
    )
    fields.add_argument("--only-on-power", action=switch, default=None, help=_("do not back up on battery"))
    fields.add_argument("--metered-too", action=switch, default=None, help=_("also on metered connections"))
    fields.add_argument(
        "--jitter",
        dest="jitter_minutes",
        type=int,
        metavar="MINUTES",
        help=_("start up to this many minutes late (default: 0)"),
    )
    fields.add_argument(
        "--overdue-after",
        dest="overdue_after_days",
        type=int,
        metavar="DAYS",
        help=_("warn when a backup is this late (default: 3)"),
    )
    fields.add_argument(
        "--verify-every",
        type=int,
        metavar="DAYS",
        help=_("days between test restores (default: 7; 0: never)"),
    )
    fields.add_argument(
        "--ask-above-new",
        dest="ask_above_new_gb",
        type=int,
        metavar="GB",
        help=_("ask before sending more new data than this (default: 20; 0: never)"),
    )
    fields.add_argument(
        "--ask-above-changed",
        dest="ask_above_changed_percent",
        type=int,
        metavar="PERCENT",
        help=_("ask when more files than this are gone or changed (default: 50; 0: never)"),
    )
    _formerly(fields, _FORMER_FIELDS, type=int)


_FORMER_FIELDS = {
    "--spread": "jitter_minutes",
    "--patience": "overdue_after_days",
    "--surge": "ask_above_new_gb",
    "--upheaval": "ask_above_changed_percent",
    "--prove-every": "verify_every",
}


def _hook_fields(fields: argparse.ArgumentParser) -> None:
    fields.add_argument(
        "--before",
        metavar="COMMAND",
        help=_("run this command first; without a shell, quoted as in one"),
    )
    fields.add_argument("--after", metavar="COMMAND", help=_("run this command last, also after a failure"))
    fields.add_argument(
        "--hook-seconds", type=int, metavar="N", help=_("stop these commands after N seconds (default: 300)")
    )
    for name, when in (
        ("success", _("after each good backup")),
        ("failure", _("when a backup fails")),
        ("overdue", _("when no backup was made for too long")),
    ):
        fields.add_argument(
            f"--call-on-{name}", metavar="URL", help=_("call this URL {when} (“”: none)").format(when=when)
        )
    fields.add_argument(
        "--mail", metavar="ADDRESS", help=_("mail failed and overdue backups to, by sendmail")
    )


def _secret(add: AddCommand) -> None:
    for name, help_text in (
        ("set", _("store a secret, typed or from standard input")),
        ("forget", _("remove a secret")),
    ):
        command = add(name, help_text)
        command.add_argument("name", metavar="PROFILE")
        command.add_argument(
            "secret", choices=["aws-access-key-id", "aws-secret-access-key", "gpg-passphrase"]
        )


def _key(add: AddCommand) -> None:
    add("list", _("list your keys, and why one cannot be used"))
    new = add("new", _("create a key with a strong passphrase"))
    new.add_argument(
        "--owner",
        default="Secrets Backup",
        metavar="NAME",
        help=_("the key's owner (default: Secrets Backup)"),
    )
    new.add_argument(
        "--kind",
        choices=["ed25519", "rsa4096"],
        default="ed25519",
        help=_("the kind of key (default: ed25519)"),
    )
    extend = add("extend", _("extend the key of a profile"))
    extend.add_argument("name", nargs="?", help=_one_profile())
    extend.add_argument(
        "--for", dest="span", default="2y", metavar="SPAN", help="90d, 18m, 2y or never (default: 2y)"
    )
    phrase = add("passphrase", _("make a strong passphrase, or rate your own"))
    for made, help_text in (
        (new, _("use your own passphrase: typed twice, or a line of standard input")),
        (phrase, _("rate your own passphrase: typed, or a line of standard input")),
    ):
        made.add_argument("--own", action="store_true", help=help_text)
        made.add_argument(
            "--words",
            type=int,
            choices=range(6, 25),
            default=10,
            metavar="N",
            help="6 to 24 (default: 10)",
        )
