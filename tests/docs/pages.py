"""The generated pages of the handbook: written by `python -m tests.docs --write`, and checked to be current."""

from pathlib import Path

from tests.docs import commands, settings, troubleshooting

HELP = Path(__file__).parents[2] / "resources" / "help"


def generated() -> dict[Path, str]:
    """Each generated page and the text that it should have."""
    return {
        HELP / "command-line.md": commands.text(),
        HELP / "settings-reference.md": settings.text(),
        HELP / "troubleshooting.md": troubleshooting.text(),
    }


def outdated() -> list[str]:
    """The names of the pages that do not say what the program says now."""
    return [path.name for path, text in generated().items() if not path.exists() or path.read_text() != text]


def write() -> None:
    """Write them."""
    for path, text in generated().items():
        path.write_text(text)
