"""`init` on a pipe: what a script answers, in the order in which it is asked."""

import tomllib
from pathlib import Path

from secretsbackup.model.profile import Fingerprint
from tests.cli.conftest import Say
from tests.cli.test_guarding import Piped, piped

__all__ = ["piped"]


def test_a_profile_with_a_new_key_is_written(
    say: Say, piped: Piped, key: Fingerprint, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    phrase = "seven words that a script made up"
    answers = ["mine", str(tmp_path / "docs"), f"file://{tmp_path}/b", "new", phrase, phrase, "yes", "", ""]
    piped("\n".join(answers) + "\n")
    said = say("init")
    assert said.status == 0
    assert "secretsbackup kit mine" in said.out
    assert phrase not in said.out + said.err
    written = tomllib.loads((tmp_path / "xdg" / "config" / "secretsbackup" / "profiles.toml").read_text())
    made = written["profile"]["mine"]["key"]
    assert made != key
    assert made in say("key", "list").out
