"""The key that all is encrypted to: made now, or one that is there and can really encrypt."""

from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QCheckBox

from secretsbackup import words
from secretsbackup.desktop import widgets, work
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.fields import SecretField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.operations.keys import keys
from secretsbackup.operations.keys.keys import Offer
from secretsbackup.operations.setup.set_up import NO_KEY
from secretsbackup.tools.gnupg import KeyKind
from secretsbackup.words.language import _


class ChosenKey(msgspec.Struct, frozen=True):
    """A key and its passphrase; NO_KEY where one is to be made, whose passphrase comes next."""

    fingerprint: Fingerprint
    phrase: Secret | None
    keep: bool
    kind: KeyKind = KeyKind.CURVE


class KeyPage(Page[ChosenKey]):
    """A new key, or one of this user's."""

    def __init__(self, start: StartPage) -> None:
        super().__init__(
            _("Key"),
            _("Which key should encrypt your backups?"),
            _(
                "Everything is encrypted with a GnuPG key before it leaves this computer. "
                "Reading a backup takes the secret half of the key and its passphrase, even for "
                "you."
            ),
        )
        self._start = start
        self.choices = Choices[Fingerprint](_("Which key should encrypt your backups?"))
        self.phrase, self.keep = SecretField(), QCheckBox(_("Store the passphrase in my &keyring"))
        self.keep.setChecked(True)
        self.rsa = QCheckBox(_("Use &RSA-4096 (for software without elliptic-curve support)"))
        self._useless = widgets.quiet()
        self._chosen: Fingerprint | None = None
        self.body.addWidget(self.choices)
        self.body.addWidget(self.rsa)
        self._phrase_field = self.add_field("phrase", _("&Passphrase of this key"), self.phrase)
        self.body.addWidget(self.keep)
        self.body.addWidget(
            widgets.quiet(_("Then you are not asked for it when you restore or test. Backups never ask."))
        )
        self.body.addWidget(self._useless)
        self.choices.changed.connect(self._follow)
        self.phrase.textChanged.connect(lambda _text: self.touch("phrase"))
        self._draw(())

    @property
    def answer(self) -> ChosenKey:
        key = self.choices.value or NO_KEY
        kind = KeyKind.RSA if self.rsa.isChecked() else KeyKind.CURVE
        return ChosenKey(key, self.phrase.secret if key != NO_KEY else None, self.keep.isChecked(), kind)

    def take(self, key: Fingerprint | None, *, keep: bool, rsa: bool = False) -> None:
        """Show this choice, as soon as the keys are known."""
        self._chosen = key
        self.keep.setChecked(keep)
        self.rsa.setChecked(rsa)

    def wanted(self) -> bool:
        return self._start.answer in (StartFrom.NEW, StartFrom.THERE)

    def entered(self) -> None:
        work.begin(self._offer())

    def problems(self) -> Sequence[Problem]:
        if self.choices.value is None:
            return [Problem("key", _("Choose the key that encrypted these backups."))]
        if self.choices.value != NO_KEY and not self.phrase.text():
            return [Problem("phrase", _("Enter its passphrase, to make sure you know it."))]
        return ()

    async def check(self) -> Sequence[Problem]:
        key = self.answer
        if key.phrase is None:
            return ()
        try:
            await self.during(_("Checking the passphrase…"), keys.try_phrase(key.fingerprint, key.phrase))
        except Failure as failure:
            if failure.reason is Reason.PASSPHRASE_WRONG:
                return [Problem("phrase", words.reason(failure.cause).title)]
            raise
        return ()

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        self.phrase.clear()

    async def _offer(self) -> None:
        found = await work.attempt(keys.offers(), self.tell)
        if found is not None:
            self._draw(found)

    def _draw(self, offers: Sequence[Offer]) -> None:
        """New first, then what is there; what cannot be used is named with its reason."""
        before = self._chosen or self.choices.value
        self.choices.clear()
        usable = [offer for offer in offers if offer.against is None]
        if self._start.answer is not StartFrom.THERE:
            self.choices.add(NO_KEY, _("&Create a new key"), _("It does not expire."))
        for offer in usable:
            self.choices.add(offer.key.fingerprint, offer.key.owner, _about(offer))
        self.choices.choose(before if before is not None else NO_KEY)
        if self.choices.value is None:
            self.choices.choose(NO_KEY)
        against = [_because(offer) for offer in offers if offer.against is not None]
        self._useless.setText("\n".join(against))
        self._useless.setVisible(bool(against))
        self._follow()

    def _follow(self) -> None:
        self._chosen = self.choices.value
        self.rsa.setVisible(self.choices.value == NO_KEY and self._start.answer is not StartFrom.THERE)
        self._phrase_field.setVisible(self.choices.value not in (None, NO_KEY))
        self.refresh()


def _about(offer: Offer) -> str:
    short = " ".join(offer.key.fingerprint[at : at + 4] for at in range(24, 40, 4))
    end = keys.expires(offer.key)
    until = _("until {day}").format(day=f"{end.astimezone():%Y-%m-%d}") if end else _("does not expire")
    return f"… {short} · {until}"


def _because(offer: Offer) -> str:
    assert offer.against is not None
    cause = words.reason(offer.against)
    return _("Cannot be used: {owner}. {why}").format(owner=offer.key.owner, why=cause.title)
