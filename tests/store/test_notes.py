"""Notes of an older version are read, and nothing that a user accepted is forgotten by an upgrade."""

from datetime import UTC, datetime

from secretsbackup.model import causes
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import notes
from secretsbackup.store.home import Home, owner_only

DOCS = ProfileName("docs")
OLDER = (
    '{"accepted":["left-out 1f"],"lacking":[{"reason":"destination-away","detail":"/media/disk"},'
    '{"reason":"busy","detail":"12"}],"lacking_since":"2026-11-22T12:00:00Z",'
    '"unasked":{"reason":"keyring-locked","detail":"it did not answer"},"written":"no-room"}'
)


def test_notes_of_an_older_version_are_read(home: Home) -> None:
    path = home.marks(DOCS)
    owner_only(path.parent)
    path.write_text(OLDER)
    known = notes.read(home, DOCS)
    assert known.accepted == {"left-out 1f"}
    assert known.lacking == (causes.DestinationAway("/media/disk"), causes.Busy(12))
    assert known.unasked == causes.KeyringLocked("it did not answer")
    assert known.written == "no-room"


def test_what_is_noted_is_read_again(home: Home) -> None:
    lacking = (causes.NotYet(datetime(2026, 11, 22, 12, tzinfo=UTC)), causes.SourceMissing("/media/photos"))
    notes.lack(home, DOCS, datetime(2026, 11, 22, 13, tzinfo=UTC), lacking)
    assert notes.read(home, DOCS).lacking == lacking
