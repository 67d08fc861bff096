"""What went wrong or wants attention, with a button for each thing that can be done about it."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from secretsbackup import words
from secretsbackup.desktop import prompts, screens, widgets, work
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.flow import Flow
from secretsbackup.desktop.profile_states import ProfileState, ProfileStates
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.trouble import Remedy, Trouble
from secretsbackup.model.backup_options import Allowed, BackupOptions
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Failed
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.model.status import About, Concern, Status, unaccepted
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

_SPAN = "2y"
"""How much longer a key lives by one press."""


class Attention(QWidget):
    """Hidden where there is nothing to press."""

    def __init__(
        self,
        home: Home,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        show: Show,
        profile: Profile,
        show_log: Callable[[], object],
    ) -> None:
        """`show_log` shows the log of the run that says how safe one is."""
        super().__init__()
        self._home, self._states, self._session = home, states, session
        self._automatic, self._show, self._show_log = automatic, show, show_log
        self._profile = profile
        self._shown: tuple[str, ...] = ()
        self._failed, self._concerns, self._trouble = Trouble(), QWidget(), Trouble()
        self._rows = widgets.column(gap=2)
        inside = widgets.column(self._concerns)
        inside.addLayout(self._rows)
        inside.addWidget(self._trouble)
        box = widgets.column(self, gap=2)
        box.addWidget(self._failed)
        box.addWidget(self._concerns)
        self.hide()

    def show_state(self, state: ProfileState, now: datetime) -> None:
        """Show what can be done for how it stands now; the buttons that stay are not made anew."""
        self._profile = state.profile
        self._show_failure(state.status)
        self._show_concerns(state, now)
        self.setVisible(not (self._failed.isHidden() and self._concerns.isHidden()))

    def _show_failure(self, status: Status) -> None:
        """What the last run failed of, below the headline that says that it did."""
        if not isinstance(status.last, Failed) or status.running:
            self._failed.clear_message()
            return
        told = words.outcome(status.last, status.last_verb or Verb.BACKUP)
        self._failed.tell(
            words.Message(told.advice or told.title, help=told.help),
            *self._for_reason(status.last.reason),
            (_("Show the &log"), self._show_log),
        )

    def _show_concerns(self, state: ProfileState, now: datetime) -> None:
        known = {one.key: self._for_concern(one) for one in unaccepted(state.status, now)}
        if any(cause.reason is Reason.SOURCE_EMPTY for cause in state.status.waiting):
            known["empty"] = [(_("I emptied it: back &up anyway"), self._believe)]
        whole, short = words.health(state.status, now), words.short(state.status, now)
        told = {} if whole == short else _sentences(state.status, now)
        wanted = {key: remedies for key, remedies in known.items() if remedies or key in told}
        self._concerns.setVisible(bool(wanted) and not state.at_work(now))
        shown = tuple(f"{key} {told.get(key, '')}" for key in wanted)
        if shown == self._shown:
            return
        self._shown = shown
        self._trouble.clear_message()
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

    def _for_reason(self, reason: Reason) -> list[Remedy]:
        """Buttons that do what the advice says."""
        edit: Remedy = (_("&Edit backup…"), self._edit)
        again: Remedy = (_("&Try again"), self._back_up)
        match reason:
            case Reason.SECRET_MISSING | Reason.CREDENTIAL_REFUSED:
                return [(_("&Store credentials…"), self._edit), again]
            case Reason.ANOTHER_MACHINE:
                adopt = BackupOptions(adopt=True)
                return [(_("They are mine: &continue"), lambda: self._back_up(adopt)), edit]
            case Reason.VOLUME_CORRUPT | Reason.SAMPLE_DIFFERS:
                full = BackupOptions(full=True)
                return [(_("Start a &new full backup"), lambda: self._back_up(full))]
            case (
                Reason.REGION_WRONG | Reason.DESTINATION_MISSING | Reason.KEY_REVOKED | Reason.STAGE_NOT_OURS
            ):
                return [edit, again]
            case _:
                return [again]

    def _for_concern(self, one: Concern) -> list[Remedy]:
        name = self._profile.name
        match one.about:
            case About.SILENT:
                return [(_("S&top the backup"), lambda: self._session.stop(name))]
            case About.KIT_NOT_SAVED | About.KIT_OUTDATED:
                return [(_("Save recovery &kit…"), lambda: self._show(screens.SaveKit(name)))]
            case About.KEY_EXPIRES:
                return [(_("Extend the key by two &years"), lambda: work.begin(self._extend()))]
            case About.NOT_PROVEN:
                return [(_("&Verify now"), lambda: self._session.verify(name))]
            case About.ANSWER_WANTED:
                return [(_("Looks right: back up any&way"), self._allow)]
            case About.LEFT_OUT:
                return [
                    (_("Show skipped &files"), self._show_log),
                    (_("&Ignore until this changes"), lambda: self._states.accept(name, one.key)),
                ]
            case About.NOT_STARTED:
                return [
                    (_("T&urn on automatic backups"), lambda: work.begin(self._turn_on())),
                    (_("I start backups anot&her way"), lambda: self._accept_for_all(one.key)),
                ]
            case About.SAME_DISK:
                return [
                    (_("Ch&oose another destination…"), self._edit),
                    (_("Keep using this &disk"), lambda: self._states.accept(name, one.key)),
                ]
            case _:
                return []

    def _edit(self) -> None:
        self._show(screens.Editor(self._profile.name))

    def _back_up(self, options: BackupOptions = BackupOptions()) -> None:  # noqa: B008 - frozen
        self._session.back_up(self._profile.name, options)

    async def _turn_on(self) -> None:
        """What stood in the way is told."""
        self._trouble.clear_message()
        await work.attempt(self._automatic.turn_on(), self._trouble.tell)

    def _accept_for_all(self, key: str) -> None:
        """What starts one profile's backups starts those of all."""
        for name in self._states.all:
            self._states.accept(name, key)

    def _allow(self) -> None:
        self._back_up(BackupOptions(allowed=Allowed(large=True, many_changes=True)))

    def _believe(self) -> None:
        self._back_up(BackupOptions(allow_empty=True))

    async def _extend(self) -> None:
        """The warning goes by itself; what stood in the way is told."""
        from secretsbackup.operations.keys import keys

        self._trouble.clear_message()
        await work.attempt(keys.extend(self._profile, self._home, _SPAN, self._ask), self._trouble.tell)
        self._states.refresh_all()

    async def _ask(self) -> Secret | None:
        return await prompts.passphrase(self, about=_("It is used to extend the key and is not stored."))


def _sentences(status: Status, now: datetime) -> dict[str, str]:
    """What stands below a headline that is too short for it, by the concerns' keys."""
    return {one.key: f"{words.capital(words.concern(one, now))}." for one in unaccepted(status, now)}
