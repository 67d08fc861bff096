"""A screen with a window manager and a panel, and the hands and eyes that a test has there."""

import random
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.servers import Process, clean_environment, require

PICTURES = Path(__file__).parents[1] / "screenshots" / "out"
_NEEDED = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "tint2": "tint2",
    "xdotool": "xdotool",
    "import": "imagemagick",
}


@dataclass
class Window:
    """Where something is on the screen."""

    number: str
    x: int
    y: int
    width: int
    height: int


@dataclass
class Screen:
    """`env` is what a program needs to be shown on it; `folder` is its own."""

    env: dict[str, str]
    folder: Path

    def do(self, *words: str) -> str:
        """Tell xdotool to do something; what it says."""
        said = subprocess.run(["xdotool", *words], env=self.env, capture_output=True, check=False, text=True)
        return said.stdout

    def windows(self, *words: str) -> list[Window]:
        """The visible windows that are named so, the smallest first."""
        numbers = self.do("search", "--onlyvisible", *words).split()
        found = [(number, self.do("getwindowgeometry", "--shell", number)) for number in numbers]
        shown = [
            Window(n, *(int(re.search(f"{key}=(.*)", said)[1]) for key in _KEYS)) for n, said in found if said
        ]  # type: ignore[index]
        return sorted(shown, key=lambda window: window.width * window.height)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click somewhere."""
        self.do("mousemove", "--sync", str(x), str(y), "click", str(button))

    def picture(self, name: str) -> Path:
        """Take a picture of all of it."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(path)], env=self.env, check=True)
        return path


_KEYS = ("X", "Y", "WIDTH", "HEIGHT")


@contextmanager
def screen(folder: Path, session: Mapping[str, str]) -> Iterator[Screen]:
    """A screen in a desktop session."""
    require(_NEEDED)
    # At random: an old server may not have gone quite yet, and another session of tests may ask just now.
    numbers = iter(lambda: random.randrange(60, 6000), None)
    number = next(n for n in numbers if not Path(f"/tmp/.X11-unix/X{n}").exists())
    env = {**clean_environment(folder), **session, "DISPLAY": f":{number}"}
    made = Screen(env, folder)
    ready: Callable[[], bool] = lambda: bool(made.do("getdisplaygeometry"))  # noqa: E731
    # Else it begins anew when its last client leaves, which is the one that asked whether it is there.
    size = ["-screen", "0", "1000x700x24", "-nolisten", "tcp", "-noreset"]
    with (
        Process(["Xvfb", f":{number}", *size], folder / "xvfb.log", env, ready),
        Process(["openbox"], folder / "openbox.log", env, lambda: True),
        Process(["tint2"], folder / "tint2.log", env, lambda: bool(made.windows("--class", "tint2"))),
    ):
        yield made


def wait(condition: Callable[[], object], seconds: float = 40) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.1)
