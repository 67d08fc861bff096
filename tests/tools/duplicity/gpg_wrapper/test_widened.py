"""gpg before a wider pipe: it says what gpg says, ends as gpg ends, and the pipe holds more."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from secretsbackup.tools.duplicity.gpg_wrapper import stand_in
from tests.tools.duplicity.gpg_wrapper.test_buffered import program


def test_what_is_decrypted_comes_through_a_wider_pipe(tmp_path: Path) -> None:
    made = stand_in.for_restore(program(tmp_path, 'echo "$1"; cat; exit 3'), tmp_path)
    with subprocess.Popen([made, "two words"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        said, _ = child.communicate(b"volume")
    assert (child.returncode, said) == (3, b"two words\nvolume")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has wider pipes")
def test_the_pipe_holds_a_mebibyte_before_anyone_reads(tmp_path: Path) -> None:
    made = stand_in.for_restore(program(tmp_path, "head -c 1000000 /dev/zero; echo over >&2"), tmp_path)
    with subprocess.Popen([made], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        assert child.stderr.readline() == b"over\n"
        assert fcntl.fcntl(child.stdout.fileno(), fcntl.F_GETPIPE_SZ) == 1 << 20
        assert len(child.stdout.read()) == 1_000_000


def test_a_file_takes_it_as_well(tmp_path: Path) -> None:
    made = stand_in.for_restore(program(tmp_path, "echo plain"), tmp_path)
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([made], stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "plain\n"
