"""How everything reads to a person: statuses, outcomes, reasons, warnings. Data comes in, words go out."""

from secretsbackup.words.causes import reason
from secretsbackup.words.findings import finding
from secretsbackup.words.health import (
    automatic,
    automatically,
    brief,
    concern,
    failed,
    headline,
    health,
    overdue,
    proven,
    proving,
    recovered,
    running,
    short,
    status_line,
    tip,
    tip_of,
    to_type,
    unwatched,
)
from secretsbackup.words.message import Message
from secretsbackup.words.problems import problem
from secretsbackup.words.quantities import about, capital, duration, files, number, restored, roughly, size
from secretsbackup.words.runs import (
    again,
    doing,
    measured,
    no_program,
    notice,
    outcome,
    progress,
    result,
    step,
    told,
    took_too_long,
    working,
)
from secretsbackup.words.schedules import next_run, pause, schedule
from secretsbackup.words.setting_up import (
    amount,
    did,
    hand,
    held,
    idle,
    in_set_up,
    is_of_place,
    keeps,
    lacks_commands,
    leftover,
    made,
    part,
    protects,
    strength,
    task,
    traces,
)
from secretsbackup.words.snapshots import (
    and_more,
    as_of,
    chain,
    comes_to,
    compared,
    difference,
    found,
    not_put_back,
    put_back,
    taken,
    version,
)
from secretsbackup.words.times import ago, between, clock, weekdays, when
from secretsbackup.words.warnings import left_out, warning
