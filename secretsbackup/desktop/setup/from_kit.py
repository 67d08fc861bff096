"""Coming back with a recovery kit: read it, and what it does not hold is asked."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from secretsbackup import words
from secretsbackup.desktop import widgets, work
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.fields import FolderField, SecretField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.automatic import AutomaticOffer, FindStarter
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.short_names import where
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.destination import Bucket, Destination, parse_or_folder
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import KeyPair, Secret, SecretName
from secretsbackup.operations.keys import kit as kits
from secretsbackup.operations.setup import automatic_start, recover
from secretsbackup.operations.setup.recover import Recovered
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio

    from secretsbackup.model.kit import Kit
    from secretsbackup.model.profile import Profile
    from secretsbackup.operations.setup.recover import Secrets

_FIELDS = {
    Reason.PASSPHRASE_WRONG: "phrase",
    Reason.CREDENTIAL_REFUSED: "secret",
    Reason.KIT_BROKEN: "kit",
}


class KitForm(StrEnum):
    """In what form one has the kit."""

    FILE = "file"
    TYPED = "typed"
    BESIDE = "beside"


class FromKitPage(Page[Recovered | None]):
    """A file or typed lines, the credential and the passphrase; then the profile is back."""

    def __init__(self, start: StartPage, home: Home, find_starter: FindStarter) -> None:
        super().__init__(
            _("Recovery kit"),
            _("Where is your recovery kit?"),
            _(
                "Use the file, a scan or photo of the codes, or type the lines. You need "
                "nothing from the old computer."
            ),
        )
        self.forward = _("&Restore the settings")
        self._start, self._home = start, home
        self._kit: Kit | None = None
        self._profile: Profile | None = None
        self._reading: asyncio.Task[None] | None = None
        self.file, self.typed = FolderField(_("Choose the recovery kit"), file=True), QPlainTextEdit()
        self.file.setAccessibleName(_("Kit file"))
        self.typed.setTabChangesFocus(True)
        self.typed.setPlaceholderText("S1/4 …")
        self.typed.setAccessibleName(_("Lines of the kit"))
        self.place, self.endpoint = QLineEdit(), QLineEdit()
        self.place.setPlaceholderText("s3://bucket/folder")
        self.place.setAccessibleName(_("Address of the backups"))
        self.endpoint.setPlaceholderText(_("S3 address of the server, if not Amazon’s"))
        self.endpoint.setAccessibleName(_("S3 address of the server"))
        there = QWidget()
        column = widgets.column(there)
        column.addWidget(self.place)
        column.addWidget(self.endpoint)
        self.choices = Choices[KitForm](_("Where is your recovery kit?"))
        file = _("In a &file: the text, the PDF or a picture of the codes")
        self.choices.add(KitForm.FILE, file, below=self.file)
        self.choices.add(KitForm.TYPED, _("On paper: I’ll &type its lines"), below=self.typed)
        self.choices.add(KitForm.BESIDE, _("&With the backups"), below=there)
        self.choices.choose(KitForm.FILE)
        self.key_id, self.secret, self.phrase = QLineEdit(), SecretField(), SecretField()
        self._says = widgets.sentence()
        self.add_field("kit", "", self.choices)
        self.body.addWidget(self._says)
        self._opens = (
            self.add_field("key_id", _("Access key &ID of the bucket"), self.key_id),
            self.add_field("secret", _("&Secret access key"), self.secret),
        )
        self._phrase = self.add_field("phrase", _("&Passphrase of the key"), self.phrase)
        self.automatic = AutomaticOffer(find_starter)
        self.remarks: tuple[words.Message, ...] = ()
        self.body.addWidget(self.automatic)
        self.choices.changed.connect(self._read)
        self.file.line.textChanged.connect(lambda _text: self._read())
        self.typed.textChanged.connect(self._read)
        self.place.textChanged.connect(self._read)
        self.endpoint.textChanged.connect(self._read)
        for name in ("key_id", "secret", "phrase"):
            getattr(self, name).textChanged.connect(lambda _text, name=name: self.touch(name))
        self._done: Recovered | None = None
        self._follow()

    @property
    def answer(self) -> Recovered | None:
        return self._done

    def entered(self) -> None:
        work.begin(self.automatic.look())

    def wanted(self) -> bool:
        return self._start.answer is StartFrom.KIT

    def problems(self) -> Sequence[Problem]:
        where = self._where
        if where is None and self._held is KitForm.BESIDE:
            return [Problem("kit", self._no_place())]
        if where is None:
            return [Problem("kit", _("Choose the kit’s file, or type its lines."))]
        found = []
        if self._needs_key_pair:
            found += [] if self.key_id.text().strip() else [Problem("key_id", _("Enter the access key ID."))]
            found += (
                [] if self.secret.text().strip() else [Problem("secret", _("Enter the secret access key."))]
            )
        if not self.phrase.text():
            found.append(Problem("phrase", _("Enter the passphrase that you wrote on paper.")))
        return found

    async def check(self) -> Sequence[Problem]:
        try:
            found = self._kit
            if found is None:
                found = await self.during(_("Downloading the kit…"), self._fetch())
            bringing = recover.recover(found, self._secrets(), self._home)
            self._done = await self.during(
                _("Checking the key and passphrase, and listing the backups…"), bringing
            )
        except Failure as failure:
            field = _FIELDS.get(failure.reason)
            if field is None:
                raise
            return [Problem(field, words.reason(failure.cause).title)]
        if automatic_start.scheduled([self._done.profile]):
            self.remarks = await self.automatic.accept()
        return ()

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        for line in (self.key_id, self.secret, self.phrase):
            line.clear()
        self.typed.clear()

    @property
    def _held(self) -> KitForm:
        return self.choices.value or KitForm.FILE

    @property
    def _where(self) -> Destination | None:
        """Where the backups are, as far as that is known: by the kit, or by their address."""
        if self._held is not KitForm.BESIDE:
            return self._profile.destination if self._profile else None
        text = self.place.text().strip()
        try:
            return parse_or_folder(text, endpoint=self._endpoint)
        except ValueError:
            return None

    @property
    def _endpoint(self) -> str | None:
        typed = self.endpoint.text().strip().rstrip("/")
        return typed if typed and self.place.text().strip().startswith("s3:") else None

    @property
    def _needs_key_pair(self) -> bool:
        if self._held is KitForm.BESIDE:
            return isinstance(self._where, Bucket)
        return self._profile is not None and self._profile.needs_key_pair

    def _no_place(self) -> str:
        if not self.place.text().strip():
            return _("Enter the address of the backups, such as s3://bucket/folder.")
        return _("This is not a valid address. Use s3://bucket/folder, sftp://host/folder or a folder.")

    async def _fetch(self) -> "Kit":
        """The kit that is kept beside the backups."""
        destination = self._where
        assert destination is not None
        pair = KeyPair(Secret(self.key_id.text().strip()), self.secret.secret)
        return (await kits.read_beside(destination, pair if self._needs_key_pair else None)).kit

    def _secrets(self) -> "Secrets":
        typed = {SecretName.GPG_PASSPHRASE: self.phrase.secret}
        if self._needs_key_pair:
            typed[SecretName.AWS_ACCESS_KEY_ID] = Secret(self.key_id.text().strip())
            typed[SecretName.AWS_SECRET_ACCESS_KEY] = self.secret.secret
        return typed

    def _read(self) -> None:
        """Read what is there now; a newer reading replaces an older one."""
        self._kit = self._profile = None
        self.clear_message()
        if self._reading:
            self._reading.cancel()
        self._reading = work.begin(self._look())
        self._follow()

    async def _look(self) -> None:
        by_file, text = self._held is KitForm.FILE, self.typed.toPlainText()
        path = Path(self.file.path).expanduser()
        if self._held is KitForm.BESIDE or not (path.is_file() if by_file else text.strip()):
            return
        try:
            reading = await kits.read(path) if by_file else kits.read_text(text)
            self._profile = recover.profile_for(reading.kit)
            self._kit = reading.kit
        except Failure as failure:
            self.tell(work.told(failure))
        self._follow()

    def _follow(self) -> None:
        known = self._profile
        if known and self._kit:
            says = _("Backup “{name}” in {place}, made {day}.")
            place, day = where(known.destination), self._kit.made
            lacks = f" {words.lacks_commands()}" if recover.lacks_commands(self._kit) else ""
            self._says.setText(says.format(name=known.name, place=place, day=day) + lacks)
        self._says.setVisible(known is not None)
        for field in self._opens:
            field.setVisible(self._needs_key_pair)
        self._phrase.setVisible(self._where is not None)
        by_hand = known is not None and not automatic_start.scheduled([known])
        self.automatic.want(wanted=self._where is not None and not by_hand)
        self.refresh()
