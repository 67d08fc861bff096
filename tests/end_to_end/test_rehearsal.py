"""The canary goes to where the backups will go, comes back, and leaves nothing behind."""

import asyncio
from pathlib import Path

import pytest

from secretsbackup.model.destination import parse
from secretsbackup.model.plan import Task, TaskTold
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.operations.setup import trial_run
from secretsbackup.store.home import Home
from tests.conftest import PASSPHRASE
from tests.end_to_end.servers import SshServer


@pytest.mark.parametrize("scheme", ["sftp", "rsync"])
def test_a_host_is_tried_and_left_as_it_was(
    scheme: str,
    sshd: SshServer,
    tmp_path: Path,
    home: Home,
    key: Fingerprint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in sshd.equip(tmp_path / "me").items():
        monkeypatch.setenv(name, value)
    there = tmp_path / "there"
    there.mkdir()
    draft = Profile(
        name=ProfileName("docs"),
        sources=(Source("docs", str(tmp_path)),),
        destination=parse(f"{scheme}://{sshd.user}@{sshd.host}:{sshd.port}/{there}/backups"),
        key=key,
    )
    told: list[TaskTold] = []
    asyncio.run(trial_run.trial_run(draft, None, PASSPHRASE, home, told.append))
    assert [one.task for one in told if one.over and not one.cause] == [Task.SAVE, Task.FETCH, Task.CLEAR]
    assert [path for path in there.rglob("*") if path.name != "backups"] == []
