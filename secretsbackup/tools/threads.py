"""Waiting for libraries that block (keyring, boto3, gnupg, SQLite), without being held up by them."""

import asyncio
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

_T = TypeVar("_T")


class Threads(ThreadPoolExecutor):
    """Threads for `asyncio.to_thread` that hold up nobody's end: one that waits for a file on a disk that has
    gone would do so for ever. asyncio wants its executor to be of this class; there is no pool."""

    def submit(self, call: Callable[..., Any], /, *args: Any, **named: Any) -> "Future[Any]":
        """Call it in a thread of its own."""
        future: Future[Any] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call(*args, **named))
                except BaseException as error:  # noqa: BLE001, RUF100 - it is raised again where it is awaited
                    future.set_exception(error)

        threading.Thread(target=work, daemon=True, name="working").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for none of them."""


_waiting: dict[Hashable, threading.Thread] = {}
"""Threads that wait for an answer that nobody expects any more, by what they asked."""


def answered(key: Hashable, call: Callable[[], _T], seconds: float, otherwise: _T) -> _T:
    """What `call()` gives, or `otherwise` where a disk does not say within so many seconds.

    A call with a `key` that still waits from before is not made again: a mount that hangs holds one thread,
    however often it is asked after.
    """
    before = _waiting.get(key)
    if before and before.is_alive():
        return otherwise
    answer: Future[_T] = Future()

    def work() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001, RUF100 - it is raised again where it is awaited
            answer.set_exception(error)

    thread = _waiting[key] = threading.Thread(target=work, daemon=True, name="asking")
    thread.start()
    try:
        found = answer.result(seconds)
    except FutureTimeout:
        if not answer.done():
            return otherwise
        raise
    finally:
        if answer.done():
            _waiting.pop(key, None)
    return found


async def run_in_daemon_thread(call: Callable[[], _T], seconds: float | None = None) -> _T:
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
