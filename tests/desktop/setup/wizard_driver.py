"""A hand at the wizard: it presses what a person can press, and looks where a person looks."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from secretsbackup.desktop.wizard.page import Page
from secretsbackup.desktop.wizard.wizard import Wizard
from tests.desktop import accessibility

PICTURES = Path(__file__).parents[2] / "screenshots" / "out"
FORWARD = ("Next", "Set up", "Restore the settings", "Import", "Restore", "Put back", "Weiter")


class Hand:
    """`photographs` is the folder that pictures go to, if any are taken."""

    def __init__(self, wizard: Wizard, photographs: str = "") -> None:
        self.wizard: Any = wizard
        self._album = photographs
        self._pictures = 0
        wizard.show()

    async def until(self, condition: Callable[[], object], seconds: float = 60) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not become so; the page says: {self.says}"
            await asyncio.sleep(0.02)

    async def next(self, onto: Page[object] | None = None) -> None:
        """Press Next, and wait for the page that comes; for the same one where none does."""
        button = self.button(*FORWARD)
        assert button.isEnabled(), f"it cannot be pressed: {self.says}"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await self.until(lambda: not self.wizard.checking)
        if onto is not None:
            assert self.wizard.page is onto, self.says
        self.photograph()

    def button(self, *names: str) -> QAbstractButton:
        """The button that is to be seen under one of these names."""
        shown = [
            one
            for one in self.wizard.findChildren(QAbstractButton)
            if one.isVisible() and one.text().replace("&", "") in names
        ]
        assert shown, f"there is no {names}: {self.says}"
        return shown[0]

    def press(self, name: str) -> None:
        """Press a button."""
        self.button(name).click()

    def type(self, line: QWidget, text: str) -> None:
        """Type into a field, in place of what was there."""
        assert isinstance(line, QLineEdit)
        assert line.isVisible()
        line.setFocus()
        line.selectAll()
        QTest.keyClick(line, Qt.Key.Key_Delete)
        QTest.keyClicks(line, text)

    def finish(self) -> None:
        """Press the last button; the wizard is gone with that."""
        self.button("Back up now").click()

    @property
    def lit(self) -> bool:
        """Whether one can go on."""
        return self.button(*FORWARD, "Back up now", "Finish").isEnabled()

    @property
    def says(self) -> str:
        """All that is to be read."""
        labels = self.wizard.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible() and label.text())

    @property
    def doubled(self) -> list[str]:
        """Letters that more than one thing on the page answers to, with Alt."""
        return accessibility.doubled(self.wizard)

    def photograph(self, name: str = "") -> None:
        """Take a picture, if pictures are wanted."""
        if self._album:
            self._pictures += 1
            folder = PICTURES / self._album
            folder.mkdir(parents=True, exist_ok=True)
            title = name or self.wizard.page.step.lower().replace(" ", "-")
            self.wizard.grab().save(str(folder / f"{self._pictures:02}-{title}.png"))
