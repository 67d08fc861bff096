"""What recorded runs look like: the shape in the tray, the one line, the window, the buttons that help."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, screens
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.panel import Panel, panel
from secretsbackup.desktop.profile_states import worst
from secretsbackup.desktop.tray_menu import TrayMenu, tomorrow
from secretsbackup.model.event import Step, Verb
from secretsbackup.model.outcome import YOU, Cancelled, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import pause, profiles
from tests.desktop.conftest import DOCS, Parts, Play, moments, profile, until

STATES = {
    "idle": (Shield.SAFE, "Backed up"),
    "running": (Shield.RUNNING, "Sending 130.7 MB of 240 MB"),
    "cancelled": (Shield.ATTENTION, "there is no backup yet"),
    "failed": (Shield.FAILED, "endpoint cannot be reached"),
    "interrupted": (Shield.RUNNING, "Sending"),
    "warnings": (Shield.ATTENTION, "but 1 file could not be read"),
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_has_its_shape_and_its_line(play: Play, parts: Parts, docs: Profile, name: str) -> None:
    shape, line = STATES[name]

    async def scene() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: parts.states.all[DOCS].known)
        parts.heard(moments(name))
        state = parts.states.all[DOCS]
        now = datetime.now(UTC)
        assert state.shield(now) is worst(parts.states) is shape
        assert line in words.status_line(state.status, now, None, None)
        await until(lambda: name in ("idle", "cancelled", "warnings") or _shown(window, shape))
        assert not window.grab().isNull()

    play(scene())


def test_a_run_that_stands_still_is_told_and_can_be_stopped(play: Play, parts: Parts, docs: Profile) -> None:
    async def endless(run: Run) -> Summary:
        with run.step(Step.CHECK):
            await asyncio.sleep(60)
        return Summary()

    async def scene() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: parts.states.all[DOCS].known)
        handle = parts.session.run(endless, Verb.BACKUP, docs)
        assert handle
        await until(lambda: parts.states.all[DOCS].status.step)
        for moment in moments("running"):
            earlier = msgspec.structs.replace(moment, at=moment.at - timedelta(hours=13))
            parts.follower.heard.emit(DOCS, earlier)
        assert worst(parts.states) is Shield.ATTENTION
        await until(lambda: _button(window, "Stop the backup"))
        labels = [one.text() for one in window.findChildren(QLabel) if one.isVisible()]
        assert [text for text in labels if "he current run has not responded since" in text]
        button = _button(window, "Stop the backup")
        assert button
        button.click()
        assert await handle.outcome() == Cancelled(YOU)

    play(scene())


def _button(window: QWidget, name: str) -> QPushButton | None:
    shown = [one for one in window.findChildren(QPushButton) if one.isVisible()]
    return next((one for one in shown if one.text().replace("&", "") == name), None)


def _shown(window: QWidget, shape: Shield) -> bool:
    names = {button.accessibleName() for button in window.findChildren(QPushButton) if button.isVisible()}
    return {Shield.RUNNING: "Stop", Shield.FAILED: "Try again"}[shape] in names


def test_shapes_differ_without_colour() -> None:
    black = QColor("black")
    drawn = {shape: icons.shield(shape, black, black, 0.4).pixmap(22).toImage() for shape in Shield}
    assert len({bytes(image.constBits()) for image in drawn.values()}) == len(Shield)
    ring = {
        bytes(icons.shield(Shield.RUNNING, black, black, n / 4).pixmap(64).toImage().constBits())
        for n in range(5)
    }
    assert len(ring) == 5


def test_the_menu_offers_what_can_be_done(play: Play, parts: Parts, docs: Profile) -> None:
    def offered(menu: TrayMenu) -> list[str]:
        return [action.text().replace("&", "") for action in menu.actions() if action.text()]

    async def scene() -> None:
        parts.states.begin()
        menu = TrayMenu(parts.states, parts.session, parts.shown.append, lambda: None)
        rest = ["Restore files…", "Open", "Pause", "Preferences…", "Quit"]
        assert offered(menu) == ["Back up now", *rest]
        profiles.add(parts.home, profile("photos"))
        await until(lambda: "photos" in parts.states.all)
        action = next(one for one in menu.actions() if one.text().replace("&", "") == "Back up now")
        assert [one.text() for one in action.menu().actions()] == [DOCS, "photos"]  # type: ignore[attr-defined]
        parts.heard(moments("running"))
        await until(lambda: "Stop" in offered(menu))
        for action in menu.actions():
            if action.text().replace("&", "") in ("Restore files…", "Open", "Preferences…"):
                action.trigger()
        assert parts.shown == [screens.Restore(), screens.Main(), screens.Preferences()]

    play(scene())


def test_a_pause_is_kept_shown_and_ended(play: Play, parts: Parts, docs: Profile) -> None:
    async def scene() -> None:
        parts.states.begin()
        await until(lambda: parts.states.all[DOCS].known)
        parts.heard(moments("idle"))
        now = datetime.now(UTC)
        parts.states.pause(DOCS, now + timedelta(hours=1))
        assert parts.states.all[DOCS].shield(now) is Shield.PAUSED
        assert parts.states.all[DOCS].shield(now + timedelta(hours=2)) is Shield.SAFE
        pause.resume(parts.home, DOCS)  # in a terminal
        await until(lambda: parts.states.all[DOCS].paused is None)

    play(scene())


def test_tomorrow_is_the_next_morning() -> None:
    for hour in (0, 5, 23):
        now = datetime.now(UTC).astimezone().replace(hour=hour)
        assert tomorrow(now).astimezone().hour == 6
        assert (tomorrow(now).astimezone().date() - now.date()).days == 1


def test_the_panel_is_what_the_desktop_has(monkeypatch: pytest.MonkeyPatch) -> None:
    assert panel("light") is Panel.LIGHT
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    assert panel("") is Panel.DARK
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "XFCE")
    assert panel("") is Panel.UNKNOWN
