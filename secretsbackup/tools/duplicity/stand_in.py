"""What stands in for gpg where duplicity calls it: a script that starts one of the two programs beside this.

duplicity reads and writes many small files slowly and large ones fast, gpg has its own pace, and the pipe
between them holds 64 KiB: so each waits for the other.
"""

import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from secretsbackup.tools.duplicity import buffered, listing, widened


def for_backup(gpg: Path, folder: Path, *, fast: bool) -> Path:
    """A script in a folder that encrypts behind a buffer; with `fast` it compresses, and gpg does not."""
    return _script(folder, buffered.__file__, _libraries() if fast else "", str(gpg))


def for_restore(gpg: Path, folder: Path) -> Path:
    """A script in a folder that decrypts into a wide pipe."""
    return _script(folder, widened.__file__, str(gpg))


def beside_python(folder: Path) -> Path:
    """A folder in a folder: with it as PYTHONPATH, duplicity sees its own files alone (see `listing`)."""
    own = folder / "python"
    own.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(listing.__file__, own / "sitecustomize.py")
    return own


def _script(folder: Path, *words: str) -> Path:
    script = folder / "gpg"
    script.write_text(f'#!/bin/sh\nexec {shlex.join((sys.executable, "-I", "-S", *words))} "$@"\n')
    script.chmod(0o700)
    return script


def _libraries() -> str:
    """The folder that the fast compressor can be imported from; some other where there is none."""
    found = find_spec("isal")
    return str(Path(found.origin).parents[1]) if found and found.origin else sys.prefix
