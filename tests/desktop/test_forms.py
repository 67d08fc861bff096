"""Forms: a draft with what stands against it beside its fields; wizards that keep what was typed."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QScrollArea

from secretsbackup import words
from secretsbackup.desktop import instance
from secretsbackup.desktop.app import App
from secretsbackup.desktop.credentials import Credentials
from secretsbackup.desktop.editor import EditorWindow
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.preferences import PreferencesWindow
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Compression, Profile
from secretsbackup.model.schedule import Weekday, Weekly
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import autostart
from tests.desktop.conftest import DOCS, Parts, Play, until
from tests.desktop.setup.wizard_driver import Hand


def said(widget: EditorWindow | Wizard) -> set[str]:
    return {label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()}


def test_a_profile_is_changed_and_what_has_no_control_stays(
    play: Play, parts: Parts, home: Home, docs: Profile
) -> None:
    async def scene() -> None:
        parts.states.begin()
        editor = EditorWindow(parts.home, docs)
        editor.show()
        editor.keep.setValue(5)
        editor.verify_every.setValue(0)
        editor.compression.setCurrentIndex(1)
        editor.sources.add("/home/ada/Letters")
        assert editor.often.schedule == docs.schedule
        editor.often.choose(Weekly)
        editor.on_power.setChecked(True)
        editor.save.click()
        await until(lambda: profiles.get(home, DOCS).keep == 5)
        after = profiles.get(home, DOCS)
        assert after.compression is Compression.SMALL
        assert after.verify_every == 0
        assert after.schedule == Weekly(Weekday.MONDAY, "18:00")
        assert after.only_on_power
        assert not after.metered_too
        assert [source.label for source in after.sources] == ["Documents", "Letters"]
        assert after.key == docs.key
        await until(lambda: parts.states.all[DOCS].profile == after)

    play(scene())


def test_what_went_wrong_below_the_window_comes_into_view(play: Play, parts: Parts, docs: Profile) -> None:
    async def scene() -> None:
        editor = EditorWindow(parts.home, docs)
        editor.resize(640, 480)
        editor.show()
        (trouble,) = (one for one in editor.findChildren(Trouble) if isinstance(one.parent(), Credentials))
        trouble.tell(words.Message("That passphrase does not open your key.", "Try again."))
        await until(lambda: not trouble.visibleRegion().isEmpty())
        (bar,) = (one.verticalScrollBar() for one in editor.findChildren(QScrollArea))
        bar.setValue(0)
        trouble.tell(words.Message("That passphrase does not open your key.", "Try again."))
        await asyncio.sleep(0.1)
        assert bar.value() == 0, "what is told already is scrolled to once"

    play(scene())


def test_what_stands_against_a_draft_is_said_beside_its_field(
    play: Play, parts: Parts, docs: Profile
) -> None:
    async def scene() -> None:
        parts.states.begin()
        editor = EditorWindow(parts.home, docs)
        editor.show()
        assert editor.save.isEnabled()
        editor.destination.setText("ftp://somewhere")
        editor.form.refresh()
        assert not editor.save.isEnabled()
        assert not any("is not a known destination" in text for text in said(editor)), "not touched yet"
        editor.form.touch("destination")
        assert any("is not a known destination" in text for text in said(editor))
        editor.destination.setText("file:///media/disk")
        editor.sources.show_sources((), ("*.iso",))
        editor.form.touch("destination", "sources")
        assert not any("is not a known destination" in text for text in said(editor))
        assert any("at least one folder" in text for text in said(editor))
        assert not editor.save.isEnabled()

    play(scene())


def test_preferences_act_at_once(play: Play, parts: Parts, docs: Profile) -> None:
    async def scene() -> None:
        parts.states.begin()
        shown = PreferencesWindow(parts.home, parts.settings, parts.states, parts.shown.append)
        shown.show()
        shown.notify.setChecked(False)
        assert not parts.settings.notifies
        shown.panel.setCurrentIndex(1)
        assert parts.settings.panel == "dark"
        shown.language.setCurrentIndex(shown.language.findData("en"))
        assert parts.settings.language == "en"

    play(scene())


class Name(Page[str]):
    """A page that holds once a name is typed, and looks whether it is free when one goes on."""

    def __init__(self) -> None:
        super().__init__("Name", "What shall it be called?", "You see it in the tray.")
        self.edit = QLineEdit()
        self.edit.textEdited.connect(lambda _text: self.touch("name"))
        self.add_field("name", "&Name", self.edit)

    @property
    def answer(self) -> str:
        return self.edit.text()

    def problems(self) -> Sequence[Problem]:
        return [] if self.answer else [Problem("name", "Give it a name.")]

    async def check(self) -> Sequence[Problem]:
        await asyncio.sleep(0.05)
        if self.answer == "away":
            raise Failure(causes.DestinationUnreachable("the bucket"))
        return [Problem("name", "That one is taken.")] if self.answer == "taken" else []


class Last(Page[None]):
    def __init__(self, name: Name) -> None:
        super().__init__("End", "Ready?")
        self._name = name

    @property
    def answer(self) -> None:
        return None


class Between(Last):
    def wanted(self) -> bool:
        return self._name.answer == "long"


def test_a_wizard_goes_on_when_its_page_holds_and_keeps_what_was_typed(play: Play, app: App) -> None:
    name = Name()
    wizard = Wizard("Set up", [name, Between(name), Last(name)], last="&Set up")
    done: list[bool] = []
    wizard.completed.connect(lambda: done.append(True))

    async def scene() -> None:
        wizard.show()
        assert not Hand(wizard).lit
        assert "Give it a name." in said(wizard)
        for text, told in (("taken", "That one is taken."), ("away", "the bucket cannot be reached.")):
            name.edit.setText(text)
            name.touch("name")
            wizard.next()
            await until(lambda told=told: told in said(wizard))  # type: ignore[misc]
            assert wizard.index == 0
        name.edit.setText("short")
        name.touch("name")
        wizard.next()
        await until(lambda: wizard.index == 2)
        wizard.close()
        wizard.show()
        assert wizard.index == 2
        wizard.back()
        assert wizard.index == 0
        assert name.answer == "short"
        wizard.next()
        await until(lambda: wizard.index == 2)
        wizard.next()
        await until(lambda: done)

    play(scene())


def test_the_second_to_start_hands_over_what_it_was_asked_for(
    play: Play, app: App, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = instance.first(home)
    assert held
    heard: list[list[str]] = []

    async def scene() -> None:
        door = instance.InstanceServer(home)
        door.asked.connect(heard.append)
        assert instance.first(home) is None
        code = (
            "import sys; from pathlib import Path; from secretsbackup.desktop import instance; "
            "from secretsbackup.store.home import below; "
            "sys.exit(not instance.hand_over(below(Path(sys.argv[1])), sys.argv[2:]))"
        )
        words = (sys.executable, "-c", code, str(home.state.parent), "backup", DOCS)
        leave = {**os.environ, "XDG_ACTIVATION_TOKEN": "to-the-front"}
        second = await asyncio.create_subprocess_exec(*words, env=leave)
        assert await second.wait() == 0
        await until(lambda: heard)
        door.deleteLater()

    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    with held:
        play(scene())
    assert heard == [["backup", DOCS]]
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "to-the-front", "Qt reads it when the window is raised"


def test_a_program_that_has_moved_is_started_at_login_from_where_it_is(
    play: Play, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    entry = autostart.turn_on()
    before = entry.read_text()
    entry.write_text(before.replace("Exec=", "Exec=/where/it/was"))

    async def scene() -> None:
        app.begin([])
        await until(lambda: entry.read_text() == before)

    play(scene())
