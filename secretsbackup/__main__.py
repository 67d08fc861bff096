"""The program's way in: the command line, and from there the desktop where that is what was asked for."""

import sys
from collections.abc import Sequence

from secretsbackup.cli.main import main as command_line


def main() -> int:
    """Run what the words say; the exit status."""
    return command_line(desktop=_desktop)


def _desktop(words: Sequence[str]) -> int:
    from secretsbackup.desktop.main import main as desktop

    return desktop(words)


if __name__ == "__main__":
    sys.exit(main())
