"""The man page can be shown, and a shell completes what the commands take."""

import shutil
import subprocess

import pytest

from tests.docs.pages import RESOURCES


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("pro",), {"profile", "provision"}),
        (("profile", "s"), {"set", "show"}),
        (("backup", "--allow"), {"--allow-empty", "--allow-large", "--allow-many-changes"}),
        (("policy", ""), {"iam", "bucket"}),
    ],
)
def test_bash_completes_commands_and_options(typed: tuple[str, ...], offered: set[str]) -> None:
    ask = (
        'source "$0"; COMP_WORDS=(secretsbackup "$@"); COMP_CWORD=$#;'
        ' _shtab_secretsbackup; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    file = RESOURCES / "completions" / "secretsbackup.bash"
    said = subprocess.run(["bash", "-c", ask, file, *typed], capture_output=True, text=True, check=True)
    assert offered <= {*said.stdout.split()}


@pytest.mark.skipif(not shutil.which("man"), reason="no man here")
def test_the_man_page_has_no_fault_that_man_warns_of() -> None:
    page = RESOURCES / "man" / "secretsbackup.1"
    said = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, check=True)
    assert [line for line in said.stderr.splitlines() if "cannot adjust line" not in line] == []
    assert "secretsbackup profile set" in said.stdout
