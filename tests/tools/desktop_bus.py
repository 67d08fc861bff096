"""A NetworkManager, a logind and a notification service on a bus, for as long as a test needs them."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

LOGIND = DBusAddress("/org/freedesktop/login1", "org.freedesktop.login1", "org.freedesktop.login1.Manager")
NAMES = ("org.freedesktop.NetworkManager", "org.freedesktop.login1", "org.freedesktop.Notifications")


@dataclass
class Desktop:
    """What the services say, and what they were asked for."""

    network: dict[str, tuple[str, Any]] = field(
        default_factory=lambda: {"State": ("u", 70), "Connectivity": ("u", 4), "Metered": ("u", 2)}
    )
    shown: list[tuple[str, str]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Our ends of the pipes whose other ends hold sleep off."""
    ready: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    _bus: DBusConnection | None = None
    _given: list[int] = field(default_factory=list)

    def holds_sleep_off(self) -> bool:
        """Whether somebody still has a descriptor of ours, once our own copies of those sent are closed."""
        while self._given:
            time.sleep(0.01)
        for reader in self.held:
            os.set_blocking(reader, False)
            try:
                os.read(reader, 1)
            except BlockingIOError:
                return True
        return False

    def _answer(self, message: Any) -> Any:
        member = message.header.fields[HeaderFields.member]
        if member == "GetAll":
            return new_method_return(message, "a{sv}", (self.network,))
        if member == "Inhibit":
            reader, writer = os.pipe()
            self.held.append(reader)
            self._given.append(writer)
            return new_method_return(message, "h", (writer,))
        if member == "Notify":
            self.shown.append(message.body[3:5])
            return new_method_return(message, "u", (1,))
        return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    def serve(self, address: str) -> None:
        with open_dbus_connection(address, enable_fds=True) as bus:
            self._bus = bus
            for name in NAMES:
                bus.send_and_get_reply(message_bus.RequestName(name))
            self.ready.set()
            while not self.over.is_set():
                try:
                    message = bus.receive(timeout=0.1)
                except TimeoutError:
                    continue
                if message.header.message_type is MessageType.method_call:
                    bus.send(self._answer(message))
                for sent in self._given:
                    os.close(sent)
                self._given.clear()


@contextmanager
def on(address: str) -> Iterator[Desktop]:
    """The services on this bus."""
    desktop = Desktop()
    thread = threading.Thread(target=desktop.serve, args=(address,), daemon=True)
    thread.start()
    assert desktop.ready.wait(10)
    try:
        yield desktop
    finally:
        desktop.over.set()
        thread.join(10)
        for reader in desktop.held:
            os.close(reader)
