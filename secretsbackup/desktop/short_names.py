"""How folders and destinations are named on a screen: as short as they stay clear."""

from pathlib import Path

from secretsbackup.model.destination import Destination, Folder, url
from secretsbackup.model.paths import legible
from secretsbackup.words.language import _


def short(path: str | Path) -> str:
    """A path, with ~ for one's own home."""
    home, path = Path.home(), Path(legible(str(path)))
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)


def name_of(path: str) -> str:
    """The last part of a path."""
    return _("Home folder") if Path(path) == Path.home() else legible(Path(path).name) or "root"


def where(destination: Destination) -> str:
    """A destination: a folder by its path, others by their address."""
    return short(destination.path) if isinstance(destination, Folder) else url(destination)
