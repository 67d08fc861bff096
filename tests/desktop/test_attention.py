"""What one is concerned about has a button that does something about it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListView, QWidget
from shiboken6 import isValid

from secretsbackup.desktop import diagnostics, kit_wizard, screens
from secretsbackup.desktop.kit_wizard import KitSavedPage
from secretsbackup.desktop.runs import Runs
from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Moment, RunEnded
from secretsbackup.model.outcome import Skipped
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.secret import SecretName
from secretsbackup.model.status import About, unaccepted
from secretsbackup.operations.keys import keys
from secretsbackup.store import history, kit, notes, profiles
from secretsbackup.tools import keychain
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import DOCS, Parts, Play, moments, profile, until, write

QUIET = "Ignore until this changes"


@pytest.fixture
def neglected(parts: Parts, memory: None, key: Fingerprint, tmp_path: Path) -> Profile:
    """A profile without a recovery kit, the key of which expires soon."""
    (tmp_path / "backups").mkdir()
    mine = asyncio.run(keys.make("Grace Hopper", PASSPHRASE))
    made = profile(key=mine, destination=Folder(str(tmp_path / "backups")))
    profiles.add(parts.home, made)
    asyncio.run(keychain.keep(made.name, SecretName.GPG_PASSPHRASE, PASSPHRASE))
    notes.update(parts.home, made.name, key_expires=datetime.now(UTC) + timedelta(days=5))
    return made


def labels(window: QWidget) -> set[str]:
    """What can be pressed."""
    return {b.text().replace("&", "") for b in window.findChildren(QAbstractButton) if b.isVisible()}


def press(window: QWidget, name: str) -> None:
    """Press a button."""
    buttons = window.findChildren(QAbstractButton)
    next(b for b in buttons if b.isVisible() and b.text().replace("&", "") == name).click()


def test_the_key_lives_longer_and_the_kit_is_saved_by_one_press_each(
    play: Play, parts: Parts, neglected: Profile, tmp_path: Path
) -> None:
    extend, save = "Extend the key by two years", "Save recovery kit…"

    async def look() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: {extend, save} <= labels(window))
        press(window, extend)
        await until(lambda: extend not in labels(window))
        end = await keys.expiry(neglected)
        assert end
        assert timedelta(days=700) < end - datetime.now(UTC) < timedelta(days=760)
        press(window, save)
        assert parts.shown == [screens.SaveKit(neglected.name)]
        shown = kit_wizard.wizard(parts.home, parts.states, neglected)
        shown.show()
        shown.page.findChildren(QLineEdit)[0].setText(str(tmp_path / "kit"))
        shown.next()
        await until(lambda: isinstance(shown.page, KitSavedPage), 60)
        assert any("The kit was checked" in one.text() for one in shown.findChildren(QLabel))
        assert (tmp_path / "kit" / "recovery-kit.txt").exists()
        kept = kit.read(parts.home, neglected.name)
        assert kept
        assert kept.checked
        await until(lambda: save not in labels(window))

    play(look())


def test_a_backup_is_examined_in_a_window(play: Play, parts: Parts, neglected: Profile) -> None:
    async def look() -> None:
        parts.states.begin()
        shown = diagnostics.wizard(neglected)
        shown.show()
        await until(lambda: any("checks passed" in one.text() for one in shown.findChildren(QLabel)))
        press(shown, "Close")
        await until(lambda: not isValid(shown) or not shown.isVisible())

    play(look())


def test_what_was_left_out_is_shown_and_then_kept_quiet_about(
    play: Play, parts: Parts, docs: Profile
) -> None:
    async def look() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: parts.states.all[DOCS].known)
        told = moments("warnings")
        with write(parts.home, told, told[0].event.run):  # type: ignore[union-attr]
            history.record(parts.home, told)  # as whoever does it
        await until(lambda: parts.states.all[DOCS].status.last)
        await until(lambda: {"Show skipped files", QUIET} <= labels(window))
        (past,) = (one.model() for one in window.findChildren(QListView) if isinstance(one.model(), Runs))
        await until(lambda: past.rowCount() == 1)
        press(window, "Show skipped files")
        assert parts.shown == [screens.Log(DOCS, told[0].event.run)]  # type: ignore[union-attr]
        press(window, QUIET)
        await until(lambda: not {"Show skipped files", QUIET} & labels(window))
        status = parts.states.all[DOCS].status
        assert About.LEFT_OUT not in {one.about for one in unaccepted(status, datetime.now(UTC))}

    play(look())


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        (causes.Upheaval(30, 0, 30), "Looks right: back up anyway"),
        (causes.SourceEmpty("/home/ada/Documents"), "I emptied it: back up anyway"),
    ],
)
def test_what_waits_for_a_yes_is_given_one(
    play: Play, parts: Parts, docs: Profile, cause: Cause, name: str
) -> None:
    skipped = Skipped((cause,))
    told = [*moments("idle")[:1], Moment(datetime.now(UTC), RunEnded(outcome=skipped))]

    async def look() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: parts.states.all[DOCS].known)
        for moment in told:
            parts.follower.heard.emit(DOCS, moment)
        await until(lambda: name in labels(window))
        press(window, name)
        await until(lambda: parts.session.going_on(DOCS))
        await parts.session.going_on(DOCS)[0].outcome()

    play(look())
