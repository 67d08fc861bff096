"""The screen is never held up: a real backup of very many files, while a heart beats on the same loop."""

import asyncio
import os
from pathlib import Path

from secretsbackup.desktop import screens
from secretsbackup.desktop.app import App
from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Completed
from secretsbackup.model.profile import Fingerprint, Source
from secretsbackup.store import profiles
from tests.desktop.conftest import DOCS, Play, hold_up_nothing, profile, until

FILES = int(os.environ.get("HEARTBEAT_FILES", "10000"))
"""What would hold up the loop shows with these. By hand, minutes on two cores:

    export HEARTBEAT_FILES=100000
    .venv/bin/python -m pytest -o timeout=0 -o faulthandler_timeout=0 tests/desktop/test_heartbeat.py
"""


def test_a_backup_of_very_many_files_holds_up_nothing(
    play: Play, app: App, key: Fingerprint, tmp_path: Path
) -> None:
    source, to = tmp_path / "Documents", tmp_path / "backups"
    to.mkdir()
    docs = profile(sources=(Source("Documents", str(source)),), destination=Folder(str(to)), key=key)
    profiles.add(app.home, docs)

    async def backed_up() -> None:
        await asyncio.to_thread(write_all, source)
        app.session.back_up(DOCS)
        await until(lambda: app.states.all[DOCS].status.steps_done, 60)
        await until(lambda: not app.states.all[DOCS].status.running, 800)
        assert isinstance(app.states.all[DOCS].status.last, Completed)

    async def scene() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        await until(lambda: app.states.all[DOCS].known)
        await hold_up_nothing(backed_up)

    play(scene())


def write_all(source: Path) -> None:
    """Every file is new, whether or not it was there before."""
    for number in range(FILES):
        folder = source / f"{number // 500}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_bytes(b"%d" % number)
