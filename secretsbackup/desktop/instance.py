"""One desktop for a user: the second that is started hands over what it was asked for, and ends.

A lock decides who is first; the socket only carries words.
"""

import contextlib
import fcntl
import os
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from secretsbackup.model.outcome import Failure
from secretsbackup.store.boundary import bounded, open_file
from secretsbackup.store.home import Home, owner_only

_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")
"""What a desktop gives to a program that it starts, so that its window may come to the front."""
_TOKEN = "activation-token="  # noqa: S105 - a word before one
_LIMIT_MS = 5.0
"""Seconds for the first to be ready: it may have been started at the same moment."""


def first(home: Home) -> IO[bytes] | None:
    """Be the first, for as long as what is returned stays open; None if there is one.

    Where no lock can be made, as on a read-only disk, there may be two: better than no window that says so.
    """
    path = home.state / "desktop.lock"
    try:
        owner_only(home.state)
        with bounded(path):
            file: IO[bytes] = os.fdopen(open_file(path, os.O_WRONLY | os.O_CREAT), "wb")
    except Failure:
        return Path(os.devnull).open("wb")
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file
    file.close()
    return None


def hand_over(home: Home, words: Sequence[str]) -> bool:
    """Tell the first what was asked for; whether it heard."""
    until = time.monotonic() + _LIMIT_MS
    while time.monotonic() < until:
        socket = QLocalSocket()
        socket.connectToServer(_name(home))
        if socket.waitForConnected(500):
            socket.write(msgspec.json.encode([*words, *_token()]) + b"\n")
            return socket.waitForBytesWritten(500) and _heard(socket)
        time.sleep(0.1)
    return False


def _token() -> list[str]:
    """The desktop's leave to come to the front, as one more word."""
    given = next(filter(None, map(os.environ.get, _TOKENS)), None)
    return [f"{_TOKEN}{given}"] if given else []


def _take(words: Sequence[str]) -> list[str]:
    """The words without the token, which is put where Qt looks for it when a window is activated."""
    for word in words:
        if word.startswith(_TOKEN):
            os.environ["XDG_ACTIVATION_TOKEN"] = word.removeprefix(_TOKEN)
    return [word for word in words if not word.startswith(_TOKEN)]


def _heard(socket: QLocalSocket) -> bool:
    return socket.waitForReadyRead(2000) or socket.bytesAvailable() > 0


class InstanceServer(QObject):
    """Where those who are started later knock; `asked` gives their words."""

    asked = Signal(list)

    def __init__(self, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._open)
        QLocalServer.removeServer(_name(home))
        self._server.listen(_name(home))

    def _open(self) -> None:
        while socket := self._server.nextPendingConnection():
            socket.readyRead.connect(lambda socket=socket: self._hear(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._hear(socket)  # it may have spoken before anybody listened

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        with contextlib.suppress(msgspec.DecodeError):
            words = msgspec.json.decode(bytes(socket.readLine().data()), type=list[str])
            socket.write(b"heard\n")
            socket.flush()
            self.asked.emit(_take(words))
        socket.disconnectFromServer()


def _name(home: Home) -> str:
    """A path short enough for a socket; one a home."""
    which = f"{zlib.crc32(bytes(home.state)):08x}"
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or "")
    name = f"secretsbackup-{os.getuid()}-{which}"
    return str(folder / name) if folder.is_absolute() and folder.is_dir() else name
