"""Waiting for libraries that block (keyring, boto3, gnupg, SQLite), without being held up by them."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(call: Callable[[], _T], seconds: float | None = None) -> _T:
    """Await `call()` in a thread of its own; TimeoutError after `seconds`.

    The thread is a daemon: a keyring that never answers keeps neither the loop nor the exit waiting, as
    a thread of asyncio's own pool would.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        try:
            outcome: tuple[_T | None, BaseException | None] = (call(), None)
        except BaseException as error:  # noqa: BLE001, RUF100 - it is raised again where it is awaited
            outcome = (None, error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=work, daemon=True, name="waiting").start()
    async with asyncio.timeout(seconds):
        return await answer
