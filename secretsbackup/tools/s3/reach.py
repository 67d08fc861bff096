"""Reaching S3: clients that fail in seconds, and boto3's many errors as our few reasons."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair

_T = TypeVar("_T")

_Meant = Callable[[Any, Bucket], Cause]
"""What makes a cause of a refusal."""


def _denied(error: Any, bucket: Bucket) -> Cause:
    return causes.DestinationDenied(bucket.bucket, _ACTIONS.get(error.operation_name, error.operation_name))


def _refused_key(error: Any, bucket: Bucket) -> Cause:
    return causes.CredentialRefused()


def _elsewhere(error: Any, bucket: Bucket) -> Cause:
    return causes.RegionWrong(region_of(error), bucket.bucket)


_CODES: dict[str, _Meant] = {
    "AccessDenied": _denied,
    "AllAccessDisabled": _denied,
    "403": _denied,
    "InvalidAccessKeyId": _refused_key,
    "InvalidClientTokenId": _refused_key,
    "SignatureDoesNotMatch": _refused_key,
    "InvalidToken": _refused_key,
    "ExpiredToken": _refused_key,
    "RequestTimeTooSkewed": lambda error, bucket: causes.ClockWrong(round(skew(error.response) or 0)),
    "NoSuchBucket": lambda error, bucket: causes.DestinationMissing(f"bucket {bucket.bucket}"),
    "PermanentRedirect": _elsewhere,
    "301": _elsewhere,
    "AuthorizationHeaderMalformed": _elsewhere,
    "IllegalLocationConstraintException": _elsewhere,
    "QuotaExceeded": lambda error, bucket: causes.DestinationFull(bucket.bucket),
    "InvalidObjectState": lambda error, bucket: causes.Frozen(bucket.bucket),
}
"""https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; Ceph answers with the same."""

_NO_S3 = frozenset({"", "302", "303", "307", "308", "400", "404", "405"})
"""What botocore makes of an answer that has a status and no word of S3's: a web page, say."""

_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "record layer failure")
"""What OpenSSL, old and new, says of a server that speaks plain HTTP where HTTPS was expected."""

_DENIALS = frozenset({"AccessDenied", "AllAccessDisabled", "403", "Forbidden", "UnauthorizedAccess"})
_ACTIONS = {"ListObjectsV2": "list", "PutObject": "put", "GetObject": "get", "DeleteObject": "delete"}


def client(
    bucket: Bucket,
    credential: Credential,
    service: str = "s3",
    *,
    endpoint: str | None = None,
    checksums: str = "",
    attempts: int = 2,
) -> Any:
    """A client for the bucket's server, or for another service that goes with it."""
    import boto3
    from botocore.config import Config

    checksums = checksums or ("when_required" if bucket.endpoint else "when_supported")
    config = Config(
        connect_timeout=5,
        read_timeout=8,
        retries={"total_max_attempts": attempts},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
        user_agent_extra="secretsbackup",
    )
    return _session(boto3, credential).client(
        service, endpoint_url=endpoint or bucket.endpoint, region_name=bucket.region, config=config
    )


@functools.cache
def _loader() -> Any:
    """What reads botocore's descriptions of services: one for all sessions, since that is what takes time
    (0.1 s of processor time a client without it, 0.014 s with it; measured)."""
    from botocore.session import Session

    return Session().get_component("data_loader")


def _session(boto3: Any, credential: Credential) -> Any:
    from botocore.session import Session

    match credential:
        case KeyPair(key_id=key_id, secret=secret, token=token):
            core = Session()
            core.register_component("data_loader", _loader())
            return boto3.Session(
                botocore_session=core,
                aws_access_key_id=key_id.reveal(),
                aws_secret_access_key=secret.reveal(),
                aws_session_token=token.reveal() if token else None,
            )
        case AwsProfile(name=name):
            return boto3.Session(profile_name=name)
        case None:
            raise Failure(causes.SecretMissing("aws-access-key-id"))


