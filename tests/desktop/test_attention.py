"""What one is concerned about has a button that does something about it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from shiboken6 import isValid

from secretsbackup.desktop.app import App
from secretsbackup.desktop.kit_wizard import KeptPage
from secretsbackup.desktop.wizard import Wizard
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Moment, RunEnded
from secretsbackup.model.outcome import Reason, Skipped, Why
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.secret import SecretName
from secretsbackup.model.status import About, unaccepted
from secretsbackup.operations.keys import keys
from secretsbackup.store import history, kit, notes, profiles
from secretsbackup.tools import keychain
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import DOCS, Play, moments, profile, until, write

QUIET = "Keep quiet until it changes"


@pytest.fixture
def neglected(app: App, memory: None, key: Fingerprint, tmp_path: Path) -> Profile:
    """A profile without a recovery kit, the key of which expires soon."""
    (tmp_path / "backups").mkdir()
    mine = asyncio.run(keys.make("Grace Hopper", PASSPHRASE))
    made = profile(key=mine, destination=Folder(str(tmp_path / "backups")))
    profiles.add(app.home, made)
    asyncio.run(keychain.keep(made.name, SecretName.GPG_PASSPHRASE, PASSPHRASE))
    notes.set_(app.home, made.name, key_expires=datetime.now(UTC) + timedelta(days=5))
    return made


def labels(window: QWidget) -> set[str]:
    """What can be pressed."""
    return {b.text().replace("&", "") for b in window.findChildren(QAbstractButton) if b.isVisible()}


def press(window: QWidget, name: str) -> None:
    """Press a button."""
    buttons = window.findChildren(QAbstractButton)
    next(b for b in buttons if b.isVisible() and b.text().replace("&", "") == name).click()


def wizard() -> Wizard:
    """The one that is shown."""
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Wizard) and one.isVisible())


def test_the_key_lives_longer_and_the_kit_is_saved_by_one_press_each(
    play: Play, app: App, neglected: Profile, tmp_path: Path
) -> None:
    extend, save = "Let the key live two years longer", "Save the recovery kit…"

    async def look() -> None:
        app.standings.begin()
        app.open()
        assert app.window
        await until(lambda: {extend, save} <= labels(app.window))
        press(app.window, extend)
        await until(lambda: extend not in labels(app.window))
        end = await keys.expiry(neglected)
        assert end
        assert timedelta(days=700) < end - datetime.now(UTC) < timedelta(days=760)
        press(app.window, save)
        shown = wizard()
        shown.page.findChildren(QLineEdit)[0].setText(str(tmp_path / "kit"))
        shown.next()
        await until(lambda: isinstance(shown.page, KeptPage), 60)
        assert any("It was read back" in one.text() for one in shown.findChildren(QLabel))
        assert (tmp_path / "kit" / "recovery-kit.txt").exists()
        kept = kit.read(app.home, neglected.name)
        assert kept
        assert kept.checked
        await until(lambda: save not in labels(app.window))

    play(look())


def test_a_backup_is_examined_in_a_window(play: Play, app: App, neglected: Profile) -> None:
    async def look() -> None:
        app.standings.begin()
        app.examine(neglected.name)
        shown = wizard()
        await until(lambda: any("things were tried" in one.text() for one in shown.findChildren(QLabel)))
        press(shown, "Close")
        await until(lambda: not isValid(shown) or not shown.isVisible())

    play(look())


def test_what_was_left_out_is_shown_and_then_kept_quiet_about(play: Play, app: App, docs: Profile) -> None:
    async def look() -> None:
        app.standings.begin()
        app.open()
        assert app.window
        await until(lambda: app.standings.all[DOCS].known)
        told = moments("warnings")
        with write(app.home, told, told[0].event.run):  # type: ignore[union-attr]
            history.record(app.home, told)  # as whoever does it
        await until(lambda: app.standings.all[DOCS].status.last)
        await until(lambda: {"Show what was left out", QUIET} <= labels(app.window))
        await until(lambda: app.window and app.window._overviews[DOCS]._runs.rowCount() == 1)
        press(app.window, "Show what was left out")
        await until(lambda: [one for one in app._wizards if one.startswith("log ")])
        press(app.window, QUIET)
        await until(lambda: not {"Show what was left out", QUIET} & labels(app.window))
        status = app.standings.all[DOCS].status
        assert About.LEFT_OUT not in {one.about for one in unaccepted(status, datetime.now(UTC))}

    play(look())


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        (Reason.UPHEAVAL, "It is right: back up all the same"),
        (Reason.SOURCE_EMPTY, "I emptied it: back up all the same"),
    ],
)
def test_what_waits_for_a_yes_is_given_one(
    play: Play, app: App, docs: Profile, reason: Reason, name: str
) -> None:
    skipped = Skipped((Why(reason, "/home/ada/Documents"),))
    told = [*moments("idle")[:1], Moment(datetime.now(UTC), RunEnded(outcome=skipped))]

    async def look() -> None:
        app.standings.begin()
        app.open()
        assert app.window
        await until(lambda: app.standings.all[DOCS].known)
        for moment in told:
            app.follower.heard.emit(DOCS, moment)
        await until(lambda: name in labels(app.window))
        press(app.window, name)
        await until(lambda: app.going_on(DOCS))
        await app.going_on(DOCS)[0].outcome()

    play(look())
