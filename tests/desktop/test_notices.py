"""What a run that ended tells a desktop without a tray, and what it has told before."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from secretsbackup.desktop.app import App
from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Caution, Verb, Warned
from secretsbackup.model.outcome import Failure, Summary
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Recipe, Run
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from tests.conftest import StandIn
from tests.desktop.conftest import Play, profile, until


@pytest.fixture
def shown(stand_in: StandIn) -> Path:
    """What the desktop was given to show."""
    return stand_in("notes", "notify-send") / "record"


def fails(cause: Cause) -> Recipe:
    async def recipe(_: Run) -> Summary:
        raise Failure(cause)

    return recipe


def leaves_out(*paths: str) -> Recipe:
    async def recipe(run: Run) -> Summary:
        for path in paths:
            run.tell(Warned(caution=Caution.UNREADABLE, path=path))
        return Summary()

    return recipe


TWICE: list[tuple[str, Recipe]] = [
    ("told", fails(causes.NoRoom("/tmp"))),
    ("not told", fails(causes.NoRoom("/tmp"))),
    ("told", fails(causes.SourceMissing("/tmp"))),
    ("told", leaves_out()),
    ("told", fails(causes.SourceMissing("/tmp"))),
    ("told", leaves_out("/a")),
    ("not told", leaves_out("/a")),
    ("told", leaves_out("/a", "/b")),
]


def test_what_is_tried_again_every_hour_is_told_when_there_is_something_new(
    qapp: QApplication, app: App, play: Play, home: Home, shown: Path
) -> None:
    of = profile()
    profiles.add(home, of)
    told: list[str] = []
    ended: list[str] = []
    app.states.ended.connect(lambda name, *_rest: ended.append(name))

    async def through() -> None:
        app.states.begin()
        await until(lambda: app.states.of(of.name))
        before = 0
        for expected, recipe in TWICE:
            handle = app.session.run(recipe, Verb.BACKUP, of, ask=runner.nobody)
            assert handle
            await handle.outcome()
            await until(lambda: len(ended) > len(told))
            if expected == "told":
                await until(lambda: lines(shown) > before)  # noqa: B023
            told.append("told" if lines(shown) > before else "not told")
            before = lines(shown)
        handle = app.session.run(leaves_out("/a", "/b"), Verb.BACKUP, of)
        assert handle
        await until(lambda: lines(shown) > before)

    play(through())
    assert told == [expected for expected, _ in TWICE]


def lines(shown: Path) -> int:
    return shown.read_text().count("documents") if shown.exists() else 0
