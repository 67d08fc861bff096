"""The doctor: what a system lacks that keeps a restore in its folder."""

import pytest

from secretsbackup import words
from secretsbackup.model.check import Finding, Sign, Verdict
from secretsbackup.operations.watch import doctor


@pytest.mark.parametrize(
    ("landlock", "apart", "sign", "verdict"),
    [
        (3, True, Sign.CONFINED, Verdict.FINE),
        (3, False, Sign.NO_NAMESPACES, Verdict.WARNING),
        (0, True, Sign.NO_LANDLOCK, Verdict.WARNING),
        (0, False, Sign.NO_LANDLOCK, Verdict.WARNING),
    ],
)
def test_what_keeps_a_restore_in_its_folder_is_told(
    landlock: int, apart: bool, sign: Sign, verdict: Verdict
) -> None:
    found = Finding(right="sandbox", sign=doctor.confinement(landlock, apart=apart))
    assert (found.sign, found.verdict) == (sign, verdict)
    assert bool(words.finding(found).advice) == (verdict is Verdict.WARNING)
