"""Names of any bytes: of destinations, sources, folders to restore to, and files that come back alone."""

from pathlib import Path

import pytest

from tests.end_to_end.machine import Machine
from tests.end_to_end.servers import Bucket, SshServer
from tests.end_to_end.test_round_trip import make_profile

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
