"""Work that goes on in the background goes on after a bug, and says that there was one."""

import asyncio

from secretsbackup.desktop import work
from tests.desktop.conftest import Play


def test_a_bug_ends_one_round_and_is_told(play: Play) -> None:
    rounds: list[int] = []
    told: list[str] = []

    async def do() -> None:
        rounds.append(len(rounds))
        if len(rounds) < 3:
            raise ZeroDivisionError("of zero")
        await asyncio.Event().wait()

    async def scene() -> None:
        task = work.begin(work.persist(do, lambda bug: told.append(bug.title), 0.01))
        await asyncio.sleep(0.2)
        assert not task.done()
        task.cancel()

    play(scene())
    assert rounds == [0, 1, 2]
    assert told == ["This is a bug in Secrets Backup (ZeroDivisionError: of zero)."] * 2
