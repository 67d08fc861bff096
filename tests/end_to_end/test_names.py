"""Names of any bytes: of destinations, sources, folders to restore to, and files that come back alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from secretsbackup.tools import tree
from tests.end_to_end.machine import PASSPHRASE, Machine
from tests.end_to_end.servers import Bucket, SshServer
from tests.end_to_end.test_round_trip import make_profile
from tests.tools.test_tree import deep

ODD = "C# what?now/100% %41 & ;=+~ü✓ [x]*/back\\slash 'a' \"b\" $HOME"


def there_and_back(user: Machine, tmp_path: Path) -> None:
    """A backup, all local lost, a restore."""
    user.backup()
    user.forget_everything()
    assert (user.restore(tmp_path / "out") / "source" / "file").read_text() == "content\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("content\n")
    return tmp_path / "source"


def test_a_folder_of_any_name_is_the_one_that_is_used(
    user: Machine, keys: tuple[Path, str], source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "disk" / ODD
    folder.parent.mkdir(parents=True)
    make_profile(user, keys[1], source, f"file://{folder}".replace("%", "%25"))
    there_and_back(user, tmp_path)
    assert any("difftar" in path.name for path in folder.iterdir())
    assert len([*(tmp_path / "disk").iterdir()]) == 1


def test_a_prefix_of_any_name_is_the_one_that_is_used(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, source: Path, tmp_path: Path
) -> None:
    server = bucket_on_moto.server
    typed = ODD.replace("%", "%25").replace("#", "%23").replace("?", "%3F")
    make_profile(user, keys[1], source, f"s3://{bucket_on_moto.name}/{typed}", "--endpoint", server.endpoint)
    user.run("secret", "set", "docs", "aws-access-key-id", given=server.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=server.secret_key)
    there_and_back(user, tmp_path)
    assert any(item["Key"].startswith(f"{ODD}/duplicity-full") for item in bucket_on_moto.objects())


def test_a_folder_of_any_name_on_an_ssh_host_is_the_one_that_is_used(
    user: Machine, keys: tuple[Path, str], sshd: SshServer, source: Path, tmp_path: Path
) -> None:
    user.env |= sshd.equip(user.home)
    folder = tmp_path / "there" / ODD
    folder.parent.mkdir(parents=True)
    typed = f"sftp://{sshd.user}@{sshd.host}:{sshd.port}/{folder}".replace("%", "%25")
    make_profile(user, keys[1], source, typed)
    there_and_back(user, tmp_path)
    assert any("difftar" in path.name for path in folder.iterdir())


def test_a_source_of_any_bytes_is_saved_and_comes_back(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "caf\udce9\\ %s"
    source.mkdir()
    (source / "file").write_text("content\n")
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    assert "caf\\xe9" in user.run("profile", "show").out
    assert user.run("profile", "show", "--json").lines[0]["sources"][0]["path"].endswith("caf\\xe9\\ %s")
    folder = user.restore(tmp_path / "out", os.fsencode(source) + b"/file")
    (restored,) = (path for path in folder.rglob("*") if path.is_file())
    assert restored.read_text() == "content\n"
    (source / "file").unlink()
    user.run("restore", "--put-back", "--yes", "--to", str(tmp_path / "out"), given=PASSPHRASE + "\n")
    assert (source / "file").read_text() == "content\n"


def test_a_folder_that_duplicity_cannot_name_is_refused_in_a_sentence(
    user: Machine, keys: tuple[Path, str], source: Path, tmp_path: Path
) -> None:
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    for to in (folder, tmp_path / "link"):
        said = user.run("restore", "--to", os.fsencode(to), given=PASSPHRASE + "\n", status=1)
        assert "UTF-8" in said.err
        assert "mistake" not in said.err
    assert not any(folder.iterdir())


COMMANDS = (
    *(("files",), ("find", "x"), ("versions", "source/日本.txt"), ("log",), ("status",), ("snapshots",)),
    *(("runs",), ("profile", "show"), ("profile", "list"), ("find", "--json", "x")),
    ("restore", "nö-such-path", "--to", "."),
)


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "iso8859-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "cp1252"},
    ],
)
def test_no_terminal_ends_a_command(
    user: Machine, keys: tuple[Path, str], source: Path, tmp_path: Path, locale: dict[str, str]
) -> None:
    (source / "日本.txt").write_text("x")
    (source / "caf\udce9 x").write_text("x")
    make_profile(user, keys[1], source, f"file://{tmp_path}/Käse")
    user.env.pop("LANG")
    user.env |= locale
    (tmp_path / "out").mkdir()
    for words in (("backup",), *COMMANDS):
        command = [sys.executable, "-m", "secretsbackup", *words]
        ended = subprocess.run(
            command, env=user.env, cwd=tmp_path / "out", input=b"pw\n", capture_output=True, check=False
        )
        said = (ended.stdout + ended.stderr).decode(locale.get("PYTHONIOENCODING", "utf-8"))
        assert ended.returncode in ((1,) if words[0] == "restore" else (0, 3)), said
        assert "Traceback" not in said
        assert "mistake" not in said
        if "--json" in words:
            assert all(json.loads(line) for line in ended.stdout.splitlines())
    assert (tmp_path / "Käse").is_dir()


def test_a_path_that_is_too_long_is_named_and_the_rest_is_saved(
    user: Machine, keys: tuple[Path, str], source: Path, tmp_path: Path
) -> None:
    many, rest = divmod(4060 - len(bytes(source)) - 241, 199)
    deep(source, [*["[p]*?\\" * 33] * many, "r" * (rest + 1), "q" * 240])
    deep(source, ["a"] * 300)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    for number in range(2):
        (source / f"new {number}").write_text(f"{number}")
        said = user.backup(status=3)
        (warned,) = said.warnings
        assert warned["caution"] == "too-long"
    folder = user.restore(tmp_path / "out") / "source"
    assert (folder / "new 1").read_text() == "1"
    assert (folder / ("a/" * 300) / "bottom").is_file()


SIGNS = [*b"\\*?[]{}()<>|&;$`\"'!#%~-:=@,^ ._a\n\t\x1b\x7f\xe9\xff", "ü".encode(), "\u2028".encode(), b"%s"]
PARTS = st.one_of(
    st.sampled_from([bytes([one]) if isinstance(one, int) else one for one in SIGNS]),
    st.binary(min_size=1, max_size=3).map(lambda some: some.translate(None, b"\0/")),
)
NAMES = (
    st.lists(PARTS, min_size=1, max_size=60).map(b"".join).filter(lambda name: name not in (b"", b".", b".."))
)
TREES = st.lists(NAMES.filter(lambda name: len(name) <= 255), min_size=3, max_size=3, unique=True)


def test_trees_of_drawn_names_come_back_whole_and_alone(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups", "--ask-above-changed", "0")

    @settings(derandomize=True, max_examples=3, deadline=None, database=None, phases=[Phase.generate])
    @given(TREES)
    def there_and_back_again(names: list[bytes]) -> None:
        shutil.rmtree(source)
        source.mkdir()
        folder, *inside = (os.fsdecode(name) for name in names)
        (source / folder).mkdir()
        for path in (*(source / folder / name for name in inside), source / inside[0]):
            path.write_bytes(bytes(path))
        user.backup()
        top = [b"source/" + name for name in names[:2]]
        both = [top[0] + b"/" + name for name in names[1:]]
        for wanted, expected in (
            ([], {*both, top[1]}),
            (top[:1], {*both}),
            (both, {*both}),
            (top[1:], {top[1]}),
        ):
            out = user.restore(tmp_path / "out", "--", *wanted)
            assert {path[len(bytes(out)) + 1 :] for path, _ in tree.files_below(out)} == expected
            for path in expected:
                assert (out / os.fsdecode(path)).read_bytes() == bytes(source.parent) + b"/" + path

    there_and_back_again()
