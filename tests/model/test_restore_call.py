"""Errands bring all that is wanted, nothing twice, and open no volume in vain."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from secretsbackup.model.restore_call import outermost, restore_calls

PATHS = [
    b"/".join(parts)
    for parts in ((b"a",), (b"a", b"1"), (b"a", b"2"), (b"a", b"b"), (b"a", b"b", b"3"), (b"ab",), (b"c",))
]


def always(_folder: bytes, _wanted: Sequence[bytes]) -> bool:
    return True


def never(_folder: bytes, _wanted: Sequence[bytes]) -> bool:
    return False


def one_volume(_path: bytes) -> frozenset[str]:
    return frozenset(["vol1"])


def test_what_lies_below_another_is_not_asked_for_twice() -> None:
    assert outermost([b"a/1", b"a", b"ab", b"a/b/3", b"a"]) == [b"a", b"ab"]
    assert outermost([b"a", b""]) == [b""]


def test_siblings_in_the_same_volumes_are_one_call() -> None:
    one, two = restore_calls([b"a/1", b"a/2", b"a/b/3"], one_volume, lambda folder, _wanted: folder == b"a")
    assert (one.path, set(one.wanted)) == (b"a", {b"a/1", b"a/2"})
    assert two.path == b"a/b/3"


def test_a_folder_that_is_not_worth_it_or_opens_more_is_no_call() -> None:
    assert [one.path for one in restore_calls([b"a/1", b"a/2"], one_volume, never)] == [b"a/1", b"a/2"]

    def volumes(path: bytes) -> frozenset[str]:
        return frozenset(["vol1", "vol2"] if path in (b"a", b"") else ["vol1"])

    assert [one.path for one in restore_calls([b"a/1", b"a/2"], volumes, always)] == [b"a/1", b"a/2"]


def test_many_calls_are_dearer_than_a_volume() -> None:
    def volumes(path: bytes) -> frozenset[str]:
        return frozenset(["vol1", "vol2"] if path == b"a" else ["vol1"])

    few, many = ([b"a/%d" % number for number in range(count)] for count in (10, 1000))
    assert len(restore_calls(few, volumes, always)) == 10
    (one,) = restore_calls(many, volumes, always)
    assert (one.path, len(one.wanted), one.volumes) == (b"a", 1000, {"vol1", "vol2"})


@given(some.lists(some.sampled_from(PATHS)), some.dictionaries(some.sampled_from(PATHS), some.integers(1, 3)))
def test_all_that_is_wanted_is_asked_for_once_and_no_volume_in_vain(
    paths: list[bytes], lies: dict[bytes, int]
) -> None:
    def volumes(path: bytes) -> frozenset[str]:
        below = [one for one in PATHS if path in (b"", one) or one.startswith(path + b"/")]
        return frozenset(f"vol{lies.get(one, 1)}" for one in below)

    found = restore_calls(paths, volumes, always)
    wanted = [path for one in found for path in one.wanted]
    assert sorted(wanted) == sorted(outermost(paths))
    needed = frozenset[str]().union(*(volumes(path) for path in paths))
    assert frozenset[str]().union(*(volumes(one.path) for one in found)) == needed
    assert all(one.volumes == volumes(one.path) for one in found)
