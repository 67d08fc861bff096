"""Finds the function that runs a command. Its file is imported only then: each start takes what it needs."""

from collections.abc import Awaitable, Callable

from secretsbackup.cli.arguments import Options
from secretsbackup.store.home import Home

Command = Callable[[Options, Home], Awaitable[int]]
"""Runs a command; its exit status."""


def find(command: str) -> Command:  # noqa: PLR0912 - a table: one line a command
    """The function of a command, as it is typed ("profile add"); KeyError if there is none."""
    match command.partition(" ")[0]:
        case "backup":
            from secretsbackup.cli.backup import backup

            return backup
        case "restore":
            from secretsbackup.cli.restore import restore

            return restore
        case "verify":
            from secretsbackup.cli.verify import verify

            return verify
        case "prune":
            from secretsbackup.cli.prune import prune

            return prune
        case "stop":
            from secretsbackup.cli.stop import stop

            return stop
        case "demo":
            from secretsbackup.cli.demo import demo

            return demo
        case "help":
            from secretsbackup.cli.help import help as help_

            return help_
        case "open" | "welcome":
            from secretsbackup.cli import open as window

            return {"open": window.open, "welcome": window.welcome}[command]
        case "status" | "accept":
            from secretsbackup.cli import status

            return {"status": status.status, "accept": status.accept}[command]
        case "runs" | "log":
            from secretsbackup.cli import log

            return {"runs": log.runs, "log": log.log}[command]
        case "snapshots" | "files" | "find" | "versions":
            from secretsbackup.cli import queries

            return {
                "snapshots": queries.snapshots,
                "files": queries.files,
                "find": queries.find,
                "versions": queries.versions,
            }[command]
        case "autostart":
            from secretsbackup.cli.autostart import autostart

            return autostart
        case "timer":
            from secretsbackup.cli.timer import timer

            return timer
        case "pause" | "resume":
            from secretsbackup.cli import pause

            return {"pause": pause.pause, "resume": pause.resume}[command]
        case "init":
            from secretsbackup.cli.init import init

            return init
        case "doctor":
            from secretsbackup.cli.doctor import doctor

            return doctor
        case "kit":
            from secretsbackup.cli.kit import kit

            return kit
        case "recover":
            from secretsbackup.cli.recover import recover

            return recover
        case "provision":
            from secretsbackup.cli.provision import provision

            return provision
        case "policy":
            from secretsbackup.cli.policy import policy

            return policy
        case "profile":
            from secretsbackup.cli import profile

            return {
                "profile add": profile.profile_add,
                "profile set": profile.profile_set,
                "profile list": profile.profile_list,
                "profile show": profile.profile_show,
                "profile remove": profile.profile_remove,
                "profile check": profile.profile_check,
                "profile import": profile.profile_import,
            }[command]
        case "secret":
            from secretsbackup.cli import secret

            return {"secret set": secret.secret_set, "secret forget": secret.secret_forget}[command]
        case "key":
            from secretsbackup.cli import key

            return {
                "key list": key.key_list,
                "key new": key.key_new,
                "key extend": key.key_extend,
                "key passphrase": key.key_passphrase,
            }[command]
        case _:
            raise KeyError(command)
