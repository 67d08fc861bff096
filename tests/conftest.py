"""The world that fast tests live in: a home in a folder, a keyring in memory, a short-lived GnuPG, a PATH."""

import asyncio
import contextlib
import ctypes
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import keyring
import pytest
from keyring.backends import fail

from secretsbackup.model.event import Event, Progressed, Warned
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.secret import Secret
from secretsbackup.operations.setup import automatic_start
from secretsbackup.store import home as homes
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, duplicity, gnupg, memory_keyring

os.environ["LC_ALL"] = "C.UTF-8"  # whoever tests may speak another language
PROGRAMS = Path(__file__).parent / "programs"
PASSPHRASE = Secret("correct horse battery staple")

# No deadline: another program may take the processor. In CI the inputs are the same each time; to dig for
# others by hand: --hypothesis-profile=deep
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Files can be tested side by side, but the faults of the table, which one process makes."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            alone = ("/test_day.py", "/test_every_call.py", "/test_own_files.py")
            of_table = nodeid.startswith("tests/faults/") and not any(name in nodeid for name in alone)
            return "faults" if of_table else super()._split_scope(nodeid)

    return Scheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What takes long and rarely tells anything runs when it is asked for: before an issue is resolved."""
    parser.addoption("--slow", action="store_true", help="run the slow tests as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first: else one process ends alone with it."""
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
    items.sort(key=lambda item: _LONG.get(item.path.relative_to(Path(__file__).parent).parts[0], len(_LONG)))


_LONG = {"faults": 0, "end_to_end": 1, "desktop": 2}


def pytest_collection_finish() -> None:
    """What is there before the first test stays: to look through it again and again would take minutes."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What a test of Qt leaves over in cycles, a loop above all, is destroyed here, in the screen's thread.

    Python would do so in whichever thread comes first: of a server here, or that in which xdist tells what
    to test next. Qt then crashes, or waits for ever (both seen; see `desktop/garbage_collection.py`).
    """
    if "qapp" not in getattr(item, "fixturenames", ()):
        return (yield)
    gc.disable()
    gc.freeze()  # what others left over has been there for long, and would be looked through again each time
    try:
        return (yield)
    finally:
        gc.collect()
        gc.enable()


StandIn = Callable[[str, str], Path]
"""Puts a script of `programs/` on PATH under a program's name, and gives the folder it lies in."""


class Told(list[Event]):
    """What a recipe or a tool told, to be called as a `tell`."""

    def __call__(self, event: Event) -> None:
        self.append(event)

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """The cautions and the paths that they are about."""
        return [(event.caution, event.path) for event in self if isinstance(event, Warned)]

    @property
    def progress(self) -> list[Progressed]:
        """How far it was, each time that it said so."""
        return [event for event in self if isinstance(event, Progressed)]


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """As a user to whom modes mean something; root may all."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def told() -> Told:
    """Somebody who listens."""
    return Told()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return homes.below(tmp_path / "home")


_UNSTARTED, _KEPT_ON_SAME_DISK = automatic_start.unstarted, destinations.kept_on_same_disk


@pytest.fixture(autouse=True)
def tended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something starts backups by itself on this machine, unless a test is `untended`; and it has many disks,
    unless a test has `one_disk`."""
    monkeypatch.setattr(automatic_start, "unstarted", lambda *_: None)
    monkeypatch.setattr(destinations, "kept_on_same_disk", lambda *_: "")


@pytest.fixture
def one_disk(tended: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folders of a test lie is looked up."""
    del tended
    monkeypatch.setattr(destinations, "kept_on_same_disk", _KEPT_ON_SAME_DISK)


@pytest.fixture
def untended(tended: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing was ever set up to start them; the folder of its user's settings."""
    del tended
    monkeypatch.setattr(automatic_start, "unstarted", _UNSTARTED)
    config = Path(os.environ.get("XDG_CONFIG_HOME", "/"))
    if not config.is_relative_to(tmp_path):
        config = tmp_path / "config of a user"
        monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nothing runs here"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    return config


@pytest.fixture
def memory() -> Iterator[None]:
    """A keyring in memory for as long as the test lasts."""
    memory_keyring.use()
    yield
    keyring.set_keyring(fail.Keyring())


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Programs that do on purpose what the real ones do by mishap."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def put(script: str, name: str) -> Path:
        shutil.copy(PROGRAMS / script, folder / name).chmod(0o755)
        if name == "duplicity":  # the program's own comes before the one on PATH
            monkeypatch.setenv(duplicity.CHOSEN, str(folder / name))
        return folder

    return put


@pytest.fixture
def hung(tmp_path: Path) -> Iterator[Path]:
    """A folder on a mount whose server never answers (fuse(4)): whoever looks into it waits for its end."""
    folder = tmp_path / "hung"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        pytest.skip("there is no FUSE here")
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
    try:
        if libc.mount(b"hung", bytes(folder), b"fuse", 0, options):
            pytest.skip("nothing may be mounted here")
        yield folder
    finally:
        os.close(device)  # this ends every wait
        libc.umount2(bytes(folder), 2)  # MNT_DETACH


def quick(gnupg_home: Path) -> None:
    """Have an agent take no tenth of a second for each passphrase, which guards only keys of tests."""
    (gnupg_home / "gpg-agent.conf").write_text("s2k-count 65536\n")


@pytest.fixture(scope="session")
def gnupg_home() -> Iterator[Path]:
    """A GnuPG home with a path short enough for its agent's socket, and one key in it."""
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as folder:
        path = Path(folder)
        path.chmod(0o700)
        quick(path)
        yield path
        asyncio.run(gnupg.end_agent(path))


@pytest.fixture(scope="session")
def fingerprint(gnupg_home: Path) -> Fingerprint:
    """The key of that home: it signs and it encrypts."""
    return asyncio.run(gnupg.make_key("Ada Lovelace", PASSPHRASE, home=gnupg_home))


@pytest.fixture
def key(gnupg_home: Path, fingerprint: Fingerprint, monkeypatch: pytest.MonkeyPatch) -> Fingerprint:
    """The same key, and GnuPG finds it by itself."""
    monkeypatch.setenv("GNUPGHOME", str(gnupg_home))
    return fingerprint
