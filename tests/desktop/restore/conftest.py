"""Two profiles that have a past: a catalogue of a hundred thousand paths, and what lies at their places."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from shiboken6 import isValid

from secretsbackup.desktop.restore import RestoreWizard
from secretsbackup.model.destination import Folder
from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.store import profiles
from secretsbackup.store.catalogue import filling
from secretsbackup.store.catalogue.filling import SnapshotListing
from secretsbackup.store.home import Home
from tests.desktop.conftest import Parts
from tests.desktop.setup.wizard_driver import Hand

NOW = datetime.now(UTC).replace(microsecond=0)
TIMES = [NOW - timedelta(days=days, hours=3) for days in (30, 8, 2, 1, 0)]
"""When the snapshots were made, oldest first."""
FOLDERS, FILES = 100, 1000


def everything() -> Iterator[SeenEntry]:
    """The first snapshot: photographs by the thousand, and a few documents."""
    changed = int((NOW - timedelta(days=400)).timestamp())
    yield SeenEntry(b"Documents", EntryKind.FOLDER, changed)
    for name, size in ((b"letter.odt", 12_000), (b"report.pdf", 1_400_000), (b"taxes 2025.ods", 48_000)):
        yield SeenEntry(b"Documents/" + name, EntryKind.FILE, changed, size, size)
    yield SeenEntry(b"Pictures", EntryKind.FOLDER, changed)
    for folder in range(FOLDERS):
        above = b"Pictures/%04d" % folder
        yield SeenEntry(above, EntryKind.FOLDER, changed)
        for file in range(FILES):
            size = 2_000_000 + file
            yield SeenEntry(
                above + b"/IMG_%05d.jpg" % (folder * FILES + file), EntryKind.FILE, changed, size, size
            )


def changes() -> Iterator[list[SeenEntry]]:
    """What the later snapshots changed: the report twice; then the letter is gone."""
    for number, time in enumerate(TIMES[1:], 1):
        changed = int((time - timedelta(hours=1)).timestamp())
        size = 1_400_000 + number
        seen = [SeenEntry(b"Documents/report.pdf", EntryKind.FILE, changed, size, size)] if number < 3 else []
        gone = [SeenEntry(b"Documents/letter.odt", None)] if number == 3 else []
        yield [*gone, *seen, SeenEntry(b"Documents/taxes 2025.ods", EntryKind.FILE, changed, 48_000, 48_000)]


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of all that; to be copied."""
    file = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    filling.add(file, SnapshotListing(TIMES[0], True, everything()))
    for time, seen in zip(TIMES[1:], changes(), strict=True):
        filling.add(file, SnapshotListing(time, False, seen))
    return file


def put_sets(folder: Path) -> None:
    """The files of duplicity's that a listing of such a destination shows."""
    folder.mkdir(parents=True)
    stamps = [f"{time:%Y%m%dT%H%M%SZ}" for time in TIMES]
    stems = [f"duplicity-full.{stamps[0]}"]
    stems += [f"duplicity-inc.{one}.to.{two}" for one, two in pairwise(stamps)]
    for stem in stems:
        for name in (f"{stem}.vol1.difftar.gpg", f"{stem}.manifest.gpg"):
            (folder / name).write_bytes(b"x" * 1000)


@pytest.fixture
def past(home: Home, tmp_path: Path, catalogue_file: Path, key: Fingerprint, memory: None) -> Profile:
    """The profile that has it."""
    put_sets(tmp_path / "disk" / "backups")
    made = Profile(
        name=ProfileName("ada"),
        sources=(
            Source("Documents", str(tmp_path / "Documents")),
            Source("Pictures", str(tmp_path / "Pictures")),
        ),
        destination=Folder(str(tmp_path / "disk" / "backups")),
        key=key,
    )
    profiles.add(home, made)
    file = home.catalogue(made)
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_bytes(catalogue_file.read_bytes())
    return made


Begin = Callable[..., Hand]


@pytest.fixture
def begin(parts: Parts) -> Iterator[Begin]:
    """Opens the wizard."""
    opened: list[RestoreWizard] = []

    def wizard_of(name: str | None = None, photographs: str = "") -> Hand:
        parts.states.begin()
        profile = ProfileName(name) if name else None
        made = RestoreWizard(
            parts.home, parts.settings, parts.states, parts.session, parts.shown.append, profile
        )
        opened.append(made)
        return Hand(made, photographs)

    yield wizard_of
    for one in opened:
        if isValid(one):
            one.when.stop()
            one.deleteLater()
