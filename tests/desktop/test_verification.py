"""The page of proofs: what was measured, how often, those before; Prove now, and what that finds."""

import asyncio
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QLabel

from secretsbackup.desktop.verification import VerificationWindow
from secretsbackup.model import causes
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Step, StepStarted, Verb
from secretsbackup.model.outcome import Completed, Failed, Outcome, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.store import history
from secretsbackup.store.home import Home
from tests.desktop.conftest import DOCS, Parts, Play, until, write

GOOD = Completed(
    Summary(
        files=25,
        bytes=3_000_000,
        stored=250_000_000,
        seconds=12.5,
        whole_seconds=7260.0,
        snapshot="20261122T120000Z",
    )
)
BACKUP = Completed(Summary(files=1200, bytes=41_000_000_000, stored=9_800_000_000))
DAMAGE = Failed(causes.VolumeCorrupt("duplicity-full.20261122T120000Z.vol3.difftar.gpg"))
AWAY = Failed(causes.DestinationUnreachable("bucket"))


def remember(home: Home, ago: timedelta, outcome: Outcome, verb: Verb = Verb.VERIFY) -> None:
    """A run that is over."""
    began = datetime.now(UTC) - ago
    run = RunId(f"{began:%Y%m%dT%H%M%S}.000Z-0000")
    started = RunStarted(run=run, profile=DOCS, verb=verb, version="1")
    history.record(
        home,
        [Moment(began, started), Moment(began + timedelta(seconds=31), RunEnded(outcome=outcome))],
    )


def verification(parts: Parts) -> VerificationWindow:
    """The window of it, shown."""
    made = VerificationWindow(parts.home, parts.states, parts.session, parts.shown.append, DOCS)
    made.show()
    return made


def said(page: VerificationWindow) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_it_says_when_how_much_how_fast_and_how_often(play: Play, parts: Parts, docs: Profile) -> None:
    remember(parts.home, timedelta(days=11), BACKUP, Verb.BACKUP)
    remember(parts.home, timedelta(days=10), AWAY)
    remember(parts.home, timedelta(days=3, hours=1), GOOD)
    remember(parts.home, timedelta(hours=1), BACKUP, Verb.BACKUP)

    async def scene() -> None:
        parts.states.begin()
        await until(lambda: parts.states.all[DOCS].known)
        page = verification(parts)
        await until(lambda: page.past.rowCount() == 2)
        text = said(page)
        assert "Test restore passed 3 days ago: 25 files compared" in text
        assert "a full restore takes about 2 h" in text
        assert "25 files, 3 MB; 250 MB downloaded in 12 sec, 20 MB/s" in text
        assert "every 7 days" in text
        assert page.verify_now.isVisible()
        facts = parts.window().findChildren(QLabel)
        assert any("Test restore passed 3 days ago" in label.toolTip() + label.text() for label in facts)

    play(scene())


def test_a_drill_that_goes_on_is_shown_and_what_it_finds(play: Play, parts: Parts, docs: Profile) -> None:
    remember(parts.home, timedelta(days=11), BACKUP, Verb.BACKUP)

    async def scene() -> None:
        parts.states.begin()
        await until(lambda: parts.states.all[DOCS].known)
        page = verification(parts)
        await asyncio.sleep(0.1)
        assert "Not tested yet." in said(page)
        assert "No restore has been tested yet." in said(page)
        now = datetime.now(UTC)
        run = RunId("20991122T120000.000Z-abcd")
        began = Moment(now, RunStarted(run=run, profile=DOCS, verb=Verb.VERIFY, version="1"))
        ended = Moment(now, RunEnded(outcome=DAMAGE))
        writer = write(parts.home, [began, Moment(now, StepStarted(step=Step.FETCH))], run)
        await until(page.running.isVisible)
        assert not page.verify_now.isVisible()
        history.record(parts.home, [began, ended])  # as the process does that proves
        with writer:
            writer.write(ended)
        await until(lambda: page.past.rowCount() == 1)
        await until(page.verify_now.isVisible)
        assert "A part of the backup at the destination is damaged" in said(page)
        assert page.start_full.isVisible()

    play(scene())
