"""What is generated of the documentation: written by `python -m tests.docs --write`, and checked to be current."""

import sys
from pathlib import Path

from tests.docs import commands, settings, terminal, troubleshooting

RESOURCES = Path(__file__).parents[2] / "resources"
HELP = RESOURCES / "help"


def generated() -> dict[Path, str]:
    """Each generated file and the text that it should have."""
    return {
        HELP / "command-line.md": commands.text(),
        HELP / "settings-reference.md": settings.text(),
        HELP / "troubleshooting.md": troubleshooting.text(),
        RESOURCES / "man" / "secretsbackup.1": terminal.man(),
        RESOURCES / "completions" / "secretsbackup.bash": terminal.completion("bash"),
        RESOURCES / "completions" / "_secretsbackup": terminal.completion("zsh"),
        RESOURCES / "completions" / "secretsbackup.fish": terminal.completion("fish"),
    }


def outdated() -> list[str]:
    """The names of the files that do not say what the program says now.

    A man page and completions are as Python 3.11 has the help: later ones word its usage otherwise.
    """
    expected = {
        path: text
        for path, text in generated().items()
        if path.is_relative_to(HELP) or sys.version_info[:2] == (3, 11)
    }
    return [path.name for path, text in expected.items() if not path.exists() or path.read_text() != text]


def write() -> None:
    """Write them."""
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
