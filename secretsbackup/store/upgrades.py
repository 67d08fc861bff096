"""Upgrades of profiles.toml: pure functions from one version's content to the next one's."""

from collections.abc import Callable
from typing import Any

Content = dict[str, Any]

STEPS: tuple[Callable[[Content], Content], ...] = ()
"""The function at index n makes version n + 2 of version n + 1."""

NEWEST = len(STEPS) + 1


def upgraded(content: Content, version: int) -> Content:
    """The content as the newest version has it."""
    for step in STEPS[version - 1 :]:
        content = step(content)
    return content
