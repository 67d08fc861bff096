"""`python -m tests.docs.screenshots` takes the pictures of the README anew, of real windows with real backups.

It makes a computer of its own with a profile that was backed up and tested for a week, shows the window on a screen
of its own, and photographs what stands there. It needs what the tests of the whole program need.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.end_to_end import servers
from tests.end_to_end.machine import PASSPHRASE, Machine, gnupg_home, machine
from tests.end_to_end.screen import Screen, screen, wait
from tests.faults.clock import Clock

PICTURES = Path(__file__).parents[2] / "resources" / "screenshots"
_FILES = {
    "Documents/Letters": ("to the bank.odt", "to the landlord.odt", "wedding speech.odt"),
    "Documents/Taxes": ("taxes-2023.ods", "taxes-2024.ods", "taxes-2025.ods", "receipts.pdf"),
    "Documents/Thesis": ("thesis.tex", "figures.svg", "references.bib"),
    "Pictures/2025": tuple(f"IMG_{number}.jpg" for number in range(2210, 2240)),
    "Pictures/2026": tuple(f"IMG_{number}.jpg" for number in range(2310, 2330)),
}


def take() -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory(prefix="sb-pictures-") as folder, ExitStack() as stack:
        root = Path(folder)
        session = stack.enter_context(servers.secret_service(root))
        gnupg, _key = stack.enter_context(gnupg_home())
        user = stack.enter_context(machine(root / "ada", gnupg, session))
        clock = Clock(SimpleNamespace(user=user, root=root))  # type: ignore[arg-type]
        clock.put_up()
        clock.set(-timedelta(days=8))  # a key is not older than it says
        _set_up(user)
        _a_week(user, clock)
        shown = stack.enter_context(screen(root, session))
        user.env |= {"DISPLAY": shown.env["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
        with _opened(user):
            _photograph_the_window(shown)
            _photograph_a_restore(shown)


def _set_up(user: Machine) -> None:
    for folder, names in _FILES.items():
        (user.home / folder).mkdir(parents=True)
        for name in names:
            path = user.home / folder / name
            path.write_bytes(random.randbytes(random.randrange(9_000, 400_000)))
            last_month = time.time() - random.randrange(20, 40) * 86_400
            os.utime(path, (last_month, last_month))
    disk = user.home / "Backup disk"
    disk.mkdir()
    sources = [word for name in ("Documents", "Pictures") for word in ("--source", str(user.home / name))]
    key = user.run("key", "new", "--own", "--owner", "Ada Lovelace", "--json", given=PASSPHRASE).lines[0][
        "key"
    ]
    user.run("profile", "add", "documents", *sources, "--to", f"file://{disk}/laptop", "--key", key)
    user.run("secret", "set", "documents", "gpg-passphrase", given=PASSPHRASE)


def _a_week(user: Machine, clock: Clock) -> None:
    """A backup on each of the last days, at 18:00; on one of them a test restore, on another a file is deleted."""
    for days in range(6, 0, -1):
        evening = (datetime.now() - timedelta(days=days)).replace(hour=18, minute=0, second=3)
        clock.set(evening - datetime.now())
        _work(user, days)
        user.run("backup", status=None)
        if days == 3:
            user.run("verify", status=None)
    clock.take_down()
    user.run("kit", "--out", str(user.home / "kit"))
    _work(user, 0)
    user.run("backup", status=None)
    user.run("accept")  # its disk is a folder, and nothing starts its backups


def _work(user: Machine, days: int) -> None:
    """What somebody does in a day."""
    if days == 4:
        (user.home / "Documents/Taxes/taxes-2023.ods").unlink()
        return
    if days != 2:
        (user.home / "Documents/Thesis/thesis.tex").write_bytes(random.randbytes(80_000 + 9_000 * (7 - days)))
    for number in range(days % 3):
        (user.home / f"Pictures/2026/IMG_{2400 + 10 * days + number}.jpg").write_bytes(
            random.randbytes(350_000)
        )


@contextmanager
def _opened(user: Machine) -> Iterator[None]:
    running = user.start("open")
    try:
        yield
    finally:
        running.terminate()
        running.wait(30)


def _photograph_the_window(shown: Screen) -> None:
    wait(lambda: shown.windows("--name", "^Secrets Backup$"))
    time.sleep(4)  # until everything is read
    _photograph(shown, "^Secrets Backup$", "window")


def _photograph_a_restore(shown: Screen) -> None:
    shown.do("key", "alt+r")
    wait(lambda: shown.windows("--name", "^Restore files"))
    time.sleep(3)
    shown.do("key", "alt+s")
    time.sleep(1)
    shown.do("key", "Return")
    time.sleep(2)
    shown.do("type", "--delay", "40", "taxes-2023")
    time.sleep(2)
    for key in ("Tab", "Tab", "Down", "Home", "Tab", "Home"):
        shown.do("key", key)
        time.sleep(0.3)
    time.sleep(1)
    _photograph(shown, "^Restore files", "restore")


def _photograph(shown: Screen, named: str, picture: str) -> None:
    """The content of a window, in few colours: it is downloaded with every README."""
    window = shown.windows("--name", named)[-1]
    shown.do("mousemove", "990", "690")
    raw = shown.folder / f"{picture}.png"
    subprocess.run(["import", "-window", window.number, str(raw)], env=shown.env, check=True)
    few: list[Any] = [
        "convert",
        raw,
        "+dither",
        "-colors",
        "128",
        "-define",
        "png:compression-level=9",
        PICTURES / f"{picture}.png",
    ]
    subprocess.run(few, check=True)


if __name__ == "__main__":
    sys.exit(take())
