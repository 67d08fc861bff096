"""First: is there something to go on with? What is found is offered, and nothing else is asked."""

from collections.abc import Sequence
from pathlib import Path

from secretsbackup.desktop import work
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.plan import StartFrom
from secretsbackup.operations.repository import discover, prerequisites
from secretsbackup.store.home import Home
from secretsbackup.words.language import _


class StartPage(Page[StartFrom]):
    """New, or with what one has."""

    def __init__(self, start: StartFrom, home: Home) -> None:
        super().__init__(
            _("Start"),
            _("What would you like to do?"),
            _("Nothing is changed before the last step, and you can stop at any time."),
        )
        self.choices = Choices[StartFrom](_("What would you like to do?"))
        self.choices.add(
            StartFrom.NEW,
            _("&Set up a new backup"),
            _("Choose folders and where to store them. About three minutes."),
        )
        self.choices.add(
            StartFrom.KIT,
            _("Restore from my &recovery kit"),
            _("On a new computer: restore your settings, key and backups from the printed kit or its file."),
        )
        self.choices.add(
            StartFrom.THERE,
            _("Continue with &existing backups"),
            _("You know where they are, and have the key and its passphrase."),
        )
        self.choices.add(
            StartFrom.SEED,
            _("Import &config.sh of the old scripts"),
            _("The file is read, never run. Its secrets go into the keyring, and its backups are continued."),
        )
        self.choices.choose(start)
        self.choices.changed.connect(self.refresh)
        self.body.addWidget(self.choices)
        self.found: tuple[Path, ...] = ()
        self._home = home

    @property
    def answer(self) -> StartFrom:
        return self.choices.value or StartFrom.NEW

    def entered(self) -> None:
        work.begin(self._look())

    async def check(self) -> Sequence[Problem]:
        """The programs that do the work are looked at before anything is asked."""
        await prerequisites.programs(self._home)
        return ()

    async def _look(self) -> None:
        """A config.sh that is there is named at once, so that nobody has to search for it."""
        self.found = await discover.configs(Path.home())
        if self.found:
            name = _("Import &config.sh of the old scripts, found in {folder}")
            self.choices.button(StartFrom.SEED).setText(name.format(folder=short(self.found[0].parent)))
