"""Taking over the old scripts' config.sh: choose it; what it says is shown before anything is written."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from secretsbackup.desktop import widgets, work
from secretsbackup.desktop.fields import FolderField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.automatic import AutomaticOffer, FindStarter
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.short_names import where
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import Profile
from secretsbackup.operations.setup import automatic_start, legacy_config
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.words import Message


class LegacyConfigPage(Page[Profile | None]):
    """A config.sh, taken over when one goes on."""

    def __init__(self, start: StartPage, home: Home, find_starter: FindStarter) -> None:
        super().__init__(
            _("config.sh"),
            _("Which config.sh?"),
            _(
                "The file is read, never run. Its secrets go into your keyring, and its backups "
                "are continued: nothing is sent twice. The file itself does not change."
            ),
        )
        self.forward = _("&Import")
        self._start, self._home = start, home
        self.field = FolderField(_("Choose the config.sh"), file=True)
        self._says = widgets.sentence()
        self.add_field("config", _("&File"), self.field)
        self.body.addWidget(self._says)
        self.automatic = AutomaticOffer(find_starter)
        self.remarks: tuple[Message, ...] = ()
        self.body.addWidget(self.automatic)
        self.field.line.textChanged.connect(self._typed)
        self._found: Profile | None = None
        self._wrong = ""
        self._done: Profile | None = None

    @property
    def answer(self) -> Profile | None:
        return self._done

    @property
    def path(self) -> str:
        """What is chosen."""
        return self.field.path

    def wanted(self) -> bool:
        return self._start.answer is StartFrom.SEED

    def entered(self) -> None:
        work.begin(self.automatic.look())
        if not self.field.path and self._start.found:
            self.field.line.setText(str(self._start.found[0]))

    def problems(self) -> Sequence[Problem]:
        if not self.field.path:
            return [Problem("config", _("Choose the file."))]
        if not Path(self.field.path).expanduser().is_file():
            return [Problem("config", _("The file does not exist."))]
        if self._wrong:
            return [Problem("config", self._wrong)]
        return [] if self._found else [Problem("config", _("Reading the file…"))]

    async def check(self) -> Sequence[Problem]:
        taking = legacy_config.take_over(Path(self.field.path).expanduser(), self._home, attended=True)
        self._done = await self.during(
            _("Checking the passphrase, and saving the backup’s settings…"), taking
        )
        if automatic_start.scheduled([self._done]):
            self.remarks = await self.automatic.accept()
        return ()

    def _typed(self, path: str) -> None:
        self._found, self._wrong = None, ""
        self._says.setText("")
        self.automatic.want(wanted=False)
        if Path(path).expanduser().is_file():
            work.begin(self._read(Path(path).expanduser()))
        self.touch("config")

    async def _read(self, path: Path) -> None:
        try:
            self._found = found = await legacy_config.read(path)
            sources = ", ".join(source.path for source in found.sources)
            says = _("Backs up {sources} to {place}, as “{name}”.")
            self._says.setText(says.format(sources=sources, place=where(found.destination), name=found.name))
            self.automatic.want(wanted=automatic_start.scheduled([found]))
        except Failure as failure:
            self._wrong = work.told(failure).title
        self.touch("config")
