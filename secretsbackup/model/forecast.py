"""Forecast: what a restore will come to, before it is begun."""

import msgspec


class Forecast(msgspec.Struct, frozen=True):
    """What is restored, in files and bytes; what is fetched for it, in volumes and bytes at the destination
    (0 where no manifest is here that tells); how many seconds that takes, None where none were measured."""

    files: int
    bytes: int
    volumes: int
    fetched: int
    seconds: float | None
