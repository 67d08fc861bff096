"""What stands in for gpg where duplicity calls it: a script that starts one of the two programs beside this.

duplicity reads and writes many small files slowly and large ones fast, gpg has its own pace, and the pipe
between them holds 64 KiB: so each waits for the other. And duplicity hands its own environment to all that it
starts, with the secrets that it takes from there: what stands in for others gives them one without.
"""

import os
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.tools import process
from secretsbackup.tools.duplicity import listing
from secretsbackup.tools.duplicity.gpg_wrapper import buffered, widened

_REMOTE = ("rsync", "scp", "sftp", "ssh")
"""What duplicity starts to reach a host."""


def can_stand(folder: Path) -> None:
    """Failure(NO_PROGRAMS_HERE) if no script in this folder could start: its disk is mounted “noexec”."""
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        raise Failure(causes.NoProgramsHere(shown(bytes(folder))))


def for_backup(gpg: Path, folder: Path, *, fast: bool, home: Path | None = None) -> Path:
    """A script in a folder that encrypts behind a buffer; with `fast` it compresses, and gpg does not."""
    return _gpg(folder, home, buffered.__file__, _libraries() if fast else "", str(gpg))


def for_restore(gpg: Path, folder: Path, *, home: Path | None = None) -> Path:
    """A script in a folder that decrypts into a wide pipe; `home` is gpg's, the user's own without."""
    return _gpg(folder, home, widened.__file__, str(gpg))


def beside_python(folder: Path) -> Path:
    """A folder in a folder: with it as PYTHONPATH, duplicity sees its own files alone (see `listing`)."""
    own = folder / "python"
    own.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(listing.__file__, own / "sitecustomize.py")
    return own


def path(folder: Path, *, host: bool) -> str:
    """A PATH on which what duplicity starts is found first as a script in this folder that knows no secrets:
    gpg, whose version it asks for by the bare name (cli_main.py, 3.2), and for a host what reaches it.
    """
    usual = os.environ.get("PATH", os.defpath)
    return os.pathsep.join([*([str(_for_host(folder))] if host else []), str(folder), usual])


def _for_host(folder: Path) -> Path:
    for name in _REMOTE:
        try:
            found = process.find(name)
        except Failure:
            continue  # whoever needs it says so
        _script(folder / "remote" / name, process.environment(), str(found))
    return folder / "remote"


def _gpg(folder: Path, home: Path | None, *words: str) -> Path:
    known = {name: value for name, value in process.environment().items() if "proxy" not in name.lower()}
    own = {"GNUPGHOME": str(home)} if home else {}
    return _script(folder / "gpg", {**known, **own}, sys.executable, "-I", "-S", *words)


def _script(script: Path, known: dict[str, str], *words: str) -> Path:
    """A script that starts a program that knows this and nothing else."""
    clean = ("env", "-i", *(f"{name}={value}" for name, value in known.items()))
    script.parent.mkdir(mode=0o700, exist_ok=True)
    script.write_bytes(os.fsencode(f'#!/bin/sh\nexec {shlex.join((*clean, *words))} "$@"\n'))
    script.chmod(0o700)
    return script


def _libraries() -> str:
    """The folder that the fast compressor can be imported from; some other where there is none."""
    found = find_spec("isal")
    return str(Path(found.origin).parents[1]) if found and found.origin else sys.prefix
