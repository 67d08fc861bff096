"""Restoring: the wizard, a page a file. `operations/restore/restore.py` does the work."""

from typing import TYPE_CHECKING

from secretsbackup.desktop import screens
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.restore.done import DonePage
from secretsbackup.desktop.restore.phrase import RestorePassphrasePage
from secretsbackup.desktop.restore.progress import ProgressPage
from secretsbackup.desktop.restore.put_back import PutBackPage
from secretsbackup.desktop.restore.search import SearchPage
from secretsbackup.desktop.restore.source import SourcePage
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.restore.unregistered import UnregisteredPage
from secretsbackup.desktop.restore.what import WhatPage
from secretsbackup.desktop.restore.when import LookFor, WhenPage
from secretsbackup.desktop.restore.where import WherePage
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import Secret
from secretsbackup.operations.restore import restore
from secretsbackup.operations.run.runner import Recipe
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.model.profile import Profile


class RestoreWizard(Wizard):
    """All pages, and the restore that their answers make."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        states: ProfileStates,
        session: Session,
        show: Show,
        name: ProfileName | None,
    ) -> None:
        """Restores from this profile, or asks from which."""
        self._settings, self._states, self._show = settings, states, show
        self.source = SourcePage(self._profiles, name)
        self.elsewhere = UnregisteredPage(self.source)
        self.when = WhenPage(self.subject, home, self.choose_another)
        self.search = SearchPage(self.subject, self.when, home)
        self.what = WhatPage(self.subject, self.when, self.search, home)
        self.phrase = RestorePassphrasePage(self.subject, self.when)
        self.where = WherePage(self.when, self.what, settings.restored_to, self.phrase.wanted)
        self.progress = ProgressPage(session, self.subject, self.recipe, self.ask)
        self.ended = DonePage(
            self.progress, go_on=self._go_on, put_back=self._put_back, show_log=self._show_log
        )
        self.in_place = PutBackPage(self.subject, self.ended)
        pages = (
            *(self.source, self.elsewhere, self.when, self.search, self.what, self.where, self.phrase),
            *(self.progress, self.ended, self.in_place),
        )
        for page in pages:
            page.help = "restoring"
        self.elsewhere.help = "restoring#another-backup"
        self.search.help, self.in_place.help = "restoring#find", "restoring#put-back"
        super().__init__(_("Restore files"), pages)
        self.progress.over.connect(self._over)
        self.moved.connect(lambda _index: self._moved())
        self.completed.connect(self.deleteLater)
        self.finished.connect(lambda _result: self._left())
        self.go(next(number for number, page in enumerate(self.pages) if page.wanted()))

    def subject(self) -> Subject | None:
        """What is restored from; None while that is not known."""
        profile = self.source.profile
        return Subject(profile) if profile else self.elsewhere.answer

    def recipe(self) -> Recipe:
        """The restore that was asked for."""
        begun, chosen, where = self.when.begun, self.what.answer, self.where.answer
        if begun and self.when.answer.how is LookFor.GO_ON:
            return restore.go_on(begun)
        assert chosen is not None
        request = restore.RestoreRequest(to=where.parent, named=where.named, paths=chosen.paths, at=chosen.at)
        return restore.recipe(request)

    async def ask(self) -> Secret | None:
        """The passphrase that was typed on one of the pages."""
        subject = self.subject()
        return self.phrase.answer or self.when.phrase or (subject.phrase if subject else None)

    def _profiles(self) -> "dict[ProfileName, Profile]":
        return {name: state.profile for name, state in self._states.all.items()}

    def choose_another(self) -> None:
        self.source.choose_elsewhere()
        self.show_page(self.source)

    def _moved(self) -> None:
        if self.page is self.progress and self.when.answer.how is not LookFor.GO_ON:
            self._settings.restored_to = str(self.where.answer.parent)

    def _over(self) -> None:
        if self.page is self.progress:
            self.show_page(self.ended)

    def _go_on(self) -> None:
        """Where it stopped, or again where it had not begun to write."""
        self.when.look_for_begun()
        self.when.choices.choose(LookFor.GO_ON if self.when.begun else self.when.answer.how)
        self.show_page(self.progress)

    def _put_back(self) -> None:
        self.in_place.asked = True
        self.show_page(self.in_place)

    def _show_log(self) -> None:
        subject, handle = self.subject(), self.progress.handle
        if subject and handle:
            self._show(screens.Log(subject.profile.name, handle.run))

    def _left(self) -> None:
        """A restore that goes on can be looked at again; else whoever comes back begins anew."""
        going_on = self.progress.handle is not None and self.progress.answer is None
        if not going_on:
            self.when.stop()
            self.phrase.forget()
            self.elsewhere.forget()
            self.deleteLater()


__all__ = ["RestoreWizard"]
