"""Names that a set-up gives: one for each prefix, and such as IAM takes."""

import re

from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model.created import ManualStep
from secretsbackup.model.destination import Bucket
from secretsbackup.operations.setup import create_bucket

NAMES = st.text(min_size=1, max_size=200)


@given(NAMES, NAMES)
def test_every_user_has_a_name_that_iam_takes(bucket: str, prefix: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9+=,.@_-]{1,64}", create_bucket.user_name(Bucket(bucket, prefix)))


def test_no_two_prefixes_share_a_user() -> None:
    long = "b" * 63
    places = [("a-b", "c"), ("a", "b/c"), ("a", "b-c"), (long, "one"), (long, "two"), (long, "")]
    assert len({create_bucket.user_name(Bucket(*place)) for place in places}) == len(places)


def test_the_steps_by_hand_come_with_what_to_paste() -> None:
    steps = create_bucket.steps(Bucket("bucket", "laptop"))
    assert [step.hand for step in steps] == list(ManualStep)
    pasted = {step.hand: step.copy for step in steps}
    assert '"arn:aws:s3:::bucket/laptop/*"' in pasted[ManualStep.POLICY]
    assert '"AbortIncompleteMultipartUpload"' in pasted[ManualStep.LIFECYCLE]
