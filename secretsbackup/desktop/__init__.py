"""For a screen: tray, window, wizards. The only folder that knows Qt; it makes no sentence about a run."""

import sys

if sys.version_info < (3, 12):
    # Each `emit` of PySide6 6.12 drops a reference to True that it does not hold, so that after some
    # hundreds the interpreter aborts ("bool_dealloc"). From Python 3.12 on True cannot be counted away
    # (PEP 683); here it is given as many references as nobody can drop.
    import ctypes

    ctypes.c_ssize_t.from_address(id(True)).value += 1 << 48
