"""A profile that can be backed up in no time: a real key, a real rsync, a duplicity that pretends."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Moment, RunId, Verb
from secretsbackup.model.outcome import Outcome
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Recipe, Run, RunHandle
from secretsbackup.store.home import Home, owner_only
from tests.conftest import StandIn, Told

Play = Callable[..., Outcome]
"""Runs a recipe to its end."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What is to be saved."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("text")
    return folder


@pytest.fixture
def profile(tmp_path: Path, source: Path) -> Profile:
    """A profile that goes to a folder; its key is nobody's."""
    (tmp_path / "disk").mkdir()
    return Profile(
        name=ProfileName("docs"),
        sources=(Source("docs", str(source)),),
        destination=Folder(str(tmp_path / "disk" / "backups")),
        key=Fingerprint("A" * 40),
    )


@pytest.fixture
def moments() -> list[Moment]:
    """What was heard of the runs that were played."""
    return []


@pytest.fixture
def play(home: Home, profile: Profile, moments: list[Moment]) -> Play:
    """Runs a recipe of the profile to its end, and hears all of it."""

    async def heard(handle: RunHandle) -> Outcome:
        moments.extend([moment async for moment in handle.moments()])
        return await handle.outcome()

    def to_the_end(recipe: Recipe, verb: Verb = Verb.BACKUP, of: Profile = profile) -> Outcome:
        async def started() -> Outcome:
            return await heard(runner.start(recipe, verb, of, home))

        return asyncio.run(started())

    return to_the_end


@pytest.fixture
def run(home: Home, profile: Profile, told: Told, tmp_path: Path) -> Run:
    """A run as a recipe gets it, that nobody else knows of."""
    return Run(
        id=RunId("run"),
        profile=profile,
        home=home,
        tell=told,
        ask=runner.nobody,
        began=datetime.now(UTC),
        held=0,
        temporary=owner_only(tmp_path / "temporary"),
    )


@pytest.fixture
def pretender(stand_in: StandIn, key: Fingerprint, memory: None) -> Path:
    """The folder of a duplicity that pretends; it writes there how it was called."""
    return stand_in("duplicity_pretends", "duplicity")
