"""Services are known by their endpoints, and each endpoint by its service."""

from datetime import timedelta

import pytest

from secretsbackup.model import services
from secretsbackup.model.destination import Bucket
from secretsbackup.model.services import AMAZON, OWN, SERVICES, Service


@pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)
def test_a_bucket_tells_its_service(service: Service) -> None:
    endpoint = service.endpoint_in("eu-central-1", "0" * 32) or (
        "https://minio.example.org" if service.name == OWN else None
    )
    assert services.of(Bucket("b", "p", endpoint)) is service
    assert service.name == OWN or service.source.startswith("https://")
    assert service.regions


@pytest.mark.parametrize(
    ("hours", "region"),
    [(-8, "us-west-2"), (-5, "us-east-1"), (0, "eu-central-1"), (2, "eu-central-1"), (5.5, "ap-south-1")],
)
def test_the_nearest_region_goes_by_the_clock(hours: float, region: str) -> None:
    assert services.near(timedelta(hours=hours)).name == region


def test_what_nobody_knows_is_ones_own_server() -> None:
    assert services.service("nonsense").name == OWN
    assert services.service(AMAZON).endpoint_in("eu-west-1") is None
