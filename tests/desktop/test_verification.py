"""The page of proofs: what was measured, how often, those before; Prove now, and what that finds."""

import asyncio
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QLabel

from secretsbackup.desktop.app import App
from secretsbackup.desktop.verification import Proof
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Step, StepStarted, Verb
from secretsbackup.model.outcome import Completed, Failed, Outcome, Reason, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.store import history
from secretsbackup.store.home import Home
from tests.desktop.conftest import DOCS, Play, until, write

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
DAMAGE = Failed(Reason.VOLUME_CORRUPT, "duplicity-full.20261122T120000Z.vol3.difftar.gpg")
AWAY = Failed(Reason.DESTINATION_UNREACHABLE, "bucket")


def remember(home: Home, ago: timedelta, outcome: Outcome, verb: Verb = Verb.VERIFY) -> None:
    """A run that is over."""
    began = datetime.now(UTC) - ago
    run = RunId(f"{began:%Y%m%dT%H%M%S}.000Z-0000")
    started = RunStarted(run=run, profile=DOCS, verb=verb, version="1")
    history.record(
        home,
        [Moment(began, started), Moment(began + timedelta(seconds=31), RunEnded(outcome=outcome))],
    )


def said(page: Proof) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_it_says_when_how_much_how_fast_and_how_often(play: Play, app: App, docs: Profile) -> None:
    remember(app.home, timedelta(days=11), BACKUP, Verb.BACKUP)
    remember(app.home, timedelta(days=10), AWAY)
    remember(app.home, timedelta(days=3, hours=1), GOOD)
    remember(app.home, timedelta(hours=1), BACKUP, Verb.BACKUP)

    async def scene() -> None:
        app.standings.begin()
        await until(lambda: app.standings.all[DOCS].known)
        app.prove(DOCS)
        (page,) = [one for one in app._wizards.values() if isinstance(one, Proof)]
        await until(lambda: page._past.rowCount() == 2)
        text = said(page)
        assert "Proven restorable 3 days ago: 25 files compared" in text
        assert "a whole restore takes about 2 h" in text
        assert "25 files, 3 MB; 250 MB fetched in 12 sec, 20 MB/s" in text
        assert "every 7 days" in text
        assert page._now.isVisible()
        app.open()
        assert app.window
        facts = app.window.findChildren(QLabel)
        assert any("Proven restorable 3 days ago" in label.toolTip() + label.text() for label in facts)

    play(scene())


def test_a_drill_that_goes_on_is_shown_and_what_it_finds(play: Play, app: App, docs: Profile) -> None:
    remember(app.home, timedelta(days=11), BACKUP, Verb.BACKUP)

    async def scene() -> None:
        app.standings.begin()
        await until(lambda: app.standings.all[DOCS].known)
        page = Proof(app, DOCS)
        page.show()
        await asyncio.sleep(0.1)
        assert "Not proven yet." in said(page)
        assert "Nothing was ever restored for proof." in said(page)
        now = datetime.now(UTC)
        run = RunId("20991122T120000.000Z-abcd")
        began = Moment(now, RunStarted(run=run, profile=DOCS, verb=Verb.VERIFY, version="1"))
        ended = Moment(now, RunEnded(outcome=DAMAGE))
        writer = write(app.home, [began, Moment(now, StepStarted(step=Step.FETCH))], run)
        await until(page._running.isVisible)
        assert not page._now.isVisible()
        history.record(app.home, [began, ended])  # as the process does that proves
        with writer:
            writer.write(ended)
        await until(lambda: page._past.rowCount() == 1)
        await until(page._now.isVisible)
        assert "A part of the backup at the destination is damaged" in said(page)
        assert page._anew.isVisible()

    play(scene())
