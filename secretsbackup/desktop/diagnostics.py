"""The doctor's page: every right and setting of a profile's destination is tried now, in seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from secretsbackup.desktop import widgets, work
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.findings import Findings
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model.check import Finding, Verdict
from secretsbackup.model.profile import Profile
from secretsbackup.operations.watch import doctor
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio


class ExaminePage(Page[tuple[Finding, ...]]):
    """What was found; what is lacking comes first, with the statement that grants it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(
            _("Diagnostics"),
            _("Is everything set up correctly?"),
            _(
                "This checks the programs, the key, the credentials and the destination. It "
                "writes a small test file and removes it again."
            ),
        )
        self.forward, self.help = _("&Close"), "checks-and-verification#examine"
        self._profile = profile
        self._found: list[Finding] = []
        self._says, self._findings = widgets.sentence(), Findings()
        self.body.addWidget(self._says)
        self.body.addWidget(self._findings)
        self._looking: asyncio.Task[None] | None = None

    @property
    def answer(self) -> tuple[Finding, ...]:
        return tuple(self._found)

    def problems(self) -> Sequence[Problem]:
        return ()

    def entered(self) -> None:
        if self._looking is None:
            self._looking = work.begin(self.during(_("Checking each permission…"), self._look()))

    def stop(self) -> None:
        """Look no further."""
        if self._looking:
            self._looking.cancel()

    async def _look(self) -> None:
        async for finding in doctor.examine(self._profile):
            self._found.append(finding)
        self._findings.tell(self._found)
        fine = sum(one.verdict is Verdict.FINE for one in self._found)
        says = _("{fine} of {count} checks passed.")
        if fine == len(self._found):
            says = _("All {count} checks passed.")
        self._says.setText(says.format(count=len(self._found), fine=fine))


def wizard(profile: Profile) -> Wizard:
    """Examines this profile."""
    page = ExaminePage(profile)
    made = Wizard(_("Diagnostics for “{name}”").format(name=profile.name), [page])
    made.completed.connect(made.close)
    made.finished.connect(lambda _result: page.stop())
    made.finished.connect(lambda _result: made.deleteLater())
    return made
