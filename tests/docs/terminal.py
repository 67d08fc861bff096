"""What a terminal shows of the commands beside their own help: the man page, and what each shell completes."""

import argparse
from collections.abc import Iterator

from secretsbackup.cli.parser import parser

_FILES = {"DIR", "FILE", "FOLDER", "PARENT", "CONFIG_SH"}
"""The names of values that are files or folders."""


def man() -> str:
    """The man page secretsbackup(1). It has no date, which would change without a change."""
    from argparse_manpage.manpage import Manpage

    page = Manpage(parser())
    page.date, page.source, page.manual = "", "Secrets Backup", "Secrets Backup"
    page.description = "encrypted, incremental, off-site backups that plain duplicity and gpg can read"
    lines = str(page).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def completion(shell: str) -> str:
    """What a shell ("bash", "zsh", "fish") runs to complete commands, options and files."""
    import shtab

    top = parser()
    for action in _actions(top):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    lines = shtab.complete(top, shell=shell).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _actions(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in command._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from _actions(one)
