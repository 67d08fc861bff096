"""A bucket is set up, a credential is looked at, and the policy that is printed is enough and no more."""

import asyncio
import json
import os
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from secretsbackup.model import destination as model
from secretsbackup.model import policy as policies
from secretsbackup.model.check import Finding
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.operations.watch import doctor
from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture
from tests.end_to_end.servers import Bucket, CephServer, S3Server, SshServer
from tests.end_to_end.test_round_trip import make_profile, s3_profile

Policy = dict[str, Any]


@pytest.fixture
def owned(bucket_on_ceph: Bucket) -> Bucket:
    """A bucket that is set as it should be, with something in it that is nobody's business."""
    with bucket_on_ceph.server.client() as client:
        client.put_bucket_versioning(
            Bucket=bucket_on_ceph.name, VersioningConfiguration={"Status": "Enabled"}
        )
        rule = {
            "ID": "all",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        }
        client.put_bucket_lifecycle_configuration(
            Bucket=bucket_on_ceph.name, LifecycleConfiguration={"Rules": [rule]}
        )
    bucket_on_ceph.put("else/where", b"not yours")
    return bucket_on_ceph


@pytest.fixture
def guest(owned: Bucket) -> S3Server:
    """Another user, who may do nothing yet."""
    assert isinstance(owned.server, CephServer)
    return owned.server.add_user(f"guest-{owned.name}")


def permit(owned: Bucket, policy: Policy) -> None:
    """Let the guest do what a policy says."""
    assert isinstance(owned.server, CephServer)
    owned.server.permit(f"guest-{owned.name}", json.dumps(policy))


def guests_profile(user: Machine, key: str, guest: S3Server, owned: Bucket, source: Path) -> None:
    to = f"s3://{owned.name}/laptop/docs"
    make_profile(user, key, source, to, "--endpoint", guest.endpoint, "--keep", "1")
    user.run("secret", "set", "docs", "aws-access-key-id", given=guest.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=guest.secret_key)
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)


def printed(user: Machine, form: str) -> Policy:
    """The policy that the program prints for the profile."""
    policy: Policy = json.loads(user.run("policy", form).out)
    return policy


