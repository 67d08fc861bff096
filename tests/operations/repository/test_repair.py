"""The archive folder is mended before anything is built on it, and known to be whole after that."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Verb
from secretsbackup.model.outcome import Interrupted
from secretsbackup.operations.repository import repair
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import archive_state, history
from secretsbackup.store.history import place_of
from secretsbackup.tools.duplicity import Repository
from tests.tools.duplicity.test_damaged import MANIFEST, SIGNATURES, SIGNED, TOLD, WHOLE


@pytest.fixture
def archive(run: Run) -> Path:
    folder = run.home.archive(run.profile)
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_bytes(WHOLE)
    (folder / SIGNATURES).write_bytes(SIGNED)
    return folder


def left(archive: Path) -> set[str]:
    return {path.name for path in archive.iterdir()}


def test_what_is_whole_stays_and_is_known(run: Run, archive: Path) -> None:
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST, SIGNATURES} == set(archive_state.read(run.home, run.profile.name))


def test_what_is_torn_goes(run: Run, archive: Path) -> None:
    (archive / SIGNATURES).write_bytes(SIGNED[:100])
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST} == set(archive_state.read(run.home, run.profile.name))


def test_what_was_known_to_be_whole_and_was_torn_since_goes(run: Run, archive: Path) -> None:
    asyncio.run(repair.repair_archive(run, archive))
    (archive / SIGNATURES).write_bytes(bytes(len(SIGNED)))
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST}


@pytest.mark.parametrize("told", [TOLD[:-20], bytes(200), b""], ids=["torn", "zeros", "empty"])
def test_a_half_sent_set_goes_as_a_whole(run: Run, archive: Path, told: bytes) -> None:
    half_sent = {"duplicity-full.20261105T000000Z.manifest.part": told}
    signatures = {"duplicity-full-signatures.20261105T000000Z.sigtar.part": b"half"}
    another = {"duplicity-full.20261106T000000Z.manifest.part": TOLD}
    for name, content in (half_sent | signatures | another).items():
        (archive / name).write_bytes(content)
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST, SIGNATURES, *another}


def test_what_a_killed_duplicity_left_goes(run: Run, archive: Path) -> None:
    (archive / "duplicity-ab12-tempdir").mkdir()
    (archive / "duplicity-ab12-tempdir" / "mktemp-1").write_bytes(b"half")
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST, SIGNATURES}


def test_a_file_that_says_what_is_known_and_is_torn_itself_costs_a_look(run: Run, archive: Path) -> None:
    asyncio.run(repair.repair_archive(run, archive))
    run.home.archived(run.profile.name).write_bytes(b'{"duplicity')
    asyncio.run(repair.repair_archive(run, archive))
    assert left(archive) == {MANIFEST, SIGNATURES} == set(archive_state.read(run.home, run.profile.name))


def cut_off(run: Run) -> None:
    """A backup of an hour ago has no end."""
    began = run.began - timedelta(hours=1)
    started = RunStarted(run=RunId("cut-off"), profile=run.profile.name, verb=Verb.BACKUP, version="1")
    ended = RunEnded(outcome=Interrupted())
    history.record(run.home, [Moment(began, started), Moment(began, ended)])


def of(stamp: str) -> set[str]:
    """The files of a full snapshot."""
    signatures = f"duplicity-full-signatures.{stamp}.sigtar.gpg"
    return {signatures, *(f"duplicity-full.{stamp}.{part}.gpg" for part in ("vol1.difftar", "manifest"))}


@pytest.mark.parametrize("content", [b"torn", b"\xc1\xc5"], ids=["no message", "cut off in a length"])
def test_what_a_power_cut_tore_in_a_folder_goes_and_is_not_missed(
    run: Run, archive: Path, content: bytes
) -> None:
    assert isinstance(run.profile.destination, Folder)
    folder, here = Path(run.profile.destination.path), place_of(run.profile.destination)
    folder.mkdir()
    old, new = ((run.began - timedelta(minutes=one)).strftime("%Y%m%dT%H%M%SZ") for one in (90, 30))
    for stamp in (old, new):
        for name in of(stamp):
            (folder / name).write_bytes(content)
    history.know_sizes(run.home, here, {path.name: 4 for path in folder.iterdir()})
    nothing = Path("/nowhere")
    repository = Repository(
        program=nothing,
        gpg=nothing,
        destination=run.profile.destination,
        credential=None,
        key=run.profile.key,
        archive=archive,
        temporary=nothing,
    )
    asyncio.run(repair.repair_folder(run, repository))
    assert left(folder) == {*of(old), *of(new)}, "no run was cut off"
    cut_off(run)
    asyncio.run(repair.repair_folder(run, repository))
    assert left(folder) == of(old)
    assert left(archive) == {MANIFEST, SIGNATURES}
    assert history.known_sizes(run.home, here).keys() == left(folder)