def told(call: Callable[[], _T], bucket: Bucket, credential: Credential) -> _T:
    """Call, and make boto3's errors ours."""
    from botocore import exceptions as of
    from botocore.parsers import ResponseParserError

    where = bucket.endpoint or "Amazon S3"
    try:
        return call()
    except of.ClientError as error:
        raise refused(error, bucket) from None
    except of.SSLError as error:
        no_tls = any(word in str(error) for word in _NO_TLS)
        kind = causes.EndpointWrong if no_tls else causes.CertificateBad
        raise Failure(kind(where), (str(error),)) from None
    except (of.ProfileNotFound, of.NoCredentialsError, of.PartialCredentialsError) as error:
        name = credential.name if isinstance(credential, AwsProfile) else ""
        raise Failure(causes.AwsProfileMissing(name), (str(error),)) from None
    except of.ProxyConnectionError as error:
        by = f"{where} (proxy {_server(error.kwargs.get('proxy_url', ''))})"
        raise Failure(causes.DestinationUnreachable(by)) from None
    except (of.HTTPClientError, of.ConnectionError) as error:
        raise Failure(causes.DestinationUnreachable(where), (str(error),)) from None
    except (
        ResponseParserError,
        RecursionError,
    ) as error:  # it follows a page that leads to itself without end
        raise Failure(causes.EndpointWrong(where), (str(error),)) from None
    except (
        of.ParamValidationError,
        of.EndpointProviderError,
        of.InvalidRegionError,
        of.NoRegionError,
    ) as error:
        raise Failure(causes.DestinationMissing(bucket.bucket), (str(error),)) from None
    except (of.BotoCoreError, UnicodeDecodeError) as error:
        name = credential.name if isinstance(credential, AwsProfile) else ""
        raise Failure(causes.AwsSettingsBroken(name), (str(error),)) from None
    except ValueError as error:
        raise Failure(causes.DestinationMissing(bucket.bucket), (str(error),)) from None


def _names(of: Any) -> tuple[type[Exception], ...]:
    """What botocore raises where a name of ours cannot be one."""
    return of.ParamValidationError, of.EndpointProviderError, of.InvalidRegionError, of.NoRegionError


def _server(url: str) -> str:
    """The name and port of a server, without the password that may stand before them."""
    return urlsplit(url if "//" in url else f"//{url}").netloc.rpartition("@")[2]


def refused(error: Any, bucket: Bucket) -> Failure:
    """A server's refusal as a Failure."""
    code, status = code_of(error), status_of(error)
    where = bucket.endpoint or "Amazon S3"
    if headless(error):
        cause: Cause = causes.EndpointWrong(where)
    elif meant := _CODES.get(code):
        cause = meant(error, bucket)
    else:
        cause = causes.DestinationUnreachable(where) if status >= 500 else _denied(error, bucket)
    return Failure(cause, (str(error),))


def code_of(error: Any) -> str:
    """S3's own word for what is wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: Any) -> int:
    """The HTTP status of a refusal."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def headless(error: Any) -> bool:
    """Whether a refusal has a status and no word of S3's, though it had room for one: a web page, say."""
    return code_of(error) in _NO_S3 and status_of(error) < 500 and not error.operation_name.startswith("Head")


def region_of(error: Any) -> str:
    """The region that a bucket is in, which S3 names when it is asked in another; "" if it does not."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(headers.get("x-amz-bucket-region") or error.response.get("Error", {}).get("Region", ""))


def skew(response: Any) -> float | None:
    """Seconds that this machine's clock is ahead of the server's; None if an answer has no date."""
    dated = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        then = parsedate_to_datetime(dated)
    except (TypeError, ValueError):
        return None
    return (datetime.now(UTC) - then).total_seconds()


def allowed(call: Callable[[], object]) -> bool | None:
    """Whether the server lets this happen, also if there is nothing to do it to; None if it does not tell.

    What keeps any request from being answered (a wrong key, a server that is down) is raised.
    """
    from botocore.exceptions import ClientError

    try:
        call()
    except ClientError as error:
        if code_of(error) in _DENIALS:
            return False
        if code_of(error) in _CODES or status_of(error) in (500, 502, 503, 504):
            raise
        return True if code_of(error) in _NOTHING_THERE else None
    return True


_NOTHING_THERE = frozenset({"NoSuchKey", "NoSuchUpload", "NoSuchVersion", "404", "BadDigest"})
"""Answers that only whoever may do a thing gets, since S3 looks at rights first (tried on Ceph and moto)."""
