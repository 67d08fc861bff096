"""The command reference: every command and option, from the parser, each with an example."""

import argparse
from collections.abc import Iterator

from secretsbackup.cli.parser import parser

INTRO = """\
# Command line

This page lists every command, what it does, and its options. `secretsbackup COMMAND --help` prints the same.

In a copy of the repository, `secretsbackup` is `installers/linux/run` or `.venv/bin/secretsbackup`. Without a command it
says how safe your files are.

- If you have only one profile, you need not name it. Else name it after the command: `secretsbackup backup documents`.
- `--profile NAME` names it, too, where the other words could be meant otherwise.
- `--json` prints [JSON](exit-codes-and-json.md), for scripts.
- `secretsbackup --tray` starts Secrets Backup in the tray, without a window; `secretsbackup --version` prints the version.
- [Exit codes](exit-codes-and-json.md#exit-codes) say how a command ended.
"""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "open": ("secretsbackup open",),
    "help": ("secretsbackup help", "secretsbackup help restoring#one-file", "secretsbackup help no-room"),
    "demo": ("secretsbackup demo", "secretsbackup demo --keep /tmp/demo"),
    "backup": ("secretsbackup backup", "secretsbackup backup documents --full"),
    "restore": (
        "secretsbackup restore --to ~/Desktop",
        'secretsbackup restore Documents/letter.odt --to ~/Desktop --at "2026-11-22 18:00"',
    ),
    "verify": ("secretsbackup verify",),
    "stop": ("secretsbackup stop",),
    "prune": ("secretsbackup prune --dry-run",),
    "status": ("secretsbackup status", "secretsbackup status --json"),
    "accept": ("secretsbackup accept",),
    "snapshots": ("secretsbackup snapshots",),
    "runs": ("secretsbackup runs",),
    "log": ("secretsbackup log", "secretsbackup log --obscured"),
    "files": ("secretsbackup files Documents --at 2026-11-22",),
    "find": ("secretsbackup find letter --deleted",),
    "versions": ("secretsbackup versions Documents/letter.odt",),
    "autostart": ("secretsbackup autostart on",),
    "pause": ("secretsbackup pause --for 2h",),
    "resume": ("secretsbackup resume",),
    "timer": ("secretsbackup timer on",),
    "init": ("secretsbackup init",),
    "doctor": ("secretsbackup doctor",),
    "kit": ("secretsbackup kit --out ~/kit", "secretsbackup kit check ~/kit/recovery-kit.txt"),
    "recover": ("secretsbackup recover --kit recovery-kit.pdf",),
    "provision": ("secretsbackup provision s3://ada-backups/laptop --region eu-central-1",),
    "policy": ("secretsbackup policy iam --to s3://ada-backups/laptop",),
    "profile add": (
        "secretsbackup profile add documents --source ~/Documents --to file:///media/disk/backups --key ada@example.org",
    ),
    "profile set": (
        'secretsbackup profile set documents --schedule "daily 7:30"',
        "secretsbackup profile set documents --exclude '*.iso' --exclude cache/",
    ),
    "profile list": ("secretsbackup profile list",),
    "profile show": ("secretsbackup profile show documents",),
    "profile remove": ("secretsbackup profile remove documents",),
    "profile check": ("secretsbackup profile check documents",),
    "profile import": ("secretsbackup profile import config.sh",),
    "secret set": ("secretsbackup secret set documents gpg-passphrase",),
    "secret forget": ("secretsbackup secret forget documents gpg-passphrase",),
    "key list": ("secretsbackup key list",),
    "key new": ("secretsbackup key new",),
    "key extend": ("secretsbackup key extend --for 2y",),
    "key passphrase": ("secretsbackup key passphrase --words 8",),
}  # fmt: skip
_EVERYWHERE = {"--help", "--json", "--profile"}


def text() -> str:
    """The whole page."""
    parts = [line for name, command in commands() for line in _command(name, command)]
    return "\n".join((INTRO, *parts)).rstrip() + "\n"


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command by its words, in the order of `--help`."""
    for name, command in _choices(parser()):
        below = list(_choices(command))
        yield from ((f"{name} {action}", one) for action, one in below)
        if not below:
            yield name, command


def options(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What a command takes beside what all of them take."""
    for action in command._actions:
        if action.help != argparse.SUPPRESS and not _EVERYWHERE & {*action.option_strings}:
            yield action


def _choices(parent: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parent._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _command(name: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield from (
        f'<a id="{name.replace(" ", "-")}"></a>',
        f"## {name}",
        "",
        _sentence(command.description or ""),
        "",
    )
    if taken := list(options(command)):
        yield from ("| Option | Meaning |", "| --- | --- |", *map(_row, taken), "")
    yield from ("```", *EXAMPLES[name], "```", "")


def _row(action: argparse.Action) -> str:
    names = ", ".join(action.option_strings)
    value = _value(action)
    meaning = (action.help or "").replace("|", "\\|")
    return f"| `{' '.join(filter(None, (names, value)))}` | {meaning} |".replace(
        "[PROFILE] | check", "[PROFILE] \\| check"
    )


def _value(action: argparse.Action) -> str:
    """What stands for its value, as the usage line has it."""
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "\\|".join(map(str, action.choices)) if len(list(action.choices)) < 8 else action.metavar or ""
    if isinstance(action, argparse.BooleanOptionalAction):
        return ""
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return f"[{metavar}]" if action.nargs == "?" and not metavar.startswith("[") else metavar


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
