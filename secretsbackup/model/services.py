"""Services: where well-known S3 services answer, so that nobody has to know what an endpoint is.

`source` is the service's own page that says so; {region} and {account} stand for what a person chooses.
Regions come and go: those here are offered, others may be typed.
"""

from datetime import timedelta

import msgspec

from secretsbackup.model.destination import Bucket


class Region(msgspec.Struct, frozen=True):
    """A region by the name that requests are signed with, and where in the world it is."""

    name: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where} ({self.name})" if self.where else self.name


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service. `endpoint` is a pattern, empty for Amazon's own; `iam` is where it makes users.

    `makes_users` says whether an administrator's key can make a user with a key of its own there; `keys` is
    what is peculiar about keys there.
    """

    name: str
    title: str
    endpoint: str = ""
    regions: tuple[Region, ...] = ()
    iam: str | None = None
    makes_users: bool = False
    keys: str = ""
    source: str = ""

    @property
    def asks_account(self) -> bool:
        """Whether the endpoint holds an account's id."""
        return "{account}" in self.endpoint

    @property
    def asks_endpoint(self) -> bool:
        """Whether the endpoint is a person's to type."""
        return self.name == OWN

    def endpoint_in(self, region: str, account: str = "") -> str | None:
        """The endpoint of a region; None for Amazon's, which boto3 knows."""
        return self.endpoint.format(region=region, account=account) or None


AMAZON, OWN = "amazon", "own"

_AMAZON = (
    Region("eu-central-1", "Frankfurt"),
    Region("eu-west-1", "Ireland"),
    Region("eu-west-2", "London"),
    Region("eu-west-3", "Paris"),
    Region("eu-north-1", "Stockholm"),
    Region("eu-south-1", "Milan"),
    Region("eu-central-2", "Zurich"),
    Region("us-east-1", "North Virginia"),
    Region("us-east-2", "Ohio"),
    Region("us-west-1", "North California"),
    Region("us-west-2", "Oregon"),
    Region("ca-central-1", "Canada"),
    Region("sa-east-1", "São Paulo"),
    Region("ap-south-1", "Mumbai"),
    Region("ap-southeast-1", "Singapore"),
    Region("ap-southeast-2", "Sydney"),
    Region("ap-northeast-1", "Tokyo"),
    Region("ap-northeast-2", "Seoul"),
    Region("af-south-1", "Cape Town"),
)

_NEAR = (
    *((-6.5, "us-west-2"), (-3.5, "us-east-1"), (-1.5, "sa-east-1"), (4.5, "eu-central-1")),
    *((6.5, "ap-south-1"), (8.5, "ap-southeast-1"), (9.5, "ap-northeast-1")),
)
"""Up to how many hours ahead of UTC which of Amazon's regions is near."""

SERVICES = (
    Service(
        name=AMAZON,
        title="Amazon S3",
        regions=_AMAZON,
        makes_users=True,
        source="https://docs.aws.amazon.com/general/latest/gr/s3.html",
    ),
    Service(
        name="b2",
        title="Backblaze B2",
        endpoint="https://s3.{region}.backblazeb2.com",
        regions=(
            Region("eu-central-003", "Amsterdam"),
            Region("us-west-004", "US West"),
            Region("us-east-005", "US East"),
        ),
        keys="Use an application key for this bucket: B2's master key does not open S3.",
        source="https://www.backblaze.com/apidocs/introduction-to-the-s3-compatible-api",
    ),
    Service(
        name="wasabi",
        title="Wasabi",
        endpoint="https://s3.{region}.wasabisys.com",
        regions=(
            Region("eu-central-1", "Amsterdam"),
            Region("eu-central-2", "Frankfurt"),
            Region("eu-west-1", "United Kingdom"),
            Region("eu-west-2", "Paris"),
            Region("eu-south-1", "Milan"),
            Region("us-east-1", "North Virginia"),
            Region("us-central-1", "Texas"),
            Region("us-west-1", "Oregon"),
            Region("ca-central-1", "Toronto"),
            Region("ap-northeast-1", "Tokyo"),
            Region("ap-southeast-1", "Singapore"),
            Region("ap-southeast-2", "Sydney"),
        ),
        iam="https://iam.wasabisys.com",
        makes_users=True,
        source="https://docs.wasabi.com/docs/service-urls-for-wasabis-storage-regions",
    ),
    Service(
        name="hetzner",
        title="Hetzner Object Storage",
        endpoint="https://{region}.your-objectstorage.com",
        regions=(Region("fsn1", "Falkenstein"), Region("nbg1", "Nuremberg"), Region("hel1", "Helsinki")),
        source="https://docs.hetzner.com/storage/object-storage/overview",
    ),
    Service(
        name="scaleway",
        title="Scaleway",
        endpoint="https://s3.{region}.scw.cloud",
        regions=(Region("fr-par", "Paris"), Region("nl-ams", "Amsterdam"), Region("pl-waw", "Warsaw")),
        source="https://www.scaleway.com/en/docs/object-storage/concepts/",
    ),
    Service(
        name="r2",
        title="Cloudflare R2",
        endpoint="https://{account}.r2.cloudflarestorage.com",
        regions=(Region("auto"),),
        keys="Make an API token with “Object Read & Write” for this bucket only.",
        source="https://developers.cloudflare.com/r2/api/s3/api/",
    ),
    Service(
        name="spaces",
        title="DigitalOcean Spaces",
        endpoint="https://{region}.digitaloceanspaces.com",
        regions=(
            Region("fra1", "Frankfurt"),
            Region("ams3", "Amsterdam"),
            Region("lon1", "London"),
            Region("nyc3", "New York"),
            Region("sfo3", "San Francisco"),
            Region("tor1", "Toronto"),
            Region("sgp1", "Singapore"),
            Region("blr1", "Bangalore"),
            Region("syd1", "Sydney"),
        ),
        source="https://docs.digitalocean.com/products/spaces/reference/aws-sdks/",
    ),
    Service(name=OWN, title="Another server: MinIO, Ceph, …", regions=(Region("us-east-1"),)),
)


def service(name: str) -> Service:
    """The service of that name; one's own server if it is not known."""
    return next((one for one in SERVICES if one.name == name), SERVICES[-1])


def of(bucket: Bucket) -> Service:
    """Whose service a bucket is at, by its endpoint."""
    if bucket.endpoint is None:
        return service(AMAZON)
    tails = ((one, one.endpoint.rpartition("}")[2]) for one in SERVICES if one.endpoint)
    return next((one for one, tail in tails if bucket.endpoint.endswith(tail)), service(OWN))


def near(offset: timedelta) -> Region:
    """The region of Amazon's that is likely to be nearest to a clock that is so far ahead of UTC."""
    hours = offset / timedelta(hours=1)
    name = next((name for until, name in _NEAR if hours < until), "ap-southeast-2")
    return next(region for region in _AMAZON if region.name == name)
