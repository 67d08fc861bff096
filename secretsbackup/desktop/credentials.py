"""What the keyring holds for a profile: stored, replaced, forgotten; never shown."""

from functools import partial

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from secretsbackup.desktop import style, widgets, work
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.words.language import _


class Credentials(QWidget):
    """One line a secret."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile
        self._rows: dict[SecretName, tuple[QLabel, QPushButton, QPushButton]] = {}
        self._trouble = Trouble()
        grid = QGridLayout()
        grid.setHorizontalSpacing(style.GRID)
        for number, name in enumerate(_wanted(profile)):
            state = widgets.quiet(_("One moment…"))
            store = widgets.button(_("Store…"), partial(self._ask, name))
            forget = widgets.flat(_("Forget"), partial(self._begin_to_forget, name))
            store.setAccessibleName(_("Store {secret}").format(secret=_label(name)))
            forget.setAccessibleName(_("Forget {secret}").format(secret=_label(name)))
            for column, widget in enumerate((QLabel(_label(name)), state, store, forget)):
                grid.addWidget(widget, number, column)
            self._rows[name] = (state, store, forget)
        grid.setColumnStretch(1, 1)
        box = widgets.column(self)
        box.addLayout(grid)
        box.addWidget(self._trouble)
        for name in self._rows:
            work.begin(self._look(name))

    async def _look(self, name: SecretName) -> None:
        from secretsbackup.tools import keychain

        found = await work.attempt(keychain.get(self._profile.name, name), self._trouble.tell)
        state, store, forget = self._rows[name]
        state.setText(_("in the keyring") if found else _("not stored"))
        store.setText(_("Replace…") if found else _("Store…"))
        forget.setVisible(bool(found))

    def _ask(self, name: SecretName) -> None:
        dialog = _Typed(self, _label(name))
        dialog.accepted.connect(lambda: work.begin(self._store(name, dialog.secret())))
        dialog.open()

    async def _store(self, name: SecretName, secret: Secret) -> None:
        from secretsbackup.operations.setup import registry

        self._trouble.clear_message()
        await work.attempt(registry.keep_secret(self._profile, name, secret), self._trouble.tell)
        await self._look(name)

    def _begin_to_forget(self, name: SecretName) -> None:
        work.begin(self._forget(name))

    async def _forget(self, name: SecretName) -> None:
        from secretsbackup.tools import keychain

        self._trouble.clear_message()
        await work.attempt(keychain.forget(self._profile.name, name), self._trouble.tell)
        await self._look(name)


class _Typed(QDialog):
    def __init__(self, parent: QWidget, label: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(label)
        self._typed = QLineEdit()
        self._typed.setEchoMode(QLineEdit.EchoMode.Password)
        self._typed.setAccessibleName(label)
        store = widgets.primary(_("&Store in the keyring"), self.accept)
        store.setDefault(True)
        store.setEnabled(False)
        self._typed.textChanged.connect(lambda text: store.setEnabled(bool(text)))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(widgets.button(_("&Cancel"), self.reject))
        buttons.addWidget(store)
        box = widgets.column(self, margin=3, gap=2)
        box.addWidget(widgets.heading(label))
        box.addWidget(self._typed)
        box.addLayout(buttons)
        self.setMinimumWidth(52 * style.GRID)

    def secret(self) -> Secret:
        """What was typed; the field forgets it."""
        secret = Secret(self._typed.text())
        self._typed.clear()
        return secret


def _wanted(profile: Profile) -> tuple[SecretName, ...]:
    pair = (SecretName.AWS_ACCESS_KEY_ID, SecretName.AWS_SECRET_ACCESS_KEY) if profile.needs_key_pair else ()
    return (*pair, SecretName.GPG_PASSPHRASE)


def _label(name: SecretName) -> str:
    match name:
        case SecretName.AWS_ACCESS_KEY_ID:
            return _("AWS access key ID")
        case SecretName.AWS_SECRET_ACCESS_KEY:
            return _("AWS secret access key")
        case SecretName.GPG_PASSPHRASE:
            return _("Key passphrase (optional)")
