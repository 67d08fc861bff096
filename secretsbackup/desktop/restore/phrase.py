"""The passphrase, where the keyring has none: tried at once."""

from collections.abc import Callable, Sequence

from secretsbackup.desktop.fields import SecretField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.restore.when import WhenPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import gnupg
from secretsbackup.words.language import _


class RestorePassphrasePage(Page[Secret | None]):
    """Not asked where it is known already."""

    def __init__(self, subject: Callable[[], Subject | None], when: WhenPage) -> None:
        super().__init__(
            _("Passphrase"),
            _("Enter your key’s passphrase"),
            _(
                "It unlocks your backups for this restore and is not stored. It is the "
                "passphrase that you wrote on paper."
            ),
        )
        self.forward = _("&Restore")
        self._subject, self._when = subject, when
        self.phrase = SecretField()
        self.add_field("phrase", _("&Passphrase"), self.phrase)
        self.phrase.textChanged.connect(lambda _text: self.touch("phrase"))

    @property
    def answer(self) -> Secret | None:
        return self.phrase.secret if self.phrase.text() else None

    def wanted(self) -> bool:
        subject = self._subject()
        found = subject is not None and subject.phrase is not None
        return not (self._when.kept or self._when.phrase or found)

    def problems(self) -> Sequence[Problem]:
        return () if self.answer else [Problem("phrase", _("Enter the passphrase."))]

    async def check(self) -> Sequence[Problem]:
        subject, typed = self._subject(), self.answer
        assert subject is not None
        assert typed is not None
        try:
            await gnupg.start_agent()
            await gnupg.try_passphrase(subject.profile.key, typed)
        except Failure as failure:
            if failure.reason is not Reason.PASSPHRASE_WRONG:
                raise
            wrong = _("Wrong passphrase. Check capital letters and the keyboard layout.")
            return [Problem("phrase", wrong)]
        return ()

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        self.phrase.clear()
