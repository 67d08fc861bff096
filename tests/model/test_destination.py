"""Destinations: every one has a URL that is read as itself, and a bad URL gets a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model.destination import Bucket, Destination, Folder, Host, StorageClass, parse, url

WORD = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), min_size=1, max_size=8)
ANY = st.text(st.characters(blacklist_characters="\0/", blacklist_categories=["Cs"]), min_size=1, max_size=8)
PART = ANY.filter(lambda part: part not in (".", ".."))
PATH = st.lists(PART, min_size=1, max_size=3).map("/".join)
DESTINATIONS = st.one_of(
    st.builds(Bucket, WORD, PATH | st.just("")),
    st.builds(Folder, PATH.map(lambda path: f"/{path}")),
    st.builds(
        Host,
        st.sampled_from(["sftp", "rsync"]),
        WORD,
        PATH,
        st.none() | WORD,
        st.none() | st.integers(1, 65535),
    ),
)


@given(DESTINATIONS)
def test_every_destination_is_read_from_its_own_url(destination: Destination) -> None:
    assert parse(url(destination)) == destination


@pytest.mark.parametrize(
    ("text", "destination"),
    [
        ("s3://bucket/prefix", Bucket("bucket", "prefix")),
        ("s3://bucket//a//b/", Bucket("bucket", "a/b")),
        ("s3:///bucket/prefix", Bucket("bucket", "prefix")),
        ("boto3+s3://bucket/prefix", Bucket("bucket", "prefix")),
        ("s3+http://bucket/prefix", Bucket("bucket", "prefix")),
        ("s3://bucket", Bucket("bucket")),
        ("file:///media/disk/", Folder("/media/disk")),
        ("file:///media/my%20disk", Folder("/media/my disk")),
        ("sftp://ada@nas:2222/backups/", Host("sftp", "nas", "backups", "ada", 2222)),
        ("sftp://nas//srv/backups", Host("sftp", "nas", "/srv/backups")),
        ("rsync://nas/b", Host("rsync", "nas", "b")),
    ],
)
def test_a_url_is_read_as_people_write_it(text: str, destination: Destination) -> None:
    assert parse(text) == destination


def test_what_a_url_cannot_say_is_said_beside_it() -> None:
    assert parse(
        "s3://b/p", endpoint="https://s3.example", region="eu-west-1", storage_class="standard_ia"
    ) == Bucket("b", "p", "https://s3.example", "eu-west-1", StorageClass.STANDARD_IA)
    assert parse("s3://b/p", endpoint="", region="", storage_class="") == Bucket("b", "p")


@pytest.mark.parametrize(
    "text",
    [
        *("", "bucket", "/media/disk", "s3:", "s3://", "s3:///", "ftp://host/x", "file://", "file://disk"),
        *("sftp://", "sftp://host", "sftp://host/", "rsync:///path", "sftp://ada:secret@host/x"),
        *("sftp://host:port/x", "sftp://host:99999/x", "s3://[/x", "://x", "s3://user:pw@bucket/x"),
    ],
)
def test_a_bad_url_gets_a_sentence_without_its_password(text: str) -> None:
    with pytest.raises(ValueError, match=" ") as caught:
        parse(text)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=20).map(lambda text: f"sftp://{text}") | st.text())
def test_no_text_does_anything_but_name_a_destination_or_get_a_sentence(text: str) -> None:
    try:
        destination = parse(text)
    except ValueError:
        return
    assert isinstance(destination, Bucket | Folder | Host)


@pytest.mark.parametrize(
    ("more", "named"), [({"storage_class": "GLACIER"}, "GLACIER"), ({"endpoint": "s3.example"}, "s3.example")]
)
def test_what_is_bad_beside_a_url_gets_a_sentence(more: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse("s3://b/p", **more)


def test_the_names_of_a_buckets_objects_begin_with_its_prefix() -> None:
    assert Bucket("b", "p/q").key_prefix == "p/q/"
    assert Bucket("b").key_prefix == ""


def test_a_login_has_its_user() -> None:
    assert Host("sftp", "nas", "b", "ada").login == "ada@nas"
    assert Host("sftp", "nas", "b").login == "nas"
