"""The recovery kit of a backup that is there already: where to, then it is saved and read back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from secretsbackup import words
from secretsbackup.desktop import icons, prompts, widgets
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.setup.kit_folder import KitFolderPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import Protected
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.operations.keys import kit as kits
from secretsbackup.operations.repository import prerequisites
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.operations.keys.kit import SavedFiles


class SaveKitPage(KitFolderPage):
    """A folder, and then the kit is in it."""

    def __init__(self, home: Home, states: ProfileStates, profile: Profile) -> None:
        super().__init__(None, lambda: Protected(name=profile.name))
        self.forward = _("&Save")
        self._home, self._states, self._profile = home, states, profile
        self.saved: SavedFiles | None = None
        self.trouble: Failure | None = None

    async def check(self) -> Sequence[Problem]:
        try:
            await self.during(_("Saving and checking the kit…"), self._save())
        except Failure as failure:
            if failure.reason is not Reason.KIT_IN_THE_WAY:
                raise
            return [Problem("folder", words.reason(failure.cause).title)]
        return ()

    async def _save(self) -> None:
        """One that cannot be proved now, because the place cannot be reached, is saved all the same."""
        request, profile, home = self.answer, self._profile, self._home
        phrase = await prerequisites.passphrase_of(profile, self._ask)

        async def known() -> Secret | None:
            return phrase

        self.saved = await kits.save(profile, home, Path(request.folder), known, beside=request.beside)
        self.trouble = self.saved.trouble
        self._states.refresh(profile.name)
        try:
            await kits.check(self.saved.text, home, known, profile)
        except Failure as failure:
            self.trouble = failure

    async def _ask(self) -> Secret | None:
        return await prompts.passphrase(self, about=_("It unlocks your key for the kit and is not stored."))


class KitSavedPage(Page[None]):
    """Says that the kit is saved, and what is left to do."""

    def __init__(self, keep: SaveKitPage) -> None:
        super().__init__(_("Saved"), _("Recovery kit saved"))
        self.forward, self.final = _("&Close"), True
        self._keep, self._says = keep, widgets.sentence()
        self._open = widgets.button(_("&Open kit folder"), self._open_folder)
        icons.put(self._open, "print")
        self.body.addWidget(self._says)
        self.body.addWidget(beside(self._open))

    @property
    def answer(self) -> None:
        return None

    def entered(self) -> None:
        trouble = self._keep.trouble
        says = _("The kit was checked, and it works. Print it, and write the passphrase on the paper.")
        if trouble:
            says = _("The kit is saved, but could not be checked.")
            self.tell(words.reason(trouble.cause))
        self._says.setText(says)

    def _open_folder(self) -> None:
        if self._keep.saved:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._keep.saved.text.parent)))


def wizard(home: Home, states: ProfileStates, profile: Profile) -> Wizard:
    """Saves the recovery kit of this profile."""
    keep = SaveKitPage(home, states, profile)
    kept = KitSavedPage(keep)
    keep.help = kept.help = "recovery-kit#save"
    made = Wizard(_("Recovery kit"), [keep, kept])
    made.completed.connect(made.deleteLater)
    return made
