"""Every command that the README and the handbook show is one that the program takes."""

import argparse
import re
from pathlib import Path

import pytest

from secretsbackup.cli.parser import parser
from tests.docs import commands
from tests.docs.commands_in import PAPERS, spans
from tests.docs.commands_in import commands as commands_in
from tests.docs.test_pages import name


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_command_can_be_given(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = []
    for words in commands_in(path.read_text()):
        try:
            parser().parse_args(words)
        except SystemExit as ended:
            if ended.code:
                wrong.append((words, capsys.readouterr().err.splitlines()[-1:]))
    assert wrong == []


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_option_in_a_sentence_is_one_of_ours(path: Path) -> None:
    actions = [action for _, one in commands.commands() for action in one._option_string_actions.items()]
    known = {option for option, action in actions if action.help != argparse.SUPPRESS}
    known |= {*parser()._option_string_actions, *_OTHERS}
    named = {
        option for span in spans(path.read_text()) for option in re.findall(r"(?<!\S)--[a-z][a-z0-9-]*", span)
    }
    assert named - known == set()


_OTHERS = {
    "--slow",
    "--write",
    "--write-table",
    "--path-to-restore",
    "--time",
    "--change-passphrase",
    "--list-keys",
    "--card-status",
}
"""Of the tests, of duplicity and of gpg."""


def test_commands_are_found_in_blocks_and_in_sentences() -> None:
    text = "Type `secretsbackup status`, or `gpg --list-keys`.\n\n```sh\nsecretsbackup log | less  # long\nls\n```\n"
    assert [*commands_in(text)] == [["log"], ["status"]]