def test_the_printed_policy_of_a_user_is_enough_for_all_of_a_backups_life(
    user: Machine, keys: tuple[Path, str], owned: Bucket, guest: S3Server, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    guests_profile(user, keys[1], guest, owned, source)
    policy = printed(user, "iam")
    permit(owned, policy)
    source.mkdir()
    (source / "large").write_bytes(os.urandom(30_000_000))  # more than one part of an upload
    user.backup()
    (source / "small").write_text("small\n")
    user.backup()
    old = {item["Key"] for item in owned.objects()}

    permit(owned, without(policy, "s3:DeleteObject"))
    time.sleep(1)
    assert [one["caution"] for one in user.backup("--full", status=3).warnings] == ["not-tidied"]
    assert old < {item["Key"] for item in owned.objects()}
    permit(owned, policy)
    (source / "small").write_text("larger\n")
    assert user.backup().warnings == []
    assert old & {item["Key"] for item in owned.objects()} == {"else/where"}, "the old chain is gone"

    user.run("verify")
    expected = picture(source)
    user.forget_everything()
    assert_same(expected, picture(user.restore(tmp_path / "out") / "source"))
    assert amiss(user) == {}


def amiss(user: Machine, *words: str) -> dict[str, dict[str, Any]]:
    """What the doctor finds wrong at a destination, by right. How well a restore is confined is this
    machine's matter: a container without namespaces is told of it in every report."""
    said = user.run("doctor", "--json", *words, status=None)
    found = {line["right"]: line for line in said.lines if not line["ok"]}
    assert said.status == min((STATUS[line["verdict"]] for line in found.values()), default=0)
    return {right: line for right, line in found.items() if right != "sandbox"}


STATUS = {"warning": 3, "lacking": 1}
"""How the doctor ends, by the verdict that it has to give."""


def test_the_printed_policy_of_a_bucket_is_enough_and_names_its_user(
    user: Machine, keys: tuple[Path, str], owned: Bucket, guest: S3Server, tmp_path: Path
) -> None:
    guests_profile(user, keys[1], guest, owned, tmp_path / "source")
    with owned.server.client() as client:
        client.put_bucket_policy(Bucket=owned.name, Policy=json.dumps(printed(user, "bucket")))
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("content\n")
    user.backup()
    user.run("profile", "check")
    assert amiss(user) == {}


ACTIONS = {
    "s3:ListBucket": "lacking",
    "s3:GetObject": "lacking",
    "s3:PutObject": "lacking",
    "s3:DeleteObject": "lacking",
    "s3:AbortMultipartUpload": "lacking",
    "s3:ListBucketMultipartUploads": "warning",
    "s3:GetBucketLocation": "warning",
    "s3:GetBucketVersioning": "warning",
    "s3:GetLifecycleConfiguration": "warning",
    "s3:GetBucketObjectLockConfiguration": "warning",
}
"""Those of the policy for a server like Ceph, which it tells apart, and how bad their absence is."""


def examined(bucket: model.Bucket, server: S3Server) -> dict[str, Finding]:
    """What the doctor finds, by the name of what it tried."""
    pair = KeyPair(Secret(server.access_key), Secret(server.secret_key))

    async def all_of_it() -> dict[str, Finding]:
        return {found.right: found async for found in doctor.examine_destination(bucket, pair)}

    return asyncio.run(all_of_it())


def without(policy: Policy, action: str) -> Policy:
    """The policy with one action less; on Ceph whoever put an object may read it, unless that is denied."""
    less = [
        {**one, "Action": [kept for kept in one["Action"] if kept != action]} for one in policy["Statement"]
    ]
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    more = [denied] if action == "s3:GetObject" else []
    return {**policy, "Statement": [*(one for one in less if one["Action"]), *more]}


def laptop(owned: Bucket) -> model.Bucket:
    return model.Bucket(owned.name, "laptop", owned.server.endpoint)


def test_each_missing_right_is_found_by_name_and_its_statement_grants_it(
    owned: Bucket, guest: S3Server
) -> None:
    bucket = laptop(owned)
    owned.put("laptop/something", b"to be read even when nothing can be put")
    full = json.loads(policies.text(policies.for_user(bucket)))
    assert {action for one in full["Statement"] for action in one["Action"]} == {
        *ACTIONS,
        "s3:ListMultipartUploadParts",  # which Ceph takes for granted
    }
    for action, verdict in ACTIONS.items():
        less = without(full, action)
        permit(owned, less)
        bad = {name: found for name, found in examined(bucket, guest).items() if found.verdict != "fine"}
        named = {found.statement.action[0] for found in bad.values() if found.statement}
        assert named == {action}, bad
        assert {found.verdict for found in bad.values()} == {verdict}
        if verdict == "warning":
            continue
        granting = [json.loads(policies.text(one.statement)) for one in bad.values() if one.statement]
        allowing = [one for one in less["Statement"] if one["Effect"] == "Allow"]
        permit(owned, {**less, "Statement": [*allowing, *granting]})
        assert not [one for one in examined(bucket, guest).values() if one.verdict != "fine"]


def test_the_right_to_enter_is_told_from_the_right_to_list(owned: Bucket, guest: S3Server) -> None:
    bucket = laptop(owned)
    full = json.loads(policies.text(policies.for_user(bucket)))
    for sid, right in (
        ("SecretsBackupEnter", "s3:ListBucket without a prefix"),
        ("SecretsBackupList", "s3:ListBucket"),
    ):
        permit(owned, {**full, "Statement": [one for one in full["Statement"] if one["Sid"] != sid]})
        bad = {name: found for name, found in examined(bucket, guest).items() if found.verdict != "fine"}
        assert list(bad) == [right]
        assert bad[right].statement is not None
        assert bad[right].statement.sid == sid


def test_what_a_credential_may_do_too_much_is_told(owned: Bucket, guest: S3Server) -> None:
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{owned.name}"}
    permit(
        owned,
        {
            "Version": "2012-10-17",
            "Statement": [everything, {**everything, "Resource": everything["Resource"] + "/*"}],
        },
    )
    before = owned.objects()
    found = examined(laptop(owned), guest)
    assert {name for name, one in found.items() if one.sign == "excessive"} == {
        "s3:ListBucket outside",
        "s3:GetObject outside",
        "s3:PutObject outside",
        "s3:DeleteObjectVersion",
    }
    assert owned.objects() == before, "nothing is left, and nothing is gone"
    assert examined(laptop(owned), owned.server)["s3:ListAllMyBuckets"].sign == "excessive"


def test_a_listing_without_a_prefix_cannot_be_left_out_of_the_policy(
    user: Machine, keys: tuple[Path, str], owned: Bucket, guest: S3Server, tmp_path: Path
) -> None:
    guests_profile(user, keys[1], guest, owned, tmp_path / "source")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("content\n")
    policy = printed(user, "iam")
    permit(owned, {**policy, "Statement": policy["Statement"][1:]})
    assert user.backup(status=1).outcome["cause"]["reason"] == "destination-denied"
    found = amiss(user)
    assert list(found) == ["s3:ListBucket without a prefix"]
    lacking = found["s3:ListBucket without a prefix"]
    assert lacking["verdict"] == "lacking"
    assert lacking["statement"] == policy["Statement"][0]
    assert '"SecretsBackupEnter"' in lacking["advice"]


def wrong(user: Machine, *words: str) -> dict[str, Any]:
    """The one thing that the doctor finds lacking."""
    lines = user.run("doctor", "--json", *words, status=1).lines
    lacking = [line for line in lines if line["verdict"] == "lacking"]
    assert len({line["title"] for line in lacking}) == 1
    return lacking[0]


def test_whatever_keeps_every_request_from_an_answer_has_a_sentence_of_its_own(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    server = bucket_on_ceph.server
    assert isinstance(server, CephServer)
    source = tmp_path / "source"
    (tmp_path / "source").mkdir()
    here = f"s3://{bucket_on_ceph.name}/p"
    cases = {
        "missing": ("s3://no-such-bucket-here/p", server.endpoint, "destination-missing"),
        "nobody": (here, "http://127.0.0.1:1", "destination-unreachable"),
        "no-tls": (here, server.endpoint.replace("http:", "https:"), "endpoint-wrong"),
        "untrusted": (here, server.https_endpoint, "certificate-bad"),
        "refused": (here, server.endpoint, "credential-refused"),
    }
    sentences = set()
    for name, (to, endpoint, reason) in cases.items():
        words = ["--to", to, "--endpoint", endpoint, "--key", keys[1]]
        user.run("profile", "add", name, "--source", str(source), *words)
        secret = "wrong" if name == "refused" else server.secret_key
        user.run("secret", "set", name, "aws-access-key-id", given=server.access_key)
        user.run("secret", "set", name, "aws-secret-access-key", given=secret)
        found = wrong(user, name)
        assert (found["right"], found["reason"], found["ok"]) == ("reach", reason, False)
        assert found["advice"]
        sentences.add(found["title"])
    assert len(sentences) == len(cases)
    user.run("secret", "forget", "refused", "aws-access-key-id")
    assert wrong(user, "refused")["right"] == "keyring"

    # With the certificate trusted the same server shows its quirk, if it is an old one.
    user.env["AWS_CA_BUNDLE"] = str(server.certificate)
    lines = {line["right"]: line for line in user.run("doctor", "untrusted", "--json", status=3).lines}
    refused = not takes_checksums(server, bucket_on_ceph.name)
    assert lines["checksums"]["sign"] == ("checksums-refused" if refused else "works")
    assert ("AWS_REQUEST_CHECKSUM_CALCULATION=when_required" in lines["checksums"]["advice"]) is refused
    assert lines["s3:PutObject"]["ok"] is True


def takes_checksums(server: CephServer, bucket: str) -> bool:
    """Whether it takes what boto3 sends over HTTPS by itself: Ceph 18 (Debian 13) does, Ceph 16 does not."""
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=server.https_endpoint,
        region_name="us-east-1",
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        verify=str(server.certificate),
    )
    with closing(client):
        try:
            client.put_object(Bucket=bucket, Key="tried", Body=b"tried")
        except ClientError:
            return False
        return True


def test_unfinished_uploads_are_counted_and_ended(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    place = {"Bucket": bucket_on_ceph.name, "Key": "some/prefix/duplicity-full.vol1"}
    with bucket_on_ceph.server.client() as client:
        begun = client.create_multipart_upload(**place)["UploadId"]
        client.upload_part(**place, UploadId=begun, PartNumber=1, Body=b"x" * 1_000_000)
        client.create_multipart_upload(Bucket=bucket_on_ceph.name, Key="else/where")
    lines = {line["right"]: line for line in user.run("doctor", "--json", status=3).lines}
    left = lines["unfinished uploads"]
    assert (left["count"], left["size"]) == (1, 1_000_000)
    assert "1 unfinished upload takes up 1 MB" in lines["unfinished uploads"]["title"]
    assert lines["versioning"]["ok"] is False
    assert "Removed: 1 unfinished upload." in user.run("doctor", "--end-uploads", status=3).err
    with bucket_on_ceph.server.client() as client:
        (left,) = client.list_multipart_uploads(Bucket=bucket_on_ceph.name)["Uploads"]
        assert left["Key"] == "else/where"


def test_a_folder_and_a_host_are_looked_at_too(
    user: Machine, keys: tuple[Path, str], sshd: SshServer, tmp_path: Path
) -> None:
    user.env |= sshd.equip(user.home)
    (tmp_path / "source").mkdir()
    host = f"{sshd.user}@{sshd.host}:{sshd.port}/{tmp_path}/"
    for name, to in (
        ("folder", f"file://{tmp_path}/backups"),
        ("sftp", f"sftp://{host}away"),
        ("rsync", f"rsync://{host}away"),
    ):
        user.run("profile", "add", name, "--source", str(tmp_path / "source"), "--to", to, "--key", keys[1])
    (tmp_path / "away").mkdir()
    assert {"list", "put", "room"} <= {
        line["right"] for line in user.run("doctor", "folder", "--json", status=3).lines
    }
    assert set(amiss(user, "folder")) == {"off-site"}
    for name in ("sftp", "rsync"):
        assert amiss(user, name) == {}
    assert list((tmp_path / "away").iterdir()) == []
    with sshd.process.stopped():
        assert wrong(user, "sftp")["reason"] == "destination-unreachable"
    (tmp_path / "gone").mkdir()
    user.run(
        "profile",
        "add",
        "gone",
        "--source",
        str(tmp_path / "source"),
        "--to",
        f"file://{tmp_path}/no/where",
        "--key",
        keys[1],
    )
    assert wrong(user, "gone")["reason"] == "destination-missing"
