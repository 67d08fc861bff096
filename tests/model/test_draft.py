"""Drafts: each field says what stands against it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from secretsbackup import words
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.draft import problems, within
from secretsbackup.model.profile import Calls, Fingerprint, Hooks, Profile, ProfileName, Source, labelled

GOOD = Profile(
    name=ProfileName("docs"),
    sources=(Source("docs", "/home/ada/docs"),),
    destination=Bucket("b", "p"),
    key=Fingerprint("A" * 40),
)


def test_nothing_stands_against_a_good_draft() -> None:
    assert problems(GOOD) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name", name) for name in ("", ".", "..", "-x", "a b", "a/b", "ä", "x" * 65, "a\n")),
        ("sources", ()),
        ("sources", (Source("docs", "docs"),)),
        *(("sources", (Source(label, "/docs"),)) for label in ("", ".", "..", "a/b")),
        ("sources", (Source("a", "/x"), Source("a", "/y"))),
        ("destination", Bucket("b")),
        ("destination", Folder("/home/ada/docs/backups")),
        ("destination", Folder("/home/ada/docs")),
        ("destination", Folder("/media/caf\udce9")),
        *(("key", key) for key in ("", "ABCD1234", "a" * 40, "G" * 40, "A" * 41)),
        *(("full_every", days) for days in (0, -1)),
        ("keep", 0),
        *(
            ("destination", Host(scheme, host, path, user))
            for scheme, host, path, user in (
                ("sftp", "-oProxyCommand=touch ran", "x", None),
                ("sftp", "nas", 'x"\n!touch ran', None),
                ("sftp", "nas", "x", "-oProxyCommand=touch ran"),
                ("rsync", "nas", "x --rsh=touch", None),
                ("rsync", "nas;touch ran", "x", None),
                ("rsync", "nas", "$(touch ran)", None),
                ("rsync", "nas", "--rsh=touch", None),
                ("rsync", "::1", "x", None),
            )
        ),
        ("destination", Host("sftp", "nas", "x", None, 0)),
        ("destination", Bucket("-b", "p")),
        ("destination", Bucket("b", "p\n")),
        *(
            ("destination", Bucket("b", "p", endpoint))
            for endpoint in ("ftp://x", "-x", "http://a b", "https://u@h")
        ),
        *(("destination", Bucket("b", "p", region=region)) for region in ("-x", "a b", "$(x)")),
        ("sources", (Source("a", "/x\0"),)),
        ("sources", (Source("a\0", "/x"),)),
        ("full_every", 10**12),
        ("staging", "/a\0"),
        ("archive", "/cache/-x"),
        *(("exclude", (pattern,)) for pattern in ("", "  ", "a\nb", "a\0b", "caf\udce9", "ä" * 2001)),
        ("sources", (Source("caf\udce9", "/x"),)),
        *((field, "/caf\udce9") for field in ("staging", "archive")),
        ("hooks", Hooks(before=("caf\udce9",))),
        ("calls", Calls(success="https://x/caf\udce9")),
        ("staging", "stage"),
        ("archive", "archive"),
    ],
)
def test_what_is_wrong_is_said_of_its_field(field: str, value: Any) -> None:
    (problem, *_) = problems(replace(GOOD, **{field: value}))
    assert problem.field == field
    assert words.problem(problem.fault).endswith(".")


@pytest.mark.parametrize(
    "destination",
    [
        Bucket("my.bucket-1", "lap top/ü", "https://x.example/storage/v1/s3", "eu-central-1"),
        Bucket("b", "p", "http://127.0.0.1:9000"),
        Folder("/media/my disk"),
        Host("sftp", "nas_1.example", "/back ups/ü '\"", "ada.l", 2222),
        Host("sftp", "fe80::1%eth0", "x"),
        Host("rsync", "nas", "/srv/back-ups_1", "ada"),
    ],
)
def test_nothing_stands_against_what_is_only_unusual(destination: Destination) -> None:
    assert problems(replace(GOOD, destination=destination)) == ()


def test_an_aws_profile_goes_with_a_bucket_only() -> None:
    assert problems(replace(GOOD, aws_profile="work")) == ()
    folder = replace(GOOD, aws_profile="work", destination=Folder("/media/disk"))
    assert [problem.field for problem in problems(folder)] == ["aws_profile"]


def test_what_was_imported_may_go_on_where_it_began() -> None:
    old = replace(GOOD, sources=(Source(".", "/docs"),), destination=Bucket("b"))
    assert problems(old, imported=True) == ()
    assert {problem.field for problem in problems(old)} == {"sources", "destination"}


@pytest.mark.parametrize(
    ("path", "folder", "is_within"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/x", "/", True),
    ],
)
def test_within_goes_by_whole_names(path: str, folder: str, is_within: bool) -> None:
    assert within(path, folder) is is_within


@given(st.lists(st.sampled_from(["/a/docs", "/b/docs", "/docs-2", "/", "/docs", "/c/docs-2", "/root"])))
def test_every_path_gets_a_label_of_its_own(paths: list[str]) -> None:
    sources = labelled(paths)
    assert [source.path for source in sources] == paths
    assert len({source.label for source in sources}) == len(paths)
    assert not any("/" in source.label for source in sources)


def test_a_label_is_the_last_part_of_its_path() -> None:
    labels = [source.label for source in labelled(["/a/docs", "/b/docs/", "/"])]
    assert labels == ["docs", "docs-2", "root"]


def test_only_a_bucket_without_an_aws_profile_needs_a_key_pair() -> None:
    assert GOOD.needs_key_pair
    assert not replace(GOOD, aws_profile="work").needs_key_pair
    assert not replace(GOOD, destination=Folder("/media/disk")).needs_key_pair
