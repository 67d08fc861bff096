"""Places: the destination may hold anything, be another one, or be changed by somebody else."""

import shutil
from pathlib import Path

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture
from tests.end_to_end.test_round_trip import make_profile


def docs(folder: Path) -> Path:
    """A source with one letter."""
    source = folder / "source"
    source.mkdir()
    (source / "letter").write_text("one")
    return source


def test_copies_of_volumes_are_in_nobodys_way(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    source, disk = docs(tmp_path), tmp_path / "backups"
    make_profile(user, keys[1], source, f"file://{disk}")
    user.backup()
    for path in [*disk.iterdir()]:
        for name in (f"{path.name}.partial", f"{path.name} (1)", f"{path.stem}.sync-conflict-20261129-1.gpg"):
            shutil.copy(path, disk / name)
            (disk / name).write_bytes((disk / name).read_bytes()[:-40])
    (disk / "duplicity-full.\udcff.manifest").touch()
    before = {path.name for path in disk.iterdir()}
    (source / "letter").write_text("another")
    user.backup()
    assert_same(picture(source), picture(user.restore(tmp_path / "restored") / "source"))
    user.run("verify", given=PASSPHRASE + "\n")
    user.forget_everything()
    assert_same(picture(source), picture(user.restore(tmp_path / "anew") / "source"))
    assert before <= {path.name for path in disk.iterdir()}
