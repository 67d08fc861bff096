"""What the pages that end in a destination share: a look whether backups are there already."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from secretsbackup import words
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.destination import Destination
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.secret import Credential
from secretsbackup.operations.repository import discover
from secretsbackup.store.history import place_of
from secretsbackup.words.language import _

T = TypeVar("T")


class ExistingBackupsPage(Page[T]):
    """A page that lets go on only when it is clear whose backups lie at the destination."""

    start: StartPage
    adopt = False
    """Whether the backups that are there are gone on with."""
    _agreed = ""

    async def meet(self, destination: Destination, credential: Credential, field: str) -> Sequence[Problem]:
        """What is there: nothing, as it should be; or backups, and somebody says whose."""
        held = await discover.existing_backups(destination, credential)
        going_on = self.start.answer is StartFrom.THERE
        if not held.snapshots:
            self.adopt = False
            return [Problem(field, _("There are no backups here."))] if going_on else ()
        if going_on or self._agreed == place_of(destination):
            self.adopt = True
            return ()
        self.tell(
            words.held(held.snapshots, held.newest, datetime.now(UTC)),
            (_("&Continue with them"), self._agree(destination)),
        )
        return [Problem(field, _("There are already backups here."))]

    def _agree(self, destination: Destination) -> Callable[[], object]:
        def agree() -> None:
            self._agreed = place_of(destination)
            self.retry.emit()

        return agree
