"""A folder, best on a disk that is not always there."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QStorageInfo
from PySide6.QtWidgets import QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, widgets
from secretsbackup.desktop.fields import FolderField
from secretsbackup.desktop.form import Problem, of_draft
from secretsbackup.desktop.setup.existing_backups import ExistingBackupsPage
from secretsbackup.desktop.setup.place import PlacePage
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.check import Finding, Sign, Verdict
from secretsbackup.model.destination import Folder
from secretsbackup.model.draft import problems
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import PlaceKind, Protected
from secretsbackup.model.profile import labelled
from secretsbackup.operations.repository import discover
from secretsbackup.operations.setup import registry
from secretsbackup.operations.watch import doctor
from secretsbackup.words.language import _

_REMOVABLE = ("/media/", "/run/media/", "/mnt/", "/Volumes/")
_NAME = "Secrets Backup"


class FolderPage(ExistingBackupsPage[Folder]):
    """A path; disks that are attached are offered."""

    def __init__(self, start: StartPage, place: PlacePage, what: Callable[[], Protected]) -> None:
        super().__init__(
            _("Folder"),
            _("Which folder?"),
            _(
                "Choose a folder on another disk. If the disk is not connected when a backup is "
                "due, the backup runs as soon as it is."
            ),
        )
        self.start, self._place, self._what = start, place, what
        self.field = FolderField(_("Choose a folder for the backups"))
        self.add_field("destination", _("&Folder"), self.field)
        self.field.line.textChanged.connect(lambda _text: self._typed())
        self._caution = Trouble()
        self.body.addWidget(self._caution)
        self._disks = widgets.column(gap=0)
        self.body.addLayout(self._disks)
        self.warnings: tuple[Finding, ...] = ()

    @property
    def answer(self) -> Folder:
        return Folder(str(Path(self.field.path).expanduser()) if self.field.path else "")

    def wanted(self) -> bool:
        return self._place.wanted() and self._place.answer is PlaceKind.FOLDER

    def entered(self) -> None:
        """Offer the disks that are attached."""
        while item := self._disks.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for volume in QStorageInfo.mountedVolumes():
            path = volume.rootPath()
            if volume.isReady() and not volume.isReadOnly() and path.startswith(_REMOVABLE):
                self._disks.addWidget(self._disk(path, volume.bytesAvailable()))

    def problems(self) -> Sequence[Problem]:
        path = self.answer.path
        if not path:
            return [Problem("destination", _("Choose a folder."))]
        if not Path(path).is_absolute():
            return [
                Problem("destination", _("Enter the full path of the folder, such as /media/disk/backups."))
            ]
        if not Path(path).is_dir() and not Path(path).parent.is_dir():
            away = _("“{folder}” does not exist. Is its disk connected?")
            return [Problem("destination", away.format(folder=Path(path).parent))]
        what = self._what()
        draft = registry.partial_profile(what.name, labelled([*what.sources]))
        return [
            of_draft(one)
            for one in problems(registry.with_destination(draft, self.answer))
            if one.field == "destination"
        ]

    async def check(self) -> Sequence[Problem]:
        what = self._what()
        draft = registry.with_destination(
            registry.partial_profile(what.name, labelled([*what.sources])), self.answer
        )
        findings = [one async for one in doctor.examine_destination(self.answer, None, draft)]
        for one in findings:
            if one.verdict is Verdict.LACKING and one.cause:
                raise Failure(one.cause)
        self.warnings = tuple(one for one in findings if one.verdict is Verdict.WARNING)
        return await self.meet(self.answer, None, "destination")

    def _typed(self) -> None:
        """One disk is no backup of itself: a caution, since another partition or a test may be meant."""
        self.touch("destination")
        beside = discover.on_same_disk(self.answer, self._what().sources) if self.holds else ""
        found = Finding(right="off-site", sign=Sign.SAME_DISK, detail=short(beside))
        self._caution.tell(words.finding(found)) if beside else self._caution.clear_message()

    def _disk(self, path: str, free: int) -> QWidget:
        label = _("{disk} · {free} free").format(disk=Path(path).name, free=words.size(free))
        button = widgets.flat(label, lambda: self.field.line.setText(str(Path(path) / _NAME)))
        icons.put(button, "disk")
        button.setAccessibleName(_("Use the disk {disk}").format(disk=path))
        return button
