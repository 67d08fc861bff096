"""Says what rsync's exclude patterns leave out, for counts and previews. What is copied, rsync decides.

The rules are those of man rsync, PATTERN MATCHING RULES, and of its exclude.c (rule_matches) and
lib/wildmatch.c. They speak of bytes: a “?” is one byte of a letter.
"""

import re
import string
from collections.abc import Iterable
from typing import NamedTuple


class Patterns:
    """A set of exclude patterns. Paths are relative to the source, as bytes."""

    def __init__(self, patterns: Iterable[str]) -> None:
        rules = [_read(pattern) for pattern in patterns if pattern.strip("/")]
        names, paths = [one for one in rules if not one.of_path], [one for one in rules if one.of_path]
        self._folder_names = _any(one.regex for one in names)
        self._file_names = _any(one.regex for one in names if not one.folders_only)
        self._folders = _any(one.regex + (b"" if one.with_content else b"/") for one in paths)
        self._files = _any(one.regex for one in paths if not one.folders_only)
        self._has_paths = bool(paths)

    def match(self, path: bytes, *, folder: bool) -> bool:
        """Whether the patterns name a file or a folder itself, whatever they say of the folders above it."""
        if (self._folder_names if folder else self._file_names).fullmatch(path.rpartition(b"/")[2]):
            return True
        if not self._has_paths:
            return False
        rule, subject = (self._folders, b"/%b/" % path) if folder else (self._files, b"/" + path)
        return bool(rule.fullmatch(subject))

    def exclude(self, path: bytes) -> bool:
        """Whether a path is left out, itself or with a folder above it; a folder's ends in a slash."""
        bare = path.rstrip(b"/")
        above = (bare[: slash.start()] for slash in re.finditer(rb"/", bare))
        return any(self.match(one, folder=True) for one in above) or self.match(
            bare, folder=path.endswith(b"/")
        )


class _Rule(NamedTuple):
    """A pattern as a regular expression: of the last name, or of the whole path behind a slash. With its
    content it leaves out a folder that ends in a slash there (“folder/***”)."""

    regex: bytes
    of_path: bool
    folders_only: bool
    with_content: bool


def _read(pattern: str) -> _Rule:
    raw = pattern.encode("utf-8", "surrogateescape")
    bare = raw.removesuffix(b"/")
    is_wild = bool(re.search(rb"[*?\[]", bare))
    deep = b"**" in bare
    of_path = deep or b"/" in bare
    regex = (_wild if is_wild else re.escape)(bare.removeprefix(b"/"))
    if bare.startswith(b"/"):
        regex = b"/" + regex
    elif of_path and not bare.startswith(b"**"):
        regex = b"(?:.*/)" + regex
    return _Rule(regex, of_path, folders_only=bare != raw, with_content=bare.endswith(b"***"))


_NEVER = b"(?!)"
_TOKENS = re.compile(
    rb"(?P<deep>\*{2,})|(?P<star>\*)|(?P<one>\?)|\\(?P<quoted>.)|(?P<plain>[^\[\\])"
    rb"|\[(?P<without>[!^]?)(?P<set>(?:\[:\w+:\]|\\.|[^\\])(?:\[:\w+:\]|\\.|[^\\\]])*)\]|(?P<open>.)",
    re.DOTALL,
)


def _wild(glob: bytes) -> bytes:
    """The regular expression of a pattern with wildcards. What a “[” begins must end."""
    return b"".join(map(_token, _TOKENS.finditer(glob)))


def _token(found: re.Match[bytes]) -> bytes:
    match found.lastgroup:
        case "deep":
            return b".*"
        case "star":
            return b"[^/]*"
        case "one":
            return b"[^/]"
        case "set":
            members = _members(found["set"])
            return _one_of((_BYTES - members if found["without"] else members) - {ord("/")})
        case "open":
            return _NEVER
        case _:
            return re.escape(found[found.lastgroup or 0])


_BYTES = frozenset(range(256))
_CLASSES = {
    b"alnum": string.ascii_letters + string.digits,
    b"alpha": string.ascii_letters,
    b"blank": " \t",
    b"digit": string.digits,
    b"lower": string.ascii_lowercase,
    b"punct": string.punctuation,
    b"space": string.whitespace,
    b"upper": string.ascii_uppercase,
    b"xdigit": string.hexdigits,
}


def _members(inside: bytes) -> frozenset[int]:
    """The bytes that a set in brackets names."""
    found: set[int] = set()
    before: int | None = None
    items = re.findall(rb"\[:(\w+):\]|\\(.)|(.)", inside, re.DOTALL)
    while items:
        name, quoted, plain = items.pop(0)
        if name:
            found, before = found | set(_CLASSES.get(name, "").encode()), None
        elif plain == b"-" and before is not None and items:
            _, quoted, plain = items.pop(0)
            found, before = found | set(range(before, (quoted or plain or b"[")[0] + 1)), None
        else:
            before = (quoted or plain)[0]
            found.add(before)
    return frozenset(found)


def _one_of(members: Iterable[int]) -> bytes:
    named = b"".join(re.escape(bytes([one])) for one in sorted(members))
    return b"[%b]" % named if named else _NEVER


def _any(regexes: Iterable[bytes]) -> re.Pattern[bytes]:
    return re.compile(b"|".join(b"(?:%b)" % one for one in regexes) or _NEVER, re.DOTALL)
