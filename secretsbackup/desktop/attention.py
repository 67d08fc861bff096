"""What one is to be concerned about, as far as one press does something about it: a button each."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from secretsbackup import words
from secretsbackup.desktop import prompts, widgets, work
from secretsbackup.desktop.flow import Flow
from secretsbackup.desktop.profile_states import Standing
from secretsbackup.desktop.trouble import Remedy, Trouble
from secretsbackup.model.outcome import Reason
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Secret
from secretsbackup.model.status import About, Concern, Status, unaccepted
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.desktop.app import App

_SPAN = "2y"
"""How much longer a key lives by one press."""


class Attention(QWidget):
    """Hidden where there is nothing to press."""

    def __init__(self, app: "App", profile: Profile, show_log: Callable[[], object]) -> None:
        super().__init__()
        self._app, self._profile, self._show_log = app, profile, show_log
        self._shown: tuple[str, ...] = ()
        self._rows, self._trouble = widgets.column(gap=2), Trouble()
        box = widgets.column(self)
        box.addLayout(self._rows)
        box.addWidget(self._trouble)
        self.hide()

    def show_standing(self, standing: Standing, now: datetime) -> None:
        """Show the buttons for how it stands now; those that stay are not made anew."""
        self._profile = standing.profile
        known = {one.key: self._remedies(one) for one in unaccepted(standing.status, now)}
        if any(why.reason is Reason.SOURCE_EMPTY for why in standing.status.waiting):
            known["empty"] = [(_("I emptied it: back &up all the same"), self._believe)]
        whole, short = words.health(standing.status, now), words.short(standing.status, now)
        told = {} if whole == short else _sentences(standing.status, now)
        wanted = {key: remedies for key, remedies in known.items() if remedies or key in told}
        self.setVisible(bool(wanted) and not standing.at_work(now))
        shown = tuple(f"{key} {told.get(key, '')}" for key in wanted)
        if shown == self._shown:
            return
        self._shown = shown
        self._trouble.untell()
        self._clear()
        if told:
            for key, remedies in wanted.items():
                self._add(told.get(key, ""), remedies)
        else:
            self._add("", [remedy for remedies in wanted.values() for remedy in remedies])

    def _add(self, sentence: str, remedies: list[Remedy]) -> None:
        """A row: what is the matter, and what does something about it."""
        if sentence:
            self._rows.addWidget(widgets.sentence(sentence))
        if remedies:
            self._rows.addWidget(Flow(*(widgets.button(label, do) for label, do in remedies)))

    def _clear(self) -> None:
        while item := self._rows.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _remedies(self, one: Concern) -> list[Remedy]:
        app, name = self._app, self._profile.name
        match one.about:
            case About.SILENT:
                return [(_("S&top it"), lambda: app.stop(name))]
            case About.KIT_NOT_SAVED | About.KIT_OUTDATED:
                return [(_("Save the recovery &kit…"), lambda: app.save_kit(name))]
            case About.KEY_EXPIRES:
                return [(_("Let the key live two &years longer"), lambda: work.begin(self._extend()))]
            case About.NOT_PROVEN:
                return [(_("Pro&ve that it can be restored"), lambda: app.verify(name))]
            case About.ANSWER_WANTED:
                return [(_("It &is right: back up all the same"), self._allow)]
            case About.LEFT_OUT:
                return [
                    (_("Show &what was left out"), self._show_log),
                    (_("Keep &quiet until it changes"), lambda: app.standings.accept(name, one.key)),
                ]
            case About.NOT_STARTED:
                return [
                    (_("T&urn on automatic backups"), lambda: work.begin(self._turn_on())),
                    (_("I start them by ot&her means"), lambda: self._accept_for_all(one.key)),
                ]
            case About.SAME_DISK:
                return [
                    (_("Ch&oose another place…"), lambda: app.edit(name)),
                    (_("Ignore the same &disk"), lambda: app.standings.accept(name, one.key)),
                ]
            case _:
                return []

    async def _turn_on(self) -> None:
        """What stood in the way is told."""
        self._trouble.untell()
        await work.attempt(self._app.start_by_itself(), self._trouble.tell)

    def _accept_for_all(self, key: str) -> None:
        """What starts one profile's backups starts those of all."""
        for name in self._app.standings.all:
            self._app.standings.accept(name, key)

    def _allow(self) -> None:
        self._app.back_up(self._profile.name, even_if_unusual=True)

    def _believe(self) -> None:
        self._app.back_up(self._profile.name, even_if_empty=True)

    async def _extend(self) -> None:
        """The warning goes by itself; what stood in the way is told."""
        from secretsbackup.operations.keys import keys

        self._trouble.untell()
        await work.attempt(keys.extend(self._profile, self._app.home, _SPAN, self._ask), self._trouble.tell)
        for name in self._app.standings.all:
            self._app.standings.refresh(name)

    async def _ask(self) -> Secret | None:
        return await prompts.passphrase(self, about=_("It lets the key live longer, and is not kept."))


def _sentences(status: Status, now: datetime) -> dict[str, str]:
    """What stands below a headline that is too short for it, by the concerns' keys."""
    return {one.key: f"{words.capital(words.concern(one, now))}." for one in unaccepted(status, now)}
