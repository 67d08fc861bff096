"""Pauses are remembered, ended, and never invented."""

from datetime import UTC, datetime

from secretsbackup.model.profile import ProfileName
from secretsbackup.store import pause
from secretsbackup.store.home import Home

DOCS = ProfileName("docs")
SIX = datetime(2026, 11, 22, 18, tzinfo=UTC)


def test_a_profile_is_not_paused_by_itself(home: Home) -> None:
    assert pause.paused_until(home, DOCS) is None


def test_a_pause_lasts_until_its_end_and_is_one_profiles(home: Home) -> None:
    pause.pause(home, DOCS, SIX)
    assert pause.paused_until(home, DOCS) == SIX
    assert pause.paused_until(home, ProfileName("photos")) is None
    pause.pause(home, DOCS, pause.UNTIL_RESUMED)
    assert pause.paused_until(home, DOCS) == pause.UNTIL_RESUMED


def test_a_pause_is_ended_and_ending_none_is_no_fault(home: Home) -> None:
    pause.pause(home, DOCS, SIX)
    pause.resume(home, DOCS)
    pause.resume(home, DOCS)
    assert pause.paused_until(home, DOCS) is None


def test_a_file_that_says_nothing_pauses_nothing(home: Home) -> None:
    pause.pause(home, DOCS, SIX)
    for text in ("", "{}", '{"until": "soon"}', '{"until": "2026-11-22T18:00:00"}'):
        home.pause(DOCS).write_text(text)
        assert pause.paused_until(home, DOCS) is None
