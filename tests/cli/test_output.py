"""What a command says below its sentence: what a tool said last, and no way through its source code."""

import pytest

from secretsbackup.cli import output
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure

DUPLICITY = """Traceback (innermost last):
  File "/usr/bin/duplicity", line 98, in <module>
    with_tempdir(main)
    ^^^^^^^^^^^^^^^^^^
  File "/usr/lib/duplicity/dup_main.py", line 1558, in main
    do_backup(action)
 AssertionError: (b'duplicity-full.vol1', 7)"""
PYTHON = """gpg: WARNING: odd
Traceback (most recent call last):
  File "x.py", line 1, in <module>
    raise OSError(5)
OSError: [Errno 5] Input/output error
and one more"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (DUPLICITY, ["  AssertionError: (b'duplicity-full.vol1', 7)"]),
        (PYTHON, ["  gpg: WARNING: odd", "  OSError: [Errno 5] Input/output error", "  and one more"]),
        ("one\n  two", ["  one", "  two"]),
    ],
)
def test_of_an_error_only_its_own_line_is_printed(
    said: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    output.tell_last_lines(Failure(causes.ToolFailed("duplicity 30"), tuple(said.splitlines())))
    assert capsys.readouterr().err.splitlines() == expected
