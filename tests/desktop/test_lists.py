"""Long lists are read in pages, and a log is filtered, copied and reported without a name in it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from secretsbackup import words
from secretsbackup.desktop import runs
from secretsbackup.desktop.log import LogWindow
from secretsbackup.desktop.run_trace import RunSamples
from secretsbackup.desktop.running import Running
from secretsbackup.desktop.runs import PAGE, RUN, Runs
from secretsbackup.model import causes
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Step, Verb, steps
from secretsbackup.model.outcome import Cancelled, Completed, Outcome, Skipped, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.run import PastRun
from secretsbackup.model.status import Status
from secretsbackup.operations.watch.report import report
from secretsbackup.store import database, history
from secretsbackup.store.home import Home
from tests.desktop.conftest import DOCS, Parts, Play, hold_up_nothing, moments, until, write


def remember_many(home: Home, count: int) -> None:
    """A long history."""
    outcome = msgspec.json.encode(Completed(Summary(files=38, bytes=12_000_000)))
    began = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        (
            f"{began + timedelta(hours=n):%Y%m%dT%H%M%S}.000Z-0000",
            DOCS,
            "backup",
            began.timestamp() + n * 3600,
            began.timestamp() + n * 3600 + 9,
            0,
            outcome,
        )
        for n in range(count)
    ]
    with database.opened(home) as memory:
        memory.executemany(
            "INSERT INTO runs (id, profile, verb, began, ended, warnings, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def test_every_kind_of_run_has_a_name_of_its_own() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    run = PastRun(
        run=RunId("1"),
        profile=DOCS,
        verb=Verb.PRUNE,
        began=now,
        ended=now,
        warnings=0,
        outcome=Completed(Summary()),
    )
    names = [runs.name(msgspec.structs.replace(run, verb=verb)) for verb in Verb]
    assert names == ["Backup", "Restore", "Verification", "Clean-up"]


@pytest.mark.parametrize("verb", Verb)
def test_a_run_of_every_kind_shows_its_steps(qtbot: QtBot, verb: Verb) -> None:
    shown = Running(stop=lambda: None)
    qtbot.addWidget(shown)
    shown.show_run(Status(profile=DOCS, verb=verb, step=Step.TIDY), RunSamples())
    names = {label.text() for label in shown.findChildren(QLabel)}
    assert {words.step(step) for step in steps(verb)} <= names


def test_ten_thousand_runs_are_read_a_page_at_a_time(play: Play, parts: Parts, docs: Profile) -> None:
    remember_many(parts.home, 10_000)

    async def read() -> None:
        runs = Runs(parts.home, DOCS)
        while runs.rowCount() < 3 * PAGE:
            before = runs.rowCount()
            assert runs.canFetchMore(QModelIndex())
            runs.fetchMore(QModelIndex())
            await until(lambda before=before: runs.rowCount() > before)  # type: ignore[misc]
        newest = [runs.index(row).data(RUN).run for row in range(3)]
        assert len(set(newest)) == 3

    play(hold_up_nothing(read))


def test_a_run_that_ends_comes_on_top(play: Play, parts: Parts, docs: Profile) -> None:
    async def scene() -> None:
        runs = Runs(parts.home, DOCS)
        runs.fetchMore(QModelIndex())
        await until(lambda: not runs.canFetchMore(QModelIndex()))
        remember_many(parts.home, 2)
        await runs.look_again()
        await runs.look_again()
        assert runs.rowCount() == 2
        assert "38 files, 12 MB" in runs.index(0).data()

    play(scene())


def test_a_run_that_ends_after_one_that_began_later_comes_below_it(
    play: Play, parts: Parts, docs: Profile
) -> None:
    def remember(second: int, outcome: Outcome) -> None:
        run = RunId(f"20261122T12000{second}.000Z-abcd")
        at = datetime(2026, 11, 22, 12, 0, second, tzinfo=UTC)
        first = RunStarted(run=run, profile=DOCS, verb=Verb.BACKUP, version="0")
        history.record(parts.home, [Moment(at, first), Moment(at, RunEnded(outcome=outcome))])

    async def scene() -> None:
        runs = Runs(parts.home, DOCS)
        remember(1, Completed(Summary()))
        await runs.look_again()
        remember(3, Skipped((causes.Busy(),)))
        await runs.look_again()
        remember(2, Cancelled("you"))
        await runs.look_again()
        outcomes = [runs.index(row).data(RUN).outcome for row in range(runs.rowCount())]
        assert outcomes == [Skipped((causes.Busy(),)), Cancelled("you"), Completed(Summary())]

    play(scene())


def test_a_log_is_filtered_copied_and_followed(play: Play, parts: Parts, docs: Profile) -> None:
    recorded = moments("warnings")
    run = RunId("20261122T120000.000Z-abcd")

    async def scene() -> None:
        writer = write(parts.home, recorded[:8], run)
        parts.states.begin()
        log = LogWindow(parts.home, parts.states, DOCS, run)
        log.show()
        await until(lambda: log.lines.rowCount() == 4)
        log.only_warnings.setChecked(True)
        await until(lambda: log.lines.rowCount() == 1)
        with writer:
            for moment in recorded[8:]:
                writer.write(moment)
        log.only_warnings.setChecked(False)
        await until(lambda: log.lines.rowCount() == 10)
        log.copy()
        wanted = "could not be read"
        await until(lambda: wanted in QGuiApplication.clipboard().text())
        log.filter.setText("no such thing")
        await until(lambda: log.lines.rowCount() == 0)
        await log.save(str(parts.home.state / "nowhere" / "report"))
        assert log.trouble.title
        assert log.saved.isHidden()
        await log.save(str(parts.home.state / "report"))
        assert str(parts.home.state / "report") in log.saved.text()
        assert (parts.home.state / "report").stat().st_size > 0

    play(scene())


def test_a_report_names_nobody(docs: Profile, tmp_path: Path) -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYxx"
    detail = (
        f"/media/disk/backups/x.gpg at ada@example.org 10.1.2.3 {secret} AKIAIOSFODNN7EXAMPLE {Path.home()}"
    )
    at = datetime.now(UTC)
    told = [
        Moment(at, RunStarted(run=RunId("r"), profile=DOCS, verb=Verb.BACKUP, version="1")),
        *moments("warnings")[1:-1],
        Moment(at, RunEnded(outcome=Completed(Summary(folder=detail)))),
    ]
    whole, shown = (report(told, [docs], hidden=hidden).decode() for hidden in (False, True))
    for name in (DOCS, "ada@", "10.1.2.3", secret, "AKIAIOSFODNN7EXAMPLE", "/media/disk", str(Path.home())):
        assert name in whole
        assert name not in shown
    assert json.loads(shown.splitlines()[0])["event"]["type"] == "run-started"


def test_what_holds_up_the_screen_is_noticed(play: Play) -> None:
    async def holds_up() -> None:
        await asyncio.sleep(0.05)
        sum(range(20_000_000))

    with pytest.raises(AssertionError, match="held up"):
        play(hold_up_nothing(holds_up))
    play(hold_up_nothing(lambda: asyncio.sleep(0.05)))
