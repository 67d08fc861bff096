"""Patterns: a path is left out however it is written, and what rsync understood it still does."""

import pytest

from secretsbackup.model.patterns import is_path, meant

HOME, SOURCE = "/home/ada", "/home/ada/src"


def means(pattern: str, *, roots: tuple[str, ...] = (SOURCE,)) -> tuple[str, ...]:
    """What a pattern means besides what rsync makes of it."""
    first, *more = meant([pattern], "src", roots, HOME)
    assert first == pattern
    return tuple(more)


@pytest.mark.parametrize(
    "pattern",
    [
        *("/home/ada/src/private", "~/src/private", "$HOME/src/private", "${HOME}/src/private"),
        *("src/private", "./src/private", "/home/ada/src//private"),
        *("./private", "src/letters/../private", "~/src/../src/private", "/home/ada/src/private/x/.."),
    ],
)
def test_a_path_is_meant_from_the_source(pattern: str) -> None:
    assert means(pattern) == ("/private",)
    assert means(f"{pattern}/") == ("/private/",)


@pytest.mark.parametrize(
    "pattern",
    [
        "*.iso",
        "node_modules/",
        "/Downloads/",
        "a/b",
        "/src/x",
        "~",
        "src",
        "src/",
        SOURCE,
        "/home/ada/srcs/x",
    ],
)
def test_what_rsync_alone_understands_stays_as_it_is(pattern: str) -> None:
    assert means(pattern) == ()


def test_a_path_may_have_wildcards_or_be_meant_to_the_letter() -> None:
    assert means("~/src/*/cache") == ("/*/cache", "/\\*/cache")
    assert means("/home/ada/src/a[1]") == ("/a[1]", "/a\\[1]")


def test_a_source_has_the_name_without_links_too() -> None:
    assert means("/var/home/ada/src/x", roots=(SOURCE, "/var/home/ada/src")) == ("/x",)
    resolved = {"/mnt/x": f"{SOURCE}/x"}
    assert meant(["/mnt/x"], "src", (SOURCE,), HOME, lambda path: resolved.get(path, path)) == (
        "/mnt/x",
        "/x",
    )


def test_the_root_is_a_source_like_any_other() -> None:
    assert means("/home/ada/x", roots=("/",)) == ()
    assert means("~/x", roots=("/",)) == ("/home/ada/x",)


@pytest.mark.parametrize(
    ("pattern", "names_a_place"),
    [
        ("/a/b", True),
        ("~/a/", True),
        ("src/a", True),
        ("a", False),
        ("a/", False),
        ("/a/*", False),
        ("[a]/b", False),
    ],
)
def test_a_path_names_a_place(pattern: str, names_a_place: bool) -> None:
    assert is_path(pattern) is names_a_place
