"""Another backup: where it is, and what opens it. Tried at once; nothing of it is kept."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit

from secretsbackup import words
from secretsbackup.desktop.fields import SecretField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.source import SourcePage
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model import destination as destinations
from secretsbackup.model.destination import Bucket, Destination
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.operations.repository import unregistered
from secretsbackup.words.language import _

_FIELDS = {
    Reason.PASSPHRASE_WRONG: "phrase",
    Reason.BACKUP_PASSPHRASE_WRONG: "phrase",
    Reason.PASSPHRASE_MISSING: "phrase",
    Reason.PASSPHRASE_TOO_LONG: "phrase",
    Reason.CREDENTIAL_REFUSED: "secret",
}


class UnregisteredPage(Page[Subject | None]):
    """An address, a credential where it takes one, and the key's passphrase."""

    def __init__(self, source: SourcePage) -> None:
        super().__init__(
            _("Address"),
            _("Where is the backup?"),
            _(
                "Its key must be in your GnuPG keyring. If you have its recovery kit, choose "
                "“Set up a backup” instead."
            ),
        )
        self._source = source
        self._done: Subject | None = None
        self.url, self.endpoint, self.region = QLineEdit(), QLineEdit(), QLineEdit()
        self.key_id, self.secret, self.phrase = QLineEdit(), SecretField(), SecretField()
        self.url.setPlaceholderText("s3://bucket/laptop")
        self.add_field(
            "url", _("&Address"), self.url, _("s3://BUCKET/FOLDER, a folder, sftp://USER@HOST/FOLDER")
        )
        self._of_bucket = (
            self.add_field(
                "endpoint", _("&Server, if not Amazon’s"), self.endpoint, "https://s3.example.org"
            ),
            self.add_field("region", _("&Region"), self.region),
            self.add_field("key_id", _("Access key &ID of the bucket"), self.key_id),
            self.add_field("secret", _("Se&cret access key"), self.secret),
        )
        self.add_field(
            "phrase",
            _("&Passphrase"),
            self.phrase,
            _(
                "The passphrase of its key, or of the backup itself (Déjà Dup). Leave this "
                "empty if there is none."
            ),
        )
        for name in ("url", "endpoint", "region", "key_id", "secret", "phrase"):
            getattr(self, name).textChanged.connect(lambda _text, name=name: self._typed(name))
        self._follow()

    @property
    def answer(self) -> Subject | None:
        return self._done

    def wanted(self) -> bool:
        return self._source.profile is None

    def problems(self) -> Sequence[Problem]:
        if not self.url.text().strip():
            return [Problem("url", _("Enter the address of the backup."))]
        found = []
        try:
            place = self._place()
        except Unreadable as error:
            return [Problem("url", words.problem(error.fault))]
        if isinstance(place, Bucket):
            found += [] if self.key_id.text().strip() else [Problem("key_id", _("Enter the access key ID."))]
            found += (
                [] if self.secret.text().strip() else [Problem("secret", _("Enter the secret access key."))]
            )
        return found

    async def check(self) -> Sequence[Problem]:
        place = self._place()
        opened_by = None
        if isinstance(place, Bucket):
            opened_by = KeyPair(Secret(self.key_id.text().strip()), self.secret.secret)
        try:
            opening = unregistered.open_unregistered(place, opened_by, self._phrase)
            found = await self.during(_("Checking the key and passphrase, and listing the backups…"), opening)
        except Failure as failure:
            field = _FIELDS.get(failure.reason)
            if field is None:
                raise
            return [Problem(field, words.reason(failure.cause).title)]
        self._done = Subject(found.profile, opened_by, found.phrase)
        return ()

    async def _phrase(self) -> Secret | None:
        return self.phrase.secret if self.phrase.text() else None

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        for line in (self.key_id, self.secret, self.phrase):
            line.clear()

    def _place(self) -> Destination:
        """What is typed, as a destination; Unreadable where it is none."""
        return destinations.parse_or_folder(
            self.url.text().strip(),
            endpoint=self.endpoint.text().strip() or None,
            region=self.region.text().strip() or None,
        )

    def _typed(self, name: str) -> None:
        self._done = None
        self._follow()
        self.touch(name)

    def _follow(self) -> None:
        for field in self._of_bucket:
            field.setVisible(self.url.text().strip().startswith("s3:"))
