"""Where a command begins: what kind of thing it is for, a terminal or a screen. Imports stay where they are
used."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence

from secretsbackup import __version__
from secretsbackup.cli import environment, terminal
from secretsbackup.cli.parser import parser

Desktop = Callable[[Sequence[str]], int]
"""Opens the window ("open"), waits in the tray ("tray"), or backs up there ("backup" NAME)."""


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
    home_known = environment.find_home()
    if home_known:
        _speak_as_the_window()
    options = parser().parse_args(words)
    os.umask(0o077)
    from secretsbackup.cli import commands, output

    if not home_known:
        output.say("No home folder is known for this user.", "Set HOME to a folder, and run it again.")
        return 1
    from secretsbackup.tools import process

    process.open_many_files()
    if desktop and (asked := _for_the_screen(options)):
        return commands.ended(lambda: desktop(asked), json=False)
    process.dump_no_core()
    return commands.run(options)


def _speak_as_the_window() -> None:
    """Show help in the language that the window has."""
    from secretsbackup.store import home, language_setting
    from secretsbackup.words.language import set_language

    set_language(language_setting.chosen(home.standard()))


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


if __name__ == "__main__":
    sys.exit(main())
