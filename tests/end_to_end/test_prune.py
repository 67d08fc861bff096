"""Pruning with real duplicity and a real bucket: what goes is gone, and what stays is restored."""

from pathlib import Path

from tests.end_to_end.machine import Machine, assert_same, picture
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import s3_profile


def test_old_chains_debris_and_unfinished_uploads_go(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    s3_profile(user, keys[1], source, bucket_on_moto)
    user.run("profile", "set", "--keep", "9")
    for number in range(3):
        (source / f"file {number}").write_text(f"text {number}")
        user.backup("--full")
    prefix = bucket_on_moto.objects()[0]["Key"].rpartition("/")[0]
    debris = f"{prefix}/duplicity-full.20200101T000000Z.vol1.difftar.gpg"
    bucket_on_moto.put(debris, b"x" * 1000)
    with bucket_on_moto.server.client() as client:
        for key in (f"{prefix}/never-finished", "another/never-finished"):
            client.create_multipart_upload(Bucket=bucket_on_moto.name, Key=key)
    user.run("profile", "set", "--keep", "1")
    said = user.run("prune", "--dry-run").out
    assert said.count("would remove: ") == 4
    assert "would remove: 1 unfinished upload" in said
    assert "1 backup series would stay" in said
    assert len(user.snapshots()) == 4  # what is not whole is listed as well
    assert user.run("prune").out.startswith("Removed ")
    assert len(user.snapshots()) == 1
    assert debris not in [item["Key"] for item in bucket_on_moto.objects()]
    with bucket_on_moto.server.client() as client:
        left = client.list_multipart_uploads(Bucket=bucket_on_moto.name)["Uploads"]
    assert [upload["Key"] for upload in left] == ["another/never-finished"]
    assert user.run("prune").out == "Nothing to remove.\n"
    assert_same(picture(source), picture(user.restore(tmp_path / "out") / "source"))
