"""Restores that were begun: remembered while their folder is there, whatever became of the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from secretsbackup.model.profile import ProfileName
from secretsbackup.store import unfinished
from secretsbackup.store.home import Home
from secretsbackup.store.unfinished import Unfinished

DOCS = ProfileName("docs")
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def test_they_are_known_newest_first_until_they_end_or_their_folder_is_gone(
    home: Home, tmp_path: Path
) -> None:
    made = []
    for number, name in enumerate(("one", "two \udce9\n", "three")):
        (tmp_path / name).mkdir()
        began = NOW + timedelta(hours=number)
        made.append(Unfinished(str(tmp_path / name), "20261127T000000Z", (b"a/\xff\n", b"b"), began))
        unfinished.begin(home, DOCS, made[-1])
    assert unfinished.known(home, DOCS) == made[::-1]
    (tmp_path / "two \udce9\n").rmdir()
    unfinished.end(home, DOCS, made[2].folder)
    assert unfinished.known(home, DOCS) == [made[0]]
    unfinished.end(home, DOCS, made[0].folder)
    assert not home.unfinished(DOCS).exists()


def test_a_file_that_is_not_ours_is_none(home: Home) -> None:
    home.unfinished(DOCS).parent.mkdir(parents=True)
    home.unfinished(DOCS).write_text('[{"folder": 7}]')
    assert unfinished.known(home, DOCS) == []
