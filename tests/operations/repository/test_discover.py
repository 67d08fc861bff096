"""What is there already is found in the usual places, and nothing else is taken for it."""

import asyncio
from pathlib import Path

from secretsbackup.operations.repository import discover

SEED = "SOURCE=/x\nSTAGING_DIR=/y\nREMOTE_DESTINATION=s3://b/p\nGPG_KEY=ada\n"


def test_a_config_sh_of_the_old_scripts_is_found(tmp_path: Path) -> None:
    for folder in ("scripts", ".config/backup", "other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "scripts" / "config.sh").write_text(SEED)
    (tmp_path / ".config" / "backup" / "config.sh").write_text(SEED)
    (tmp_path / "other" / "config.sh").write_text("PATH=/bin\n")
    found = asyncio.run(discover.configs(tmp_path))
    assert {path.parent.name for path in found} == {"scripts", "backup"}


def test_the_hosts_of_ssh_are_those_with_a_name(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(
        "Host nas backup\n  User ada\nHost *.example.org !x\nhost nas\n"
    )
    assert discover.ssh_hosts(tmp_path) == ("nas", "backup")
    assert discover.ssh_hosts(tmp_path / "nowhere") == ()
