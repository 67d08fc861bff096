"""What one is to be concerned about, as far as one press does something about it: a button each."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from secretsbackup.desktop import asking, look, work
from secretsbackup.desktop.setup.fields import beside
from secretsbackup.desktop.standings import Standing
from secretsbackup.desktop.trouble import Remedy, Trouble
from secretsbackup.language import _
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Secret
from secretsbackup.model.status import About, unaccepted

if TYPE_CHECKING:
    from secretsbackup.desktop.app import App

_SPAN = "2y"
"""How much longer a key lives by one press."""


class Attention(QWidget):
    """Hidden where there is nothing to press."""

    def __init__(self, app: "App", profile: Profile) -> None:
        super().__init__()
        self._app, self._profile = app, profile
        self._shown: tuple[About, ...] = ()
        self._buttons, self._trouble = look.column(), Trouble()
        box = look.column(self)
        box.addLayout(self._buttons)
        box.addWidget(self._trouble)
        self.hide()

    def show_standing(self, standing: Standing, now: datetime) -> None:
        """Show the buttons for how it stands now; those that stay are not made anew."""
        self._profile = standing.profile
        wanted = {one.about: self._remedy(one.about) for one in unaccepted(standing.status, now)}
        remedies = {about: remedy for about, remedy in wanted.items() if remedy}
        self.setVisible(bool(remedies) and not standing.status.running)
        if tuple(remedies) == self._shown:
            return
        self._shown = tuple(remedies)
        self._trouble.untell()
        while item := self._buttons.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for label, do in remedies.values():  # one below the other: with large text two are too wide
            self._buttons.addWidget(beside(look.button(label, do)))

    def _remedy(self, about: About) -> Remedy | None:
        name = self._profile.name
        match about:
            case About.KIT_NOT_SAVED:
                return _("Save the recovery &kit…"), lambda: self._app.save_kit(name)
            case About.KEY_EXPIRES:
                return _("Let the key live two years &longer"), lambda: work.begin(self._extend())
            case About.NOT_PROVEN:
                return _("&Prove that it can be restored"), lambda: self._app.verify(name)
            case _:
                return None

    async def _extend(self) -> None:
        """The warning goes by itself; what stood in the way is told."""
        from secretsbackup.operations import keys

        self._trouble.untell()
        await work.attempt(keys.extend(self._profile, self._app.home, _SPAN, self._ask), self._trouble.tell)
        for name in self._app.standings.all:
            self._app.standings.refresh(name)

    async def _ask(self) -> Secret | None:
        return await asking.passphrase(self, about=_("It lets the key live longer, and is not kept."))
