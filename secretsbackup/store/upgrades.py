"""Upgrades of profiles.toml: pure functions from one version's content to the next one's."""

from collections.abc import Callable
from typing import Any

Content = dict[str, Any]

_NAMES_OF_2 = {
    "spread": "jitter_minutes",
    "patience": "overdue_after_days",
    "surge": "ask_above_new_gb",
    "upheaval": "ask_above_changed_percent",
    "prove_every": "verify_every",
}


def _with_plain_names(content: Content) -> Content:
    """Version 2: names that say what they mean."""
    match content:
        case {"profile": dict(profiles)}:
            return {**content, "profile": {name: _renamed(entry) for name, entry in profiles.items()}}
        case _:
            return content


def _renamed(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {_NAMES_OF_2.get(name, name): value for name, value in entry.items()}


STEPS: tuple[Callable[[Content], Content], ...] = (_with_plain_names,)
"""The function at index n makes version n + 2 of version n + 1. It leaves alone what is not as it should be:
whoever reads that says so."""

NEWEST = len(STEPS) + 1


def upgraded(content: Content, version: int) -> Content:
    """The content as the newest version has it."""
    for step in STEPS[version - 1 :]:
        content = step(content)
    return content
