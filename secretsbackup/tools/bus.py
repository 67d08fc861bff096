"""D-Bus: one question to a service of the desktop or the system. Where there is none, there is no answer."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection

_LIMIT_S = 3.0
"""Seconds: a service that is there answers at once, one that must be started in one or two."""


class BusService(msgspec.Struct, frozen=True):
    """An object on a bus, and the interface by which it is spoken to."""

    bus: Literal["SYSTEM", "SESSION"]
    name: str
    path: str
    interface: str


def ask(service: BusService, method: str, signature: str = "", *words: Any) -> tuple[Any, ...] | None:
    """Call a method and wait for its answer; None where bus or service is not there or refuses.

    A file descriptor in the answer is the caller's to close.
    """
    from jeepney import DBusAddress, MessageType, new_method_call

    where = DBusAddress(service.path, service.name, service.interface)
    question = new_method_call(where, method, signature or None, words)
    with connected(service.bus) as bus:
        if bus is None:
            return None
        try:
            answer = bus.send_and_get_reply(question, timeout=_LIMIT_S)
        except (OSError, TimeoutError):
            return None
    return tuple(answer.body) if answer.header.message_type is MessageType.method_return else None


def properties(service: BusService) -> dict[str, Any]:
    """All properties of a service; none where it is not there."""
    known = msgspec.structs.replace(service, interface="org.freedesktop.DBus.Properties")
    answer = ask(known, "GetAll", "s", service.interface)
    return {name: value for name, (_, value) in answer[0].items()} if answer else {}


@contextmanager
def connected(which: Literal["SYSTEM", "SESSION"]) -> "Iterator[DBusConnection | None]":
    """A connection to a bus; None where there is none."""
    opened = _open(which)
    try:
        yield opened
    finally:
        if opened:
            opened.close()


def _open(which: Literal["SYSTEM", "SESSION"]) -> "DBusConnection | None":
    if sys.platform != "linux":
        return None
    from jeepney.io.blocking import open_dbus_connection

    try:
        return open_dbus_connection(address(which), enable_fds=True)
    except (OSError, RuntimeError, ValueError, StopIteration):
        return None


def address(which: Literal["SYSTEM", "SESSION"]) -> str:
    """Where a bus listens; cron is told nothing of the session's, which systemd has in a place of its own."""
    if which == "SYSTEM":
        return "SYSTEM"
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return os.environ.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={Path(runtime) / 'bus'}"
