"""Chains of older versions are restored by the newest, which goes on with them: see `chains/make.py`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chains import make, tree
from tests.end_to_end.machine import Machine, assert_same, machine, picture

CHAINS = sorted(path.name for path in make.HERE.iterdir() if (path / "to").is_dir())


@pytest.fixture(scope="module")
def key() -> Iterator[tuple[Path, str]]:
    """The GnuPG home of the chains' key, and its fingerprint."""
    with make.gnupg() as made:
        yield made


@pytest.fixture
def user(tmp_path: Path, key: tuple[Path, str]) -> Iterator[Machine]:
    """A new machine that has this key."""
    with machine(tmp_path / "home", key[0]) as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The tree, as the newest snapshot of each chain has it."""
    tree.first(tmp_path / "source")
    tree.second(tmp_path / "source")
    return tmp_path / "source"


def restored(user: Machine, out: Path, *words: str) -> Path:
    """Restore; the folder that was made."""
    out.mkdir()
    user.run("restore", "--to", str(out), *words, given=make.PASSPHRASE + "\n")
    (folder,) = out.iterdir()
    return folder


def test_there_are_chains_of_every_age() -> None:
    assert [name.split("-")[0] for name in CHAINS] == ["duplicity"] * 4 + ["secretsbackup"]


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_restored_and_gone_on_with(
    user: Machine, source: Path, tmp_path: Path, key: tuple[Path, str], name: str
) -> None:
    shutil.copytree(make.HERE / name / "to", tmp_path / "to")
    folder = restored(user, tmp_path / "once", "--from", f"file://{tmp_path}/to")
    assert_same(picture(source), picture(folder / "source" if (folder / "source").exists() else folder))
    to = ("--to", f"file://{tmp_path}/to", "--key", key[1])
    user.run("profile", "add", "docs", "--source", str(source), *to)
    (source / "later").write_text("later\n")
    user.run("backup", "--adopt", given=make.PASSPHRASE + "\n")
    assert len([path for path in (tmp_path / "to").iterdir() if ".vol1." in path.name]) == 3
    assert len(list((tmp_path / "to").glob("duplicity-full.*.vol1.*"))) == 1, "it is one chain still"
    assert_same(picture(source), picture(restored(user, tmp_path / "again") / "source"))


def test_what_an_older_version_remembered_is_still_known(
    user: Machine, source: Path, tmp_path: Path, key: tuple[Path, str]
) -> None:
    kept = make.HERE / next(name for name in CHAINS if name.startswith("secretsbackup"))
    shutil.copytree(kept / "to", tmp_path / "to")
    shutil.copytree(kept / "home", user.home, dirs_exist_ok=True)
    for path in user.home.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"@ROOT@", bytes(tmp_path)))
    assert "afe as of" in user.run("status").out
    assert len(user.run("runs", "--json").lines) == 2
    assert "empty folder" in user.run("files").out
    (source / "later").write_text("later\n")
    user.run("backup", "--adopt")
    assert_same(picture(source), picture(restored(user, tmp_path / "out") / "source"))
