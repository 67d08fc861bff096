"""A profile as a form: a draft, and beside each field what stands against it."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from secretsbackup import words
from secretsbackup.desktop import style, widgets, work
from secretsbackup.desktop.credentials import Credentials
from secretsbackup.desktop.fields import FolderField, beside
from secretsbackup.desktop.form import Form, Problem, of_draft
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.schedule_picker import SchedulePicker
from secretsbackup.desktop.sources import Sources
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.destination import Bucket, Destination, parse, url
from secretsbackup.model.draft import problems
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.profile import Compression, Fingerprint, Profile
from secretsbackup.operations.setup import registry
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg
from secretsbackup.words.language import _

_SHOWN = (
    *("sources", "exclude", "destination", "key", "full_every", "keep", "compression", "verify_every"),
    *("staging", "schedule", "only_on_power", "metered_too"),
)
"""The fields that have a control here; the others stay as they were."""


class EditorWindow(QWidget):
    """Changes a profile."""

    def __init__(self, home: Home, profile: Profile) -> None:
        super().__init__()
        self._home, self._before = home, profile
        self.form = Form(self.problems, self)
        self.setWindowTitle(_("Edit “{name}”").format(name=profile.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.destination, self.endpoint, self.region = QLineEdit(), QLineEdit(), QLineEdit()
        self.staging = FolderField(_("Choose the working folder"))
        self.key, self.compression = QComboBox(), QComboBox()
        self.full_every, self.keep, self.verify_every = QSpinBox(), QSpinBox(), QSpinBox()
        self.sources = Sources(home.spared(profile) or (home.cache, home.state))
        self.often, self.on_power = SchedulePicker(), QCheckBox(_("Only when plugged in"))
        self._metered = QCheckBox(_("Also on metered connections"))
        self._trouble = Trouble()
        self.save = widgets.primary(_("&Save"), lambda: work.begin(self._write()))
        self.save.setDefault(True)
        self._lay_out()
        self._show(profile)
        self._listen()
        work.begin(self._offer_keys())
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        QShortcut(QKeySequence.StandardKey.Save, self, self.save.click)
        self.resize(90 * style.GRID, 84 * style.GRID)
        self.form.refresh()

    @property
    def draft(self) -> Profile | None:
        """What is typed, as a profile; None while the destination cannot be read."""
        destination = self._destination()
        if isinstance(destination, str):
            return None
        typed = Profile(
            name=self._before.name,
            sources=self.sources.sources,
            exclude=self.sources.exclude,
            destination=destination,
            key=Fingerprint(self.key.currentData() or ""),
            full_every=self.full_every.value(),
            keep=self.keep.value(),
            verify_every=self.verify_every.value(),
            compression=Compression(self.compression.currentData()),
            staging=self.staging.path or None,
            schedule=self.often.schedule,
            only_on_power=self.on_power.isChecked(),
            metered_too=self._metered.isChecked(),
        )
        shown = {field: getattr(typed, field) for field in _SHOWN}
        return msgspec.structs.replace(self._before, **shown)

    def problems(self) -> list[Problem]:
        """What stands against it."""
        draft = self.draft
        if draft is None:
            return [Problem("destination", str(self._destination()))]
        return [of_draft(one) for one in problems(draft, imported=self._keeps_place(draft))]

    def _keeps_place(self, draft: Profile) -> bool:
        before = self._before
        return (before.sources, before.destination) == (draft.sources, draft.destination)

    def _destination(self) -> Destination | str:
        """Where to; or a sentence that says why that is no place."""
        kept = self._before.destination
        storage_class = kept.storage_class if isinstance(kept, Bucket) else None
        try:
            return parse(
                self.destination.text().strip(),
                endpoint=self.endpoint.text().strip() or None,
                region=self.region.text().strip() or None,
                storage_class=storage_class,
            )
        except Unreadable as error:
            return words.problem(error.fault)

    async def _write(self) -> None:
        self.form.touch_all()
        draft = self.draft
        if self.problems() or draft is None:
            return
        self._trouble.clear_message()
        try:
            await registry.change(draft, self._home)
        except (Failure, Skip, OSError) as error:
            self._trouble.tell(work.told(error))
        else:
            self.close()

    async def _offer_keys(self) -> None:
        keys = await work.attempt(gnupg.keys(), self._trouble.tell) or ()
        chosen = self._before.key
        self.key.clear()
        for key in keys:
            if (key.can_encrypt and not key.expired and not key.revoked) or key.fingerprint == chosen:
                self.key.addItem(f"{key.owner}  ·  {key.fingerprint[-16:]}", key.fingerprint)
        if self.key.findData(chosen) < 0:
            self.key.addItem(chosen, chosen)
        self.key.setCurrentIndex(max(self.key.findData(chosen), 0))
        self.form.refresh()

    def _show(self, profile: Profile) -> None:
        """Copy a profile's fields into the controls."""
        self.full_every.setRange(1, 3650)
        self.keep.setRange(1, 100)
        self.verify_every.setRange(0, 3650)
        self.verify_every.setSuffix(_(" days"))
        self.verify_every.setSpecialValueText(_("never"))
        self.compression.addItem(_("Fast, slightly larger"), Compression.FAST.value)
        self.compression.addItem(_("Small, but slower"), Compression.SMALL.value)
        self.full_every.setValue(profile.full_every)
        self.keep.setValue(profile.keep)
        self.verify_every.setValue(profile.verify_every)
        self.often.show_schedule(profile.schedule)
        self.on_power.setChecked(profile.only_on_power)
        self._metered.setChecked(profile.metered_too)
        self.destination.setText(url(profile.destination))
        if isinstance(profile.destination, Bucket):
            self.endpoint.setText(profile.destination.endpoint or "")
            self.region.setText(profile.destination.region or "")
        self.sources.show_sources(profile.sources, profile.exclude)
        self.compression.setCurrentIndex(self.compression.findData(profile.compression.value))
        self.staging.line.setText(profile.staging or "")
        self.key.addItem(profile.key, profile.key)

    def _listen(self) -> None:
        self.form.checked.connect(self._checked)
        self.sources.changed.connect(lambda: self.form.touch("sources", "exclude"))
        for control in (self.destination, self.endpoint, self.region):
            control.textEdited.connect(lambda _text: self.form.touch("destination"))
        self.staging.line.textChanged.connect(lambda _text: self.form.touch("staging"))
        for spin in (self.full_every, self.keep, self.verify_every):
            spin.valueChanged.connect(lambda _value: self.form.refresh())
        self.often.edited.connect(self.form.refresh)
        self.key.currentIndexChanged.connect(lambda _index: self.form.touch("key"))

    def _checked(self, holds: bool) -> None:
        self._place.setVisible(isinstance(self._destination(), Bucket))
        self.save.setEnabled(holds)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self.sources.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._make_fields())
        buttons = QHBoxLayout()
        buttons.setContentsMargins(*[2 * style.GRID] * 4)
        buttons.setSpacing(style.GRID)
        buttons.addWidget(offer_help(self, "settings-reference"))
        buttons.addStretch(1)
        buttons.addWidget(widgets.button(_("Cance&l"), self.close))
        buttons.addWidget(self.save)
        whole = widgets.column(self, gap=0)
        whole.addWidget(area, 1)
        whole.addWidget(self._trouble)
        whole.addWidget(widgets.rule())
        whole.addLayout(buttons)

    def _make_fields(self) -> QWidget:
        made, form = QWidget(), self.form
        box = widgets.column(made, margin=3, gap=2)
        box.addWidget(form.add("sources", _("What to back up"), self.sources))
        box.addWidget(form.place("exclude"))
        self.destination.setPlaceholderText("s3://bucket/prefix   file:///folder   sftp://user@host/folder")
        box.addWidget(form.add("destination", _("Destinati&on"), self.destination))
        self._place = _row(
            form.add("endpoint", _("&Endpoint"), self.endpoint),
            form.add("region", _("Re&gion"), self.region),
        )
        box.addWidget(self._place)
        box.addWidget(form.add("key", _("Encryption &key"), self.key))
        self._lay_out_rhythm(box)
        self.staging.line.setPlaceholderText(str(self._home.cache / "…" / "stage"))
        box.addWidget(form.add("staging", _("Wo&rking folder"), self.staging))
        box.addWidget(widgets.heading(_("Credentials")))
        box.addWidget(Credentials(self._before))
        box.addStretch(1)
        return made

    def _lay_out_rhythm(self, box: QVBoxLayout) -> None:
        box.addWidget(widgets.heading(_("How often?")))
        box.addWidget(self.often)
        box.addWidget(self.on_power)
        box.addWidget(self._metered)
        box.addWidget(widgets.heading(_("For how long?")))
        self.full_every.setSuffix(_(" days"))
        rules = _row(
            self.form.add("full_every", _("New full &backup every"), self.full_every),
            self.form.add("keep", _("F&ull backups to keep"), self.keep),
            self.form.add("compression", _("Com&pression"), self.compression),
        )
        box.addWidget(beside(rules))
        proving = _("Test a restore e&very")
        box.addWidget(
            self.form.add("verify_every", proving, self.verify_every, within=beside(self.verify_every))
        )


def _row(*groups: QWidget) -> QWidget:
    """Fields side by side."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2 * style.GRID)
    for group in groups:
        row.addWidget(group, 0, Qt.AlignmentFlag.AlignTop)
    return made
