"""The passphrase of a new key: made of words, shown once, and typed back from the paper."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLineEdit

from secretsbackup import words
from secretsbackup.desktop import widgets
from secretsbackup.desktop.fields import SecretField, beside
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.key import KeyPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.secret import Secret
from secretsbackup.operations.setup.set_up import NO_KEY
from secretsbackup.tools import passphrase
from secretsbackup.tools.passphrase import Phrase
from secretsbackup.words.language import _


class KeyPassphrasePage(Page[Secret]):
    """Ten words of ours, or one's own twice."""

    def __init__(self, key: KeyPage) -> None:
        super().__init__(
            _("Passphrase"),
            _("Write these words on paper now"),
            _(
                "They unlock your key and all your backups. Keep the paper away from this "
                "computer. The words cannot be shown again."
            ),
        )
        self._key, self._why_words = key, self.cause
        self._made: Phrase = passphrase.make()
        self._own = False
        self._words, self._bits = widgets.headline(), widgets.quiet()
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self._words.setAccessibleName(_("Words of your passphrase"))
        self._card = widgets.card(self._words, self._bits)
        self._again = widgets.flat(_("Ne&w words"), self._remake)
        self._show_again = widgets.flat(_("&Show the words"), lambda: self._hide(hidden=False))
        self._mine = widgets.flat(_("Use my &own passphrase"), lambda: self._take_own(own=not self._own))
        self.typed, self.first = QLineEdit(), SecretField()
        self.body.addWidget(self._card)
        self._first_field = self.add_field("first", _("Your &passphrase"), self.first)
        self._any_case = widgets.quiet(_("Capital letters and spaces do not matter."))
        self.add_field("typed", _("&Type it again, from the paper"), self.typed)
        self.body.addWidget(self._any_case)
        self.body.addWidget(beside(self._again, self._show_again, self._mine))
        self._judged = widgets.quiet()
        self.body.insertWidget(self.body.indexOf(self._first_field) + 1, self._judged)
        self._first_field.hide()
        self.typed.installEventFilter(self)
        self.typed.textChanged.connect(lambda _text: self.refresh())
        self.typed.editingFinished.connect(lambda: self.touch("typed") if self.typed.text() else None)
        self.first.textChanged.connect(lambda _text: self._judge())
        self._draw()

    @property
    def answer(self) -> Secret:
        return self.first.secret if self._own else self._made.secret

    @property
    def made(self) -> Phrase:
        """What is shown; for whoever types it back."""
        return self._made

    def wanted(self) -> bool:
        return self._key.wanted() and self._key.answer.fingerprint == NO_KEY

    def entered(self) -> None:
        self._hide(hidden=bool(self.typed.text()))

    def problems(self) -> Sequence[Problem]:
        typed = Secret(self.typed.text())
        if self._own:
            if not self.first.text():
                return [Problem("first", _("Enter a passphrase of several words."))]
            same = typed == self.first.secret
        else:
            same = passphrase.same(self._made, typed)
        if same:
            return ()
        missing = _("Type the words again, from your paper.")
        return [Problem("typed", _("The passphrases do not match.") if self.typed.text() else missing)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Whoever types back does so from the paper, not from the screen."""
        if watched is self.typed and event.type() == QEvent.Type.KeyPress and not self._own:
            self._hide(hidden=True)
        return super().eventFilter(watched, event)

    def forget(self) -> None:
        """Nothing of it is needed any more."""
        self._made = passphrase.make()
        self.typed.clear()
        self.first.clear()

    def _remake(self) -> None:
        self._made = passphrase.make()
        self.typed.clear()
        self._draw()

    def _take_own(self, *, own: bool) -> None:
        self._own = own
        self.typed.setEchoMode(QLineEdit.EchoMode.Password if own else QLineEdit.EchoMode.Normal)
        self._mine.setText(_("Use &random words") if own else _("Use my &own passphrase"))
        self.typed.clear()
        self._draw()
        (self.first if own else self.typed).setFocus()
        self.refresh()

    def _hide(self, *, hidden: bool) -> None:
        words_shown = ["•" * 5] * len(self._made.words) if hidden else self._made.words
        self._words.setText("   ".join(words_shown))
        self._show_again.setVisible(hidden and not self._own)
        self._again.setVisible(not hidden and not self._own)

    def _draw(self) -> None:
        self._ask_for(own=self._own)
        self._card.setVisible(not self._own)
        self._any_case.setVisible(not self._own)
        self.typed.setAccessibleDescription("" if self._own else self._any_case.text())
        self._first_field.setVisible(self._own)
        self._judged.setVisible(self._own)
        count, bits = len(self._made.words), round(self._made.bits)
        strength = _("{count} random words out of 7 776: {bits} bits. That cannot be guessed.")
        self._bits.setText(strength.format(count=count, bits=bits))
        self._hide(hidden=False)

    def _ask_for(self, *, own: bool) -> None:
        title = _("Choose a passphrase") if own else _("Write these words on paper now")
        cause = _(
            "It unlocks your key and all your backups. Write it down exactly, and keep the "
            "paper away from this computer. The passphrase cannot be recovered."
        )
        self.ask(title, cause if own else self._why_words)

    def _judge(self) -> None:
        told = words.strength(passphrase.strength(self.first.secret))
        self.first.setAccessibleDescription(told)
        self._judged.setText(f"{told[:1].upper()}{told[1:]}." if self.first.text() else "")
        self.touch("first")
