"""The tray beside a bare PySide6 tray: time to the icon, memory when idle, processor when idle.

By hand, on a screen (or under Xvfb, with a panel): python -m tests.benchmarks.desktop
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

BARE = """
import sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
qt = QApplication([])
picture = QPixmap(22, 22)
picture.fill()
icon = QSystemTrayIcon(QIcon(picture))
icon.show()
qt.processEvents()
print("icon", flush=True)
qt.exec()
"""

OURS = """
import sys
from PySide6.QtWidgets import QSystemTrayIcon
show = QSystemTrayIcon.show
def shown(icon):
    show(icon)
    print("icon", flush=True)
QSystemTrayIcon.show = shown
sys.argv[1:] = ["--tray"]
from secretsbackup.__main__ import main
main()
"""

IDLE = 10.0
"""Seconds that a tray is watched doing nothing."""


def measured(code: str, home: Path) -> tuple[float, float, float, float]:
    """Seconds to the icon, those of a processor among them, megabytes when idle, share of a processor."""
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "c")}
    env |= {"XDG_STATE_HOME": str(home / "s"), "XDG_CACHE_HOME": str(home / "k")}
    began = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        took = time.monotonic() - began
        process = psutil.Process(child.pid)
        worked = sum(process.cpu_times()[:2])
        time.sleep(5)
        before = process.cpu_times()
        time.sleep(IDLE)
        after = process.cpu_times()
        memory = process.memory_info().rss / 1e6
        child.terminate()
    used = after.user + after.system - before.user - before.system
    return took, worked, memory, used / IDLE


def main() -> None:
    """Print the figures and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            bare, ours = measured(BARE, Path(folder)), measured(OURS, Path(folder))
            print(
                f"to the icon {bare[0]:.2f} s, {ours[0]:.2f} s (+{ours[0] - bare[0]:.2f}; "
                f"processor +{ours[1] - bare[1]:.2f})   "
                f"memory {bare[2]:.0f} MB, {ours[2]:.0f} MB ({ours[2] / bare[2]:.2f} ×)   "
                f"idle {bare[3]:.2%}, {ours[3]:.2%}"
            )


if __name__ == "__main__":
    main()
