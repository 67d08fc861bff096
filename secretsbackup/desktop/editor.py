"""A profile as a form: a draft, and beside each field what stands against it."""

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from secretsbackup.desktop import style, widgets, work
from secretsbackup.desktop.credentials import Credentials
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.profile_states import Standings
from secretsbackup.desktop.schedule_picker import Often
from secretsbackup.desktop.sources import Sources
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.destination import Bucket, Destination, parse, url
from secretsbackup.model.draft import Problem, problems
from secretsbackup.model.profile import Compression, Fingerprint, Profile, ProfileName
from secretsbackup.model.schedule import Daily
from secretsbackup.operations.setup import registry
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg
from secretsbackup.words.language import _

_SHOWN = (
    *("sources", "exclude", "destination", "key", "full_every", "keep", "compression", "prove_every"),
    *("staging", "schedule", "only_on_power", "metered_too"),
)
"""The fields that have a control here; the others stay as they were."""


class EditorWindow(QWidget):
    """Changes a profile, or writes a new one."""

    def __init__(self, home: Home, states: Standings, profile: Profile | None) -> None:
        super().__init__()
        self._home, self._states, self._before = home, states, profile
        self._fields: dict[str, QLabel] = {}
        self._touched: set[str] = set()
        self.setWindowTitle(_("Edit “{name}”").format(name=profile.name) if profile else _("Add a backup"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name, self._to = QLineEdit(), QLineEdit()
        self._endpoint, self._region, self._staging = QLineEdit(), QLineEdit(), QLineEdit()
        self._key, self._compression = QComboBox(), QComboBox()
        self._full_every, self._keep, self._prove_every = QSpinBox(), QSpinBox(), QSpinBox()
        self._sources = Sources((profile and home.spared(profile)) or (home.cache, home.state))
        self._often, self._on_power = Often(), QCheckBox(_("Only while it is plugged in"))
        self._metered = QCheckBox(_("Also over a network that costs by the byte"))
        self._trouble = Trouble()
        self._save = widgets.primary(_("&Save") if profile else _("&Add"), lambda: work.begin(self._write()))
        self._save.setDefault(True)
        self._lay_out()
        self._show(profile)
        self._listen()
        work.begin(self._offer_keys())
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        QShortcut(QKeySequence.StandardKey.Save, self, self._save.click)
        self.resize(90 * style.GRID, 84 * style.GRID)
        self._check()

    @property
    def draft(self) -> Profile | None:
        """What is typed, as a profile; None while the destination cannot be read."""
        destination = self._destination()
        if isinstance(destination, str):
            return None
        typed = Profile(
            name=ProfileName(self._name.text().strip()),
            sources=self._sources.sources,
            exclude=self._sources.exclude,
            destination=destination,
            key=Fingerprint(self._key.currentData() or ""),
            full_every=self._full_every.value(),
            keep=self._keep.value(),
            prove_every=self._prove_every.value(),
            compression=Compression(self._compression.currentData()),
            staging=self._staging.text().strip() or None,
            schedule=self._often.schedule,
            only_on_power=self._on_power.isChecked(),
            metered_too=self._metered.isChecked(),
        )
        if self._before is None:
            return typed
        shown = {field: getattr(typed, field) for field in _SHOWN}
        return msgspec.structs.replace(self._before, **shown)

    def problems(self) -> list[Problem]:
        """What stands against it."""
        destination, draft = self._destination(), self.draft
        if draft is None:
            return [Problem("destination", f"{destination}.".capitalize())]
        found = list(problems(draft, imported=self._keeps_place(draft)))
        if not self._before and draft.name in self._states.all:
            found.append(Problem("name", _("There is a backup of that name already.")))
        return found

    def _keeps_place(self, draft: Profile) -> bool:
        before = self._before
        return before is not None and (before.sources, before.destination) == (
            draft.sources,
            draft.destination,
        )

    def _destination(self) -> Destination | str:
        """Where to; or a sentence that says why that is no place."""
        kept = self._before.destination if self._before else None
        storage_class = kept.storage_class if isinstance(kept, Bucket) else None
        try:
            return parse(
                self._to.text().strip(),
                endpoint=self._endpoint.text().strip() or None,
                region=self._region.text().strip() or None,
                storage_class=storage_class,
            )
        except ValueError as error:
            return str(error)

    async def _write(self) -> None:
        found = self.problems()
        self._touched = set(self._fields)
        self._check()
        draft = self.draft
        if found or draft is None:
            return
        writing = (
            registry.change(draft, self._home) if self._before else registry.enrol(draft, {}, self._home)
        )
        self._trouble.untell()
        await work.attempt(writing, self._trouble.tell)
        if not self._trouble.title:
            self.close()

    async def _offer_keys(self) -> None:
        keys = await work.attempt(gnupg.keys(), self._trouble.tell) or ()
        chosen = self._before.key if self._before else ""
        self._key.clear()
        for key in keys:
            if (key.can_encrypt and not key.expired and not key.revoked) or key.fingerprint == chosen:
                self._key.addItem(f"{key.owner}  ·  {key.fingerprint[-16:]}", key.fingerprint)
        if chosen and self._key.findData(chosen) < 0:
            self._key.addItem(chosen, chosen)
        self._key.setCurrentIndex(max(self._key.findData(chosen), 0))
        self._check()

    def _show(self, profile: Profile | None) -> None:
        """Copy a profile's fields into the controls."""
        self._full_every.setRange(1, 3650)
        self._keep.setRange(1, 100)
        self._prove_every.setRange(0, 3650)
        self._prove_every.setSuffix(_(" days"))
        self._prove_every.setSpecialValueText(_("never by itself"))
        self._compression.addItem(_("Fast; a little larger"), Compression.FAST.value)
        self._compression.addItem(_("Small; slower"), Compression.SMALL.value)
        self._full_every.setValue(profile.full_every if profile else 30)
        self._keep.setValue(profile.keep if profile else 2)
        self._prove_every.setValue(profile.prove_every if profile else 7)
        self._often.show_schedule(profile.schedule if profile else Daily())
        if profile is None:
            return
        self._on_power.setChecked(profile.only_on_power)
        self._metered.setChecked(profile.metered_too)
        self._name.setText(profile.name)
        self._name.setReadOnly(True)
        self._to.setText(url(profile.destination))
        if isinstance(profile.destination, Bucket):
            self._endpoint.setText(profile.destination.endpoint or "")
            self._region.setText(profile.destination.region or "")
        self._sources.show_sources(profile.sources, profile.exclude)
        self._compression.setCurrentIndex(self._compression.findData(profile.compression.value))
        self._staging.setText(profile.staging or "")
        self._key.addItem(profile.key, profile.key)

    def _listen(self) -> None:
        self._sources.changed.connect(lambda: self._touch("sources", "exclude"))
        for field, control in (
            ("name", self._name),
            ("destination", self._to),
            ("destination", self._endpoint),
            ("destination", self._region),
            ("staging", self._staging),
        ):
            control.textEdited.connect(lambda _text, field=field: self._touch(field))
        for spin in (self._full_every, self._keep, self._prove_every):
            spin.valueChanged.connect(lambda _value: self._check())
        self._often.edited.connect(self._check)
        self._key.currentIndexChanged.connect(lambda _index: self._touch("key"))

    def _touch(self, *fields: str) -> None:
        self._touched.update(fields)
        self._check()

    def _check(self) -> None:
        found = self.problems()
        for field, label in self._fields.items():
            told = [one.sentence for one in found if one.field == field and field in self._touched]
            label.setText("\n".join(told))
            label.setVisible(bool(told))
        bucket = isinstance(self._destination(), Bucket)
        self._place.setVisible(bucket)
        self._save.setEnabled(not found)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self._sources.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        form = QWidget()
        box = widgets.column(form, margin=3, gap=2)
        if self._before is None:
            self._add(box, "name", _("&Name"), self._name)
        self._add(box, "sources", _("What to protect"), self._sources)
        box.addWidget(self._problem("exclude"))
        self._to.setPlaceholderText("s3://bucket/prefix   file:///folder   sftp://user@host/folder")
        self._add(box, "destination", _("Where t&o"), self._to)
        self._place = QWidget()
        place = QHBoxLayout(self._place)
        place.setContentsMargins(0, 0, 0, 0)
        for label, control in ((_("&Endpoint"), self._endpoint), (_("Re&gion"), self._region)):
            _pair(place, label, control)
        box.addWidget(self._place)
        self._add(box, "key", _("Encrypted to the &key"), self._key)
        self._lay_out_rhythm(box)
        staging = QWidget()
        row = QHBoxLayout(staging)
        row.setContentsMargins(0, 0, 0, 0)
        self._staging.setPlaceholderText(str(self._home.cache / "…" / "stage"))
        row.addWidget(self._staging, 1)
        row.addWidget(widgets.button(_("&Choose…"), self._choose_staging))
        self._add(box, "staging", _("St&aging place"), staging, self._staging)
        if self._before:
            box.addWidget(widgets.heading(_("Credentials")))
            box.addWidget(Credentials(self._before))
        box.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(form)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(*[2 * style.GRID] * 4)
        buttons.setSpacing(style.GRID)
        buttons.addWidget(offer_help(self, "settings-reference"))
        buttons.addStretch(1)
        buttons.addWidget(widgets.button(_("Cance&l"), self.close))
        buttons.addWidget(self._save)
        whole = widgets.column(self, gap=0)
        whole.addWidget(area, 1)
        whole.addWidget(self._trouble)
        whole.addWidget(widgets.rule())
        whole.addLayout(buttons)

    def _lay_out_rhythm(self, box: QVBoxLayout) -> None:
        box.addWidget(widgets.heading(_("How often?")))
        box.addWidget(self._often)
        box.addWidget(self._on_power)
        box.addWidget(self._metered)
        box.addWidget(widgets.heading(_("For how long?")))
        rules = QHBoxLayout()
        self._full_every.setSuffix(_(" days"))
        _pair(rules, _("New full &backup every"), self._full_every)
        _pair(rules, _("Keep f&ull backups"), self._keep)
        _pair(rules, _("Co&mpression"), self._compression)
        rules.addStretch(1)
        box.addLayout(rules)
        self._add(
            box,
            "prove_every",
            _("&Prove that it can be restored every"),
            beside(self._prove_every),
            self._prove_every,
        )
        box.addWidget(self._problem("full_every"))
        box.addWidget(self._problem("keep"))

    def _add(self, box, field: str, label: str, control: QWidget, buddy: QWidget | None = None) -> None:  # type: ignore[no-untyped-def]
        title = QLabel(label)
        title.setBuddy(buddy or control)
        (buddy or control).setAccessibleName(label.replace("&", ""))
        part = widgets.column(gap=0)
        part.setSpacing(style.GRID // 2)
        part.addWidget(title)
        part.addWidget(control)
        part.addWidget(self._problem(field))
        box.addLayout(part)

    def _problem(self, field: str) -> QLabel:
        label = self._fields[field] = widgets.sentence()
        style.mark(label, "problem")
        label.hide()
        return label

    def _choose_staging(self) -> None:
        dialog = QFileDialog(self, _("Where shall the stage be?"), self._staging.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._staging.setText)
        dialog.fileSelected.connect(lambda _path: self._touch("staging"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _pair(row: QHBoxLayout, label: str, control: QWidget) -> None:
    title = QLabel(label)
    title.setBuddy(control)
    control.setAccessibleName(label.replace("&", ""))
    pair = widgets.column(gap=0)
    pair.setSpacing(style.GRID // 2)
    pair.addWidget(title)
    pair.addWidget(control)
    row.addLayout(pair)
    row.setSpacing(2 * style.GRID)
