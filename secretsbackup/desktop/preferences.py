"""Preferences: the backups, and how the program behaves on this desktop. A switch acts at once."""

import asyncio
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QWidget

from secretsbackup.desktop import prompts, screens, style, widgets, work
from secretsbackup.desktop.elided_label import ElidedLabel
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.short_names import where as place
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.profile import Profile
from secretsbackup.operations.setup import automatic_start, registry
from secretsbackup.store.home import Home
from secretsbackup.tools import autostart, timer
from secretsbackup.words.language import _, known

_LANGUAGES = {"en": "English", "de": "Deutsch"}


class PreferencesWindow(QWidget):
    """One window."""

    def __init__(self, home: Home, settings: Settings, states: ProfileStates, show: Show) -> None:
        super().__init__()
        self._home, self._settings, self._states, self._open = home, settings, states, show
        self.setWindowTitle(_("Preferences"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._trouble = Trouble()
        self._profiles = widgets.column()
        self._autostart = QCheckBox(_("&Start in the tray when I log in"))
        self._timer = QCheckBox(_("Let a system &timer start backups, even while this program is closed"))
        self.notify = QCheckBox(_("&Notify me of failures and warnings, and when backups work again"))
        self.language, self.panel = QComboBox(), QComboBox()
        self._lay_out()
        self._copy_settings()
        states.listed.connect(self._list)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        QShortcut(QKeySequence.StandardKey.Cancel, self, self.close)
        self.resize(80 * style.GRID, 66 * style.GRID)

    def _copy_settings(self) -> None:
        """Copy what is set into the controls."""
        settings = self._settings
        self._autostart.setChecked(autostart.is_on())
        self._autostart.toggled.connect(self._switch_autostart)
        self._timer.setVisible(automatic_start.has_timer())
        self._timer.setChecked(timer.is_set_up())
        self._timer.toggled.connect(self._switch_timer)
        self.notify.setChecked(settings.notifies)
        self.notify.toggled.connect(partial(setattr, settings, "notifies"))
        self.language.addItem(_("System language"), "")
        for code in known():
            self.language.addItem(_LANGUAGES.get(code, code), code)
        self.language.setCurrentIndex(max(self.language.findData(settings.language), 0))
        self.language.currentIndexChanged.connect(self._choose_language)
        for label, shade in ((_("Automatic"), ""), (_("Dark"), "dark"), (_("Light"), "light")):
            self.panel.addItem(label, shade)
        self.panel.setCurrentIndex(max(self.panel.findData(settings.panel), 0))
        self.panel.currentIndexChanged.connect(self._choose_panel)
        self._list()

    def _list(self) -> None:
        while item := self._profiles.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for state in self._states.all.values():
            self._profiles.addWidget(self._row(state.profile))
        add = widgets.flat(_("&Add a backup…"), lambda: self._open(screens.SetUp()))
        self._profiles.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)

    def _row(self, profile: Profile) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.GRID)
        text = widgets.column(gap=0)
        where = ElidedLabel()
        where.show_text(place(profile.destination))
        text.addWidget(widgets.heading(profile.name))
        text.addWidget(where)
        edit = widgets.button(_("Edit…"), lambda: self._open(screens.Editor(profile.name)))
        remove = widgets.button(_("Remove…"), lambda: work.begin(self._remove(profile)))
        style.mark(remove, "danger")
        edit.setAccessibleName(_("Edit {name}").format(name=profile.name))
        remove.setAccessibleName(_("Remove {name}").format(name=profile.name))
        row.addLayout(text, 1)
        row.addWidget(edit)
        row.addWidget(remove)
        return made

    async def _remove(self, profile: Profile) -> None:
        sure = await prompts.sure(
            self,
            _("Remove “{name}”?").format(name=profile.name),
            _(
                "This removes its settings and its secrets in the keyring from this computer. "
                "Its backups stay where they are: {place}"
            ).format(place=place(profile.destination)),
            _("&Remove"),
            destroys=True,
        )
        if sure:
            self._trouble.clear_message()
            await work.attempt(registry.delete(profile, self._home), self._trouble.tell)

    def _switch_autostart(self, wanted: bool) -> None:
        async def switch() -> None:
            change = autostart.turn_on if wanted else autostart.turn_off
            await work.attempt(asyncio.to_thread(change), self._trouble.tell)
            self._states.refresh_all()

        work.begin(switch())

    def _switch_timer(self, wanted: bool) -> None:
        async def switch() -> None:
            change = automatic_start.turn_on(Starter.TIMER) if wanted else timer.switch_off()
            await work.attempt(change, self._trouble.tell)
            self._states.refresh_all()

        work.begin(switch())

    def _choose_language(self, _index: int) -> None:
        self._settings.language = self.language.currentData()
        self._told.setText(_("The change takes effect after a restart."))

    def _choose_panel(self, _index: int) -> None:
        self._settings.panel = self.panel.currentData()

    def _lay_out(self) -> None:
        self._told = widgets.quiet()
        form = QWidget()
        box = widgets.column(form, margin=3, gap=2)
        box.addWidget(self._trouble)
        box.addWidget(widgets.heading(_("Backups")))
        box.addLayout(self._profiles)
        box.addWidget(widgets.rule())
        box.addWidget(widgets.heading(_("This computer")))
        box.addWidget(self._autostart)
        box.addWidget(self._timer)
        box.addWidget(self.notify)
        for label, control in ((_("&Language"), self.language), (_("&Panel colour"), self.panel)):
            title = QLabel(label)
            title.setBuddy(control)
            control.setAccessibleName(label.replace("&", ""))
            row = QHBoxLayout()
            row.addWidget(title)
            row.addWidget(control)
            row.addStretch(1)
            box.addLayout(row)
        box.addWidget(self._told)
        box.addWidget(offer_help(self, "schedule#automatic"), 0, Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(form)
        widgets.column(self).addWidget(area)
