"""Coming back with a recovery kit: read it, and what it does not hold is asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from secretsbackup import words
from secretsbackup.desktop import look, work
from secretsbackup.desktop.setup.choices import Choices
from secretsbackup.desktop.setup.fields import FolderField, SecretField
from secretsbackup.desktop.setup.naming import where
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard import Page
from secretsbackup.language import _
from secretsbackup.model.draft import Problem
from secretsbackup.model.outcome import Failure, Reason, Why
from secretsbackup.model.plan import Start
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations import kit as kits
from secretsbackup.operations import recover
from secretsbackup.operations.recover import Recovered
from secretsbackup.store.home import Home

if TYPE_CHECKING:
    import asyncio

    from secretsbackup.model.kit import Kit
    from secretsbackup.model.profile import Profile
    from secretsbackup.operations.recover import Secrets

_FIELDS = {Reason.PASSPHRASE_WRONG: "phrase", Reason.CREDENTIAL_REFUSED: "secret"}


class KitPage(Page[Recovered | None]):
    """A file or typed lines, the credential and the passphrase; then the profile is back."""

    def __init__(self, start: StartPage, home: Home) -> None:
        super().__init__(
            _("Recovery kit"),
            _("Where is your recovery kit?"),
            _(
                "The file, a scan or a photograph of the sheet’s codes; or its lines, typed. "
                "Nothing of the old machine is needed."
            ),
        )
        self.forward = _("&Bring it back")
        self._start, self._home = start, home
        self._kit: Kit | None = None
        self._profile: Profile | None = None
        self._reading: asyncio.Task[None] | None = None
        self.file, self.typed = FolderField(_("Choose the recovery kit"), file=True), QPlainTextEdit()
        self.file.setAccessibleName(_("File of the kit"))
        self.typed.setTabChangesFocus(True)
        self.typed.setPlaceholderText("S1/4 …")
        self.typed.setAccessibleName(_("The lines of the kit"))
        self.choices = Choices[bool](_("Where is your recovery kit?"))
        self.choices.add(True, _("In a &file: the text, the PDF, or a picture of the codes"), below=self.file)
        self.choices.add(False, _("On paper: I &type its lines"), below=self.typed)
        self.choices.choose(True)
        self.key_id, self.secret, self.phrase = QLineEdit(), SecretField(), SecretField()
        self._says = look.sentence()
        self.add_field("kit", "", self.choices)
        self.body.addWidget(self._says)
        self._opens = (
            self.add_field("key_id", _("Access key &id of the bucket"), self.key_id),
            self.add_field("secret", _("&Secret access key"), self.secret),
        )
        self._phrase = self.add_field("phrase", _("&Passphrase of the key"), self.phrase)
        self.choices.changed.connect(self._read)
        self.file.line.textChanged.connect(lambda _text: self._read())
        self.typed.textChanged.connect(self._read)
        for name in ("key_id", "secret", "phrase"):
            getattr(self, name).textChanged.connect(lambda _text, name=name: self.touch(name))
        self._done: Recovered | None = None
        self._follow()

    @property
    def answer(self) -> Recovered | None:
        return self._done

    def wanted(self) -> bool:
        return self._start.answer is Start.KIT

    def problems(self) -> Sequence[Problem]:
        if self._profile is None:
            return [Problem("kit", _("Choose the kit’s file, or type its lines."))]
        found = []
        if self._profile.needs_key_pair:
            found += [] if self.key_id.text().strip() else [Problem("key_id", _("The key’s id is missing."))]
            found += [] if self.secret.text().strip() else [Problem("secret", _("Its secret is missing."))]
        if not self.phrase.text():
            found.append(Problem("phrase", _("The passphrase is missing; it is what you wrote on paper.")))
        return found

    async def check(self) -> Sequence[Problem]:
        assert self._kit is not None
        try:
            bringing = recover.recover(self._kit, self._secrets(), self._home)
            self._done = await self.during(
                _("Trying key and passphrase, and reading what is there…"), bringing
            )
        except Failure as failure:
            field = {Reason.PASSPHRASE_WRONG: "phrase", Reason.CREDENTIAL_REFUSED: "secret"}.get(
                failure.reason
            )
            if field is None:
                raise
            return [Problem(field, words.reason(Why(failure.reason, failure.detail)).title)]
        return ()

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        for line in (self.key_id, self.secret, self.phrase):
            line.clear()
        self.typed.clear()

    def _secrets(self) -> "Secrets":
        assert self._profile is not None
        typed = {SecretName.GPG_PASSPHRASE: self.phrase.secret}
        if self._profile.needs_key_pair:
            typed[SecretName.AWS_ACCESS_KEY_ID] = Secret(self.key_id.text().strip())
            typed[SecretName.AWS_SECRET_ACCESS_KEY] = self.secret.secret
        return typed

    def _read(self) -> None:
        """Read what is there now; a newer reading replaces an older one."""
        self._kit = self._profile = None
        self.untell()
        if self._reading:
            self._reading.cancel()
        self._reading = work.begin(self._look())
        self._follow()

    async def _look(self) -> None:
        by_file, text = bool(self.choices.value), self.typed.toPlainText()
        path = Path(self.file.path).expanduser()
        if not (path.is_file() if by_file else text.strip()):
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
            says = _("The backup “{name}”, at {place}; made {day}.")
            place, day = where(known.destination), self._kit.made
            self._says.setText(says.format(name=known.name, place=place, day=day))
        self._says.setVisible(known is not None)
        for field in self._opens:
            field.setVisible(known is not None and known.needs_key_pair)
        self._phrase.setVisible(known is not None)
        self.refresh()
