"""Another machine, by SSH: the same names and keys that `ssh` uses."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QComboBox, QLineEdit

from secretsbackup.desktop import work
from secretsbackup.desktop.fields import copy_button
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.existing_backups import ExistingBackupsPage
from secretsbackup.desktop.setup.place import PlacePage
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.model.destination import Host, parse
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import PlaceKind, Protected
from secretsbackup.model.reason import Reason
from secretsbackup.operations.repository import discover
from secretsbackup.tools import destinations as places
from secretsbackup.words.language import _


class HostPage(ExistingBackupsPage[Host]):
    """Who and where, in which folder, and how."""

    def __init__(self, start: StartPage, place: PlacePage, what: Callable[[], Protected]) -> None:
        super().__init__(
            _("Computer"),
            _("Which computer?"),
            _(
                "You must be able to log in there with a key, without a password. Try it with "
                "“ssh” first. Your ~/.ssh/config is used."
            ),
        )
        self.start, self._place, self._what = start, place, what
        self.login, self.folder, self.how = QComboBox(), QLineEdit(), QComboBox()
        self.login.setEditable(True)
        self.login.addItems(["", *discover.ssh_hosts(Path.home())])
        self.how.addItem(_("SFTP (works with every SSH server)"), "sftp")
        self.how.addItem(_("rsync (faster, if rsync is installed there)"), "rsync")
        self.add_field("host", _("C&omputer"), self.login, _("user@host or user@host:port"))
        self.add_field(
            "folder",
            _("&Folder there"),
            self.folder,
            _("Relative to your home folder there, or a full path that starts with /"),
        )
        self.add_field("how", _("&Method"), self.how)
        self.login.editTextChanged.connect(lambda _text: self.touch("host"))
        self.folder.textChanged.connect(lambda _text: self.touch("folder"))
        self.how.currentIndexChanged.connect(lambda _index: self.refresh())

    @property
    def answer(self) -> Host:
        at = _logged_in(self.login.currentText().strip())
        return msgspec.structs.replace(at, scheme=self.how.currentData(), path=self.folder.text().strip())

    def take(self, host: Host) -> None:
        """Show this host."""
        port = f":{host.port}" if host.port else ""
        self.login.setEditText(f"{host.address}{port}")
        self.folder.setText(host.path)
        self.how.setCurrentIndex(self.how.findData(host.scheme))

    def wanted(self) -> bool:
        return self._place.wanted() and self._place.answer is PlaceKind.HOST

    def entered(self) -> None:
        if not self.folder.text():
            self.folder.setText(f"backups/{self._what().name}")

    def problems(self) -> Sequence[Problem]:
        host = self.answer
        found = []
        if not self.login.currentText().strip():
            found.append(Problem("host", _("Enter the computer as user@host.")))
        elif not host.host or (host.port or 1) > 65535:
            found.append(Problem("host", _("Use the form user@host or user@host:22.")))
        if not host.path:
            found.append(Problem("folder", _("Enter a folder. It is created if it does not exist.")))
        return found

    async def check(self) -> Sequence[Problem]:
        try:
            await places.probe(self.answer, None)
            return await self.meet(self.answer, None, "folder")
        except Failure as failure:
            if failure.reason is not Reason.HOST_KEY_UNKNOWN:
                raise
            self.tell(work.told(failure), (_("&Copy the command"), self._copy))
            return [Problem("host", _("This computer is not known here yet."))]

    def _copy(self) -> None:
        host = self.answer
        port = f" -p {host.port}" if host.port else ""
        copy_button(lambda: f"ssh{port} {host.login}", "").click()


def _logged_in(text: str) -> Host:
    """user@host:port as in an address; one without a host where it is none."""
    try:
        found = parse(f"sftp://{text}/folder") if not re.search(r"[\s/]", text) else None
    except ValueError:
        found = None
    return found if isinstance(found, Host) else Host("sftp", "", "")
