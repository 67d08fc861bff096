"""What is known of a kit is kept, and nothing is made of a file that is not ours."""

from datetime import UTC, datetime

from secretsbackup.model.profile import Fingerprint, ProfileName
from secretsbackup.store import kit
from secretsbackup.store.history import PlaceId
from secretsbackup.store.home import Home
from secretsbackup.store.kit import SavedKit

DOCS = ProfileName("docs")
KEPT = SavedKit(Fingerprint("A" * 40), PlaceId("file:///backups"), datetime(2026, 11, 22, tzinfo=UTC))


def test_a_kit_is_remembered(home: Home) -> None:
    assert kit.read(home, DOCS) is None
    kit.keep(home, DOCS, KEPT)
    assert kit.read(home, DOCS) == KEPT


def test_what_is_not_ours_is_nothing(home: Home) -> None:
    kit.keep(home, DOCS, KEPT)
    home.kit(DOCS).write_text('{"key": 3}')
    assert kit.read(home, DOCS) is None
