"""What duplicity is shown of a destination: what it made itself, whatever lies beside that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.tools.duplicity import files
from secretsbackup.tools.duplicity.gpg_wrapper import stand_in
from secretsbackup.tools.duplicity.listing import only_ours

OWN = (
    "duplicity-full.20261122T220828Z.vol1.difftar.gpg",
    "duplicity-full.20261122T220828Z.manifest.gpg",
    "duplicity-full-signatures.20261122T220828Z.sigtar.gpg",
    "duplicity-inc.20261122T220828Z.to.20261123T220828Z.vol12.difftar.gpg",
)
COPIES = (
    "{stem}.sync-conflict-20261129-120000-ABCDEFG.gpg",
    "{name}.sync-conflict-20261129-120000-ABCDEFG",
    *("{name}.partial", "{name}.part", "{name}~", "{name}.bak", "{name} (1)", "{name}.tmp", "{name}.!sync"),
    *("{name}.crdownload", "{name}.0a1b2c3d.partial", "{stem} (1).gpg", "{name}.rclone-tmp"),
    *("{stem} (conflicted copy 2026-11-29).gpg", ".{name}.Xa12Bc", ".#{name}", "#{name}#", "Copy of {name}"),
    *("{stem}.gpg.gpg", "{name}\n", "{stem}.part.gpg", "sub/{name}", "{name}.\udcff"),
)


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_of_a_file_of_duplicitys_is_none(copy: str) -> None:
    volume = OWN[0]
    beside = copy.format(name=volume, stem=volume.removesuffix(".gpg"))
    assert only_ours([beside, *OWN, beside]) == [*OWN]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("name", OWN)
def test_who_decrypts_a_file_beside_it_makes_no_second_one(name: str, order: int) -> None:
    two = [name, name.removesuffix(".gpg")][::order]
    assert only_ours(two) == [name]
    assert [*files.without_copies(dict.fromkeys([*two, "a letter"], 1))] == [name, "a letter"]


def test_backups_that_are_not_encrypted_are_seen() -> None:
    plain = [name.removesuffix(".gpg") for name in OWN]
    assert only_ours(plain) == plain


@given(st.lists(st.text()))
def test_no_name_makes_it_stumble(names: list[str]) -> None:
    assert set(only_ours(names)) <= {*names}


BACKEND = """
class BackendWrapper:
    def list(self):
        return [b"duplicity-full.20261122T220828Z.manifest.gpg", b"duplicity-full.\\xff.manifest", b"x"]
"""


def test_duplicity_itself_sees_nothing_else(tmp_path: Path) -> None:
    """And a `sitecustomize` of the machine's own is read as ever, while children are left alone."""
    package = tmp_path / "site" / "duplicity"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "backend.py").write_text(BACKEND)
    (tmp_path / "site" / "sitecustomize.py").write_text("print('the own one')")
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]); import os; from duplicity import backend;"
        "print(backend.BackendWrapper().list(), os.environ.get('PYTHONPATH'))"
    )
    beside = stand_in.beside_python(tmp_path)
    env = {**os.environ, "PYTHONPATH": f"{beside}:{tmp_path / 'site'}"}
    ended = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path / "site")],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines() == [
        "the own one",
        "[b'duplicity-full.20261122T220828Z.manifest.gpg'] None",
    ]


LOG = """
import logging, os
_logger = logging.Logger("duplicity")
def add_fd(fd):
    _logger.addHandler(logging.StreamHandler(os.fdopen(fd, "w")))
"""


def test_its_log_writes_any_name_and_python_has_nothing_to_say(tmp_path: Path) -> None:
    package = tmp_path / "site" / "duplicity"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "log.py").write_text(LOG)
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]); from duplicity import log;"
        "log.add_fd(1); log._logger.warning('a \\udcff b')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path / "site")],
        env={**os.environ, "PYTHONPATH": str(stand_in.beside_python(tmp_path)), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    assert (ended.stdout, ended.stderr) == (b"a \xff b\n", b"")
