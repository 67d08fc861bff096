"""A program that stands still in the middle of a run: it is stopped and told, and the next run goes on."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed, Failed, Outcome
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.secret import SecretName
from secretsbackup.operations.backup import backup
from secretsbackup.operations.restore import restore
from secretsbackup.operations.restore.restore import RestoreRequest
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Recipe
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import keychain, process
from tests.conftest import PASSPHRASE
from tests.end_to_end.machine import assert_same, picture


@pytest.fixture
def impatient() -> Iterator[None]:
    """Half an hour is some seconds."""
    token = process.PATIENCE.set(process.Patience(look_every_s=0.5, looks=8))
    yield
    process.PATIENCE.reset(token)


@pytest.fixture
def saved(home: Home, memory: None, key: Fingerprint, tmp_path: Path) -> Profile:
    """A profile that was never backed up."""
    source, to = tmp_path / "Documents", tmp_path / "backups"
    source.mkdir()
    to.mkdir()
    for number in range(40):
        (source / f"{number}.bin").write_bytes(os.urandom(3_000_000))
    made = Profile(
        name=ProfileName("docs"),
        sources=(Source("Documents", str(source)),),
        destination=Folder(str(to)),
        key=key,
    )
    profiles.add(home, made)
    asyncio.run(keychain.keep(made.name, SecretName.GPG_PASSPHRASE, PASSPHRASE))
    return made


def family(*names: str) -> list[psutil.Process]:
    """The children that go by the first name, their children that go by the second, and so on."""
    found = [psutil.Process()]
    for name in names:
        below = (child for one in found for child in one.children(recursive=True))
        found = [child for child in below if child.name() == name]
    return found


async def run(recipe: Recipe, verb: Verb, profile: Profile, home: Home, *stopped: str) -> Outcome:
    """Run to the end; every child of that name is stopped: the first one may be about to end."""
    handle = runner.start(recipe, verb, profile, home)
    while stopped and not handle.over:
        with suppress(psutil.NoSuchProcess):
            for one in family(*stopped):
                one.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.002)
    return await handle.outcome()


def test_it_is_stopped_and_the_next_run_goes_on(
    impatient: None, saved: Profile, home: Home, tmp_path: Path
) -> None:
    others = set(psutil.Process().children(recursive=True))  # other tests' servers
    for names in (("rsync",), ("duplicity",), ("duplicity", "gpg")):
        ended = asyncio.run(run(backup.recipe(), Verb.BACKUP, saved, home, *names))
        assert isinstance(ended, Failed)
        assert ended.cause == causes.ToolStandsStill(names[0])
        assert set(psutil.Process().children(recursive=True)) <= others
    assert isinstance(asyncio.run(run(backup.recipe(), Verb.BACKUP, saved, home)), Completed)
    back = asyncio.run(run(restore.recipe(RestoreRequest(to=tmp_path)), Verb.RESTORE, saved, home))
    assert isinstance(back, Completed)
    source = Path(saved.sources[0].path)
    assert_same(picture(source), picture(Path(back.summary.folder or "") / "Documents"))
