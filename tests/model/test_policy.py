"""Policies are what AWS reads, for one prefix and nothing beside it."""

import json
from typing import Any

import pytest

from secretsbackup.model import policy
from secretsbackup.model.check import Finding, Sign, Verdict, of_action
from secretsbackup.model.destination import Bucket
from secretsbackup.model.policy import NEEDED, Action

LAPTOP = Bucket("bucket", "laptop")


def read(value: policy.Policy | policy.Statement) -> dict[str, Any]:
    """It as AWS reads it."""
    found: dict[str, Any] = json.loads(policy.text(value))
    return found


def test_a_users_policy_names_the_bucket_and_the_objects_below_the_prefix() -> None:
    made = read(policy.for_user(LAPTOP))
    assert made["Version"] == "2012-10-17"
    assert {one["Resource"] for one in made["Statement"]} == {
        "arn:aws:s3:::bucket",
        "arn:aws:s3:::bucket/laptop/*",
    }
    assert {one["Effect"] for one in made["Statement"]} == {"Allow"}
    assert all(one["Sid"].isalnum() for one in made["Statement"])
    granted = [action for one in made["Statement"] for action in one["Action"]]
    assert {*granted} == {*Action}
    assert not [
        action for action in granted if "*" in action or "Version" in action.removesuffix("Versioning")
    ]
    listing = [one["Condition"] for one in made["Statement"] if one["Action"] == ["s3:ListBucket"]]
    assert {"StringLike": {"s3:prefix": "laptop/*"}} in listing
    assert all("Condition" in one for one in made["Statement"] if "s3:ListBucket" in one["Action"])


def test_a_buckets_policy_is_the_same_for_one_user() -> None:
    made = read(policy.for_bucket(LAPTOP, "arn:aws:iam::1:user/ada"))
    for one in made["Statement"]:
        assert one.pop("Principal") == {"AWS": "arn:aws:iam::1:user/ada"}
    assert made == read(policy.for_user(LAPTOP))


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        (None, "aws"),
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-east-1", "aws"),
    ],
)
def test_each_part_of_the_world_has_its_own_names(region: str | None, partition: str) -> None:
    made = read(policy.for_user(Bucket("bucket", "laptop", region=region)))
    assert {one["Resource"].split(":")[1] for one in made["Statement"]} == {partition}


def test_nothing_in_a_prefix_is_a_wildcard() -> None:
    made = read(policy.for_user(Bucket("bucket", "a*b?c$d")))
    assert made["Statement"][-1]["Resource"] == "arn:aws:s3:::bucket/a${*}b${?}c${$}d/*"


def test_without_a_prefix_the_whole_bucket_is_listed() -> None:
    made = read(policy.for_user(Bucket("bucket")))
    assert made["Statement"][0]["Sid"] == "SecretsBackupList"
    assert "Condition" not in made["Statement"][0]
    assert made["Statement"][-1]["Resource"] == "arn:aws:s3:::bucket/*"


@pytest.mark.parametrize("bucket", [LAPTOP, Bucket("bucket")])
@pytest.mark.parametrize("action", Action)
def test_a_statement_grants_its_action_and_no_other(bucket: Bucket, action: Action) -> None:
    made = read(policy.granting(action, bucket))
    assert made["Action"] == [action]
    objects = {Action.GET, Action.PUT, Action.DELETE, Action.ABORT, Action.PARTS}
    assert made["Resource"].endswith("/*") is (action in objects)


@pytest.mark.parametrize("action", Action)
def test_only_what_backups_need_is_lacking(action: Action) -> None:
    statement = policy.granting(action, LAPTOP)
    denied = of_action(action, allowed=False, statement=statement)
    assert denied.verdict is (Verdict.LACKING if action in NEEDED else Verdict.WARNING)
    assert denied.statement == statement
    allowed = of_action(action, allowed=True, statement=statement)
    assert (allowed.verdict, allowed.statement) == (Verdict.FINE, None)
    assert of_action(action, allowed=None, statement=statement).verdict is Verdict.WARNING


@pytest.mark.parametrize("sign", Sign)
def test_every_sign_has_a_verdict(sign: Sign) -> None:
    assert Finding(right="x", sign=sign).verdict in Verdict
