"""Amazon S3 and servers like it, through boto3: what a bucket holds, and why it cannot be reached."""

from typing import TYPE_CHECKING, Any

from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair
from secretsbackup.tools.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable

_CODES = {
    "AccessDenied": Reason.DESTINATION_DENIED,
    "AllAccessDisabled": Reason.DESTINATION_DENIED,
    "403": Reason.DESTINATION_DENIED,
    "InvalidAccessKeyId": Reason.CREDENTIAL_REFUSED,
    "SignatureDoesNotMatch": Reason.CREDENTIAL_REFUSED,
    "InvalidToken": Reason.CREDENTIAL_REFUSED,
    "ExpiredToken": Reason.CREDENTIAL_REFUSED,
    "RequestTimeTooSkewed": Reason.CLOCK_WRONG,
    "NoSuchBucket": Reason.DESTINATION_MISSING,
    "PermanentRedirect": Reason.REGION_WRONG,
    "AuthorizationHeaderMalformed": Reason.REGION_WRONG,
    "IllegalLocationConstraintException": Reason.REGION_WRONG,
    "QuotaExceeded": Reason.DESTINATION_FULL,
}
"""https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; Ceph answers with the same."""

_PROBE = "secretsbackup-probe"


async def contents(bucket: Bucket, credential: Credential) -> dict[str, int]:
    """Names below the prefix and their sizes in bytes; a Failure with its own Reason, in seconds."""
    return await in_thread(lambda: _told(lambda: _list(bucket, credential), bucket, credential))


async def fetch(bucket: Bucket, credential: Credential, name: str) -> bytes:
    """The content of an object below the prefix."""

    def get() -> Any:
        place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + name}
        return _client(bucket, credential).get_object(**place)["Body"].read()

    content: bytes = await in_thread(lambda: _told(get, bucket, credential))
    return content


async def put(bucket: Bucket, credential: Credential, name: str, content: bytes) -> None:
    """Put an object below the prefix."""
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + name}

    def put_it() -> None:
        _client(bucket, credential).put_object(**place, Body=content)

    await in_thread(lambda: _told(put_it, bucket, credential))


async def probe(bucket: Bucket, credential: Credential) -> None:
    """Put a small object under the prefix, read it back and delete it; Failure if one is refused."""
    await in_thread(lambda: _told(lambda: _probe(bucket, credential), bucket, credential))


def _client(bucket: Bucket, credential: Credential) -> Any:
    import boto3
    from botocore.config import Config

    checksums = "when_required" if bucket.endpoint else "when_supported"
    config = Config(
        connect_timeout=5,
        read_timeout=8,
        retries={"total_max_attempts": 2},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        user_agent_extra="secretsbackup",
    )
    return _session(boto3, credential).client(
        "s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=config
    )


def _session(boto3: Any, credential: Credential) -> Any:
    match credential:
        case KeyPair(key_id=key_id, secret=secret):
            return boto3.Session(aws_access_key_id=key_id.reveal(), aws_secret_access_key=secret.reveal())
        case AwsProfile(name=name):
            return boto3.Session(profile_name=name)
        case None:
            raise Failure(Reason.SECRET_MISSING, "aws-access-key-id")


def _list(bucket: Bucket, credential: Credential) -> dict[str, int]:
    pages = _client(bucket, credential).get_paginator("list_objects_v2")
    prefix = bucket.key_prefix
    return {
        item["Key"].removeprefix(prefix): item["Size"]
        for page in pages.paginate(Bucket=bucket.bucket, Prefix=prefix)
        for item in page.get("Contents", ())
    }


def _probe(bucket: Bucket, credential: Credential) -> None:
    client = _client(bucket, credential)
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + _PROBE}
    client.put_object(**place, Body=b"a probe")
    client.get_object(**place)["Body"].read()
    client.delete_object(**place)


def _told(call: "Callable[[], Any]", bucket: Bucket, credential: Credential) -> Any:
    """Call, and make boto3's errors ours."""
    from botocore import exceptions as of

    where = bucket.endpoint or "Amazon S3"
    try:
        return call()
    except of.ClientError as error:
        raise _refused(error, bucket) from None
    except of.SSLError as error:
        raise Failure(Reason.CERTIFICATE_BAD, where, (str(error),)) from None
    except (of.ProfileNotFound, of.NoCredentialsError, of.PartialCredentialsError) as error:
        name = credential.name if isinstance(credential, AwsProfile) else ""
        raise Failure(Reason.AWS_PROFILE_MISSING, name, (str(error),)) from None
    except (of.HTTPClientError, of.ConnectionError) as error:
        raise Failure(Reason.DESTINATION_UNREACHABLE, where, (str(error),)) from None
    except (of.ParamValidationError, of.BotoCoreError, ValueError) as error:
        raise Failure(Reason.DESTINATION_MISSING, bucket.bucket, (str(error),)) from None


def _refused(error: Any, bucket: Bucket) -> Failure:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    overloaded = Reason.DESTINATION_UNREACHABLE if status >= 500 else Reason.DESTINATION_DENIED
    action = {"ListObjectsV2": "list", "PutObject": "put", "GetObject": "get", "DeleteObject": "delete"}
    detail = f"{action.get(error.operation_name, error.operation_name)} in {bucket.bucket}"
    return Failure(_CODES.get(code, overloaded), detail, (str(error),))
