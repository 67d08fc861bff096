"""For a screen: tray, window, wizards. The only folder that knows Qt; it makes no sentence about a run."""

import sys

import PySide6

if "asyncio" not in sys.modules and "ssl" not in sys.modules:
    # asyncio loads OpenSSL, for TLS that nobody asks of it here: 5 MB of a tray's 80 that only waits. It does
    # without where there is none; who needs `ssl` later (boto3) imports it as ever.
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import asyncio as _asyncio

    del sys.modules["ssl"], _asyncio

if PySide6.__version_info__[:3] == (6, 12, 0) and sys.version_info < (3, 12):
    # This one, should it be here all the same, drops references that it does not hold: with each
    # `emit` one to True, so that after some hundreds the interpreter aborts ("bool_dealloc"). From Python
    # 3.12 on these cannot be counted away (PEP 683); here they get more than anybody can drop.
    import ctypes

    for _one in (None, True, False, NotImplemented, Ellipsis):
        ctypes.c_ssize_t.from_address(id(_one)).value += 1 << 48
