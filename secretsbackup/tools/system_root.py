"""Where the folders of the system are: in the root, but for a test, which has a machine of its own."""

import os
from pathlib import Path

ROOT = "SECRETSBACKUP_SYSTEM_ROOT"
"""The variable that names another root for what is looked up in /etc, /proc, /run, /sys and /var."""


def of_system(path: str) -> Path:
    """A path of the system, given without its first slash."""
    return Path(os.environ.get(ROOT) or "/", path)
