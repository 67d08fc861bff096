"""What is around the machine: asked of real D-Bus services, and of none."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from secretsbackup.tools import bus, notify, sleep, surroundings
from tests.conftest import StandIn
from tests.end_to_end import servers
from tests.end_to_end.servers import MissingProgramsError
from tests.tools import desktop_bus
from tests.tools.desktop_bus import Desktop


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a bus listens."""
    try:
        with servers.session_bus(tmp_path_factory.mktemp("bus")) as session:
            yield session["DBUS_SESSION_BUS_ADDRESS"]
    except MissingProgramsError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def desktop(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """The services of a desktop, found as the system's and the session's."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    with desktop_bus.on(address) as made:
        yield made


@pytest.fixture
def no_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any bus."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.mark.parametrize(
    ("network", "online", "metered"),
    [
        ({}, True, False),
        ({"State": 20}, False, False),
        ({"State": 10, "Metered": 0}, False, None),
        ({"State": 50}, True, False),
        ({"Connectivity": 2}, False, False),
        ({"Metered": 1}, True, True),
        ({"Metered": 3}, True, True),
        ({"Metered": 0}, True, None),
    ],
)
def test_network_manager_knows_the_network(
    desktop: Desktop, network: dict[str, int], online: bool, metered: bool | None
) -> None:
    desktop.network |= {name: ("u", value) for name, value in network.items()}
    around = asyncio.run(surroundings.look())
    assert (around.online, around.metered) == (online, metered)
    assert around.machine


@pytest.mark.usefixtures("no_desktop")
def test_without_network_manager_an_address_must_do() -> None:
    around = asyncio.run(surroundings.look())
    assert around.online in (True, False)
    assert around.metered is None


@pytest.mark.parametrize(
    ("address", "wide"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("169.254.3.4", False),
        ("02:42:ac:11:00:02", False),
        ("192.168.1.7", True),
        ("2001:db8::7", True),
    ],
)
def test_only_some_addresses_reach_others(address: str, wide: bool) -> None:
    assert surroundings.is_wide(address) is wide


def test_a_drive_is_there_when_its_backups_are(tmp_path: Path) -> None:
    def there(folder: Path, with_backups: bool) -> bool:
        return asyncio.run(surroundings.there(folder, with_backups=with_backups))

    mount = tmp_path / "disk"
    assert not there(mount / "backups", False)
    mount.mkdir()
    assert there(mount / "backups", False)
    assert not there(mount / "backups", True)
    (mount / "backups").mkdir()
    (mount / "backups" / "duplicity-full.20261122T220828Z.manifest.gpg").touch()
    assert there(mount / "backups", True)


def test_sleep_is_held_off_for_as_long_as_it_takes(desktop: Desktop) -> None:
    async def while_sending() -> bool:
        async with sleep.held_off("a backup is being sent"):
            return desktop.holds_sleep_off()

    assert asyncio.run(while_sending())
    assert not desktop.holds_sleep_off()


@pytest.mark.usefixtures("no_desktop")
def test_where_sleep_cannot_be_held_off_nothing_is_said() -> None:
    async def sent() -> str:
        async with sleep.held_off("a backup is being sent"):
            return "sent"

    assert asyncio.run(sent()) == "sent"


def test_notifications_are_shown(desktop: Desktop) -> None:
    assert asyncio.run(notify.show("No backup since Tuesday", "docs & <photos>"))
    assert desktop.shown == [("No backup since Tuesday", "docs &amp; &lt;photos&gt;")]


@pytest.mark.usefixtures("no_desktop")
def test_without_a_desktop_the_program_for_it_is_tried(stand_in: StandIn) -> None:
    folder = stand_in("notes", "notify-send")
    assert asyncio.run(notify.show("Title", "text"))
    assert "Title text" in (folder / "record").read_text()


def test_a_bus_that_is_not_there_does_not_answer(no_desktop: None) -> None:
    assert bus.properties(surroundings.NETWORK) == {}
