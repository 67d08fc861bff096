"""For a screen: tray, window, wizards. The only folder that knows Qt; it makes no sentence about a run."""

import sys

if sys.version_info < (3, 12):
    # PySide6 6.12.0, should it be here all the same, drops references that it does not hold: with each
    # `emit` one to True, so that after some hundreds the interpreter aborts ("bool_dealloc"). From Python
    # 3.12 on these cannot be counted away (PEP 683); here they get more than anybody can drop.
    import ctypes

    for _one in (None, True, False, NotImplemented, Ellipsis):
        ctypes.c_ssize_t.from_address(id(_one)).value += 1 << 48
