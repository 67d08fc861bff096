"""This machine's clock. It is wrong for once, as after an empty battery, and then set right."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from secretsbackup import words
from secretsbackup.model.event import Verb
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import About, Level, Status, concerns, level
from secretsbackup.operations.watch.status import status_of
from tests.faults import table
from tests.faults.bench import NAME, Bench, Fault, Row, kind, without_names
from tests.faults.clock import FAKE, Clock
from tests.faults.conftest import Suffer

DAY = timedelta(days=1)

pytestmark = pytest.mark.skipif(FAKE is None, reason="no libfaketime here")


@contextmanager
def clock(bench: Bench, by: timedelta) -> Iterator[None]:
    """Wrong by so much for as long as the block lasts."""
    wrong = Clock(bench)
    wrong.put_up()
    wrong.set(by)
    try:
        yield
    finally:
        wrong.take_down()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("a day ahead", "before the run", "clock-wrong", lambda bench: clock(bench, DAY)),
        Fault("a day behind", "before the run", "clock-wrong", lambda bench: clock(bench, -DAY)),
    ],
    ids=str,
)
def test_a_server_refuses_a_clock_that_is_wrong(bench: Bench, suffers: Suffer, fault: Fault) -> None:
    suffers(bench, fault)


@pytest.mark.parametrize("what", [(), ("--full",)], ids=["an incremental backup", "a full backup"])
def test_a_backup_of_a_time_to_come_hides_nothing_and_is_gone_on_with(
    folder_bench: Bench, rows: list[Row], request: pytest.FixtureRequest, what: tuple[str, ...]
) -> None:
    """Nobody stops it before a folder: it gets the wrong time, and all that comes after stands behind it."""
    bench, before = folder_bench, folder_bench.status()
    with clock(bench, 30 * DAY):
        ended = bench.run("backup", *what)
    assert kind(ended) == "completed", bench.said
    bench.assert_nothing_left(ended)
    now = datetime.now(UTC)
    right = bench.status()
    assert right.safe_as_of == before.safe_as_of, "a time to come makes nothing safe"
    assert level(right, now) is Level.PROTECTED
    assert About.OVERDUE in {one.about for one in concerns(_in(bench, 20 * DAY), now + 20 * DAY)}
    bench.change()
    healed = bench.run("backup")
    assert kind(healed) == "with warnings", bench.said
    after = bench.status()
    assert after.safe_as_of
    assert now - DAY < after.safe_as_of < now + DAY
    (caution, _count), *_ = after.left_out.counts
    assert caution == "clock-behind"
    bench.assert_all_there()
    says = without_names(words.outcome(ended, Verb.BACKUP).title, bench.root)
    then = f"{kind(healed)}; all there"
    fault = f"30 days ahead, during {'a full' if what else 'an incremental'} backup to a folder"
    rows.append(Row(table.family(request.module), fault, kind(ended), says, str(level(right, now)), then))


def _in(bench: Bench, later: timedelta) -> Status:
    return status_of(bench.home, ProfileName(NAME), datetime.now(UTC) + later)
