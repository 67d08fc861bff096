"""Destinations: every one has a URL that is read as itself, and a bad URL gets a sentence."""

from urllib.parse import unquote, urlparse

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsbackup import words
from secretsbackup.model.destination import (
    Bucket,
    Destination,
    Folder,
    Host,
    StorageClass,
    open_to_view,
    parse,
    parse_or_folder,
    url,
)
from secretsbackup.model.faults import Unreadable

WORD = st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), min_size=1, max_size=8)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
PRINTABLE = TEXT.filter(str.isprintable)
NAMED = PRINTABLE.filter(lambda text: text.strip("/"))
HOST = WORD | st.sampled_from(["NAS.local", "::1", "fe80::1%eth0", "2001:DB8::7", "[::1]", "192.168.0.7"])
USER = WORD | st.sampled_from(["ada@example.org", "Ada.L", "a+b-c_d"])
HOSTS = st.builds(
    Host, st.sampled_from(["sftp", "rsync"]), HOST, NAMED, st.none() | USER, st.none() | st.integers(1, 65535)
)
DESTINATIONS = st.one_of(
    st.builds(Bucket, WORD, PRINTABLE), st.builds(Folder, TEXT.map(lambda path: f"/{path}")), HOSTS
)


@given(DESTINATIONS)
@example(Folder("/media/C# backups/what?now/100%/a%41 & b"))
@example(Bucket("bucket", "my#laptop/what?/%23"))
@example(Host("sftp", "::1", "//srv//b/", "ada@example.org", 2222))
@example(Folder("//media/disk"))
def test_every_destination_is_read_from_its_own_url(destination: Destination) -> None:
    assert parse(url(destination)) == destination
    assert parse(f" {url(destination)}") == destination, "as it is pasted"


@given(PRINTABLE.filter(lambda text: "%" not in text))
@example("C# backups")
@example("what?now")
@example("ends with a blank ")
@example("//a//b;c=d&e")
def test_what_is_typed_is_a_name_and_no_query(text: str) -> None:
    assert parse(f"file:///{text}") == Folder(f"/{text}")
    if not {*"#?"} & {*text}:
        assert parse(f"s3://bucket/{text}") == Bucket("bucket", text)
    if text.strip("/"):
        assert parse(f"sftp://ada@nas:22/{text}") == Host("sftp", "nas", text, "ada", 22)


@given(
    st.text(max_size=30)
    | PRINTABLE.map(lambda text: f"sftp://{text}")
    | PRINTABLE.map(lambda text: f"s3://{text}")
)
def test_what_is_read_once_is_read_again(text: str) -> None:
    try:
        destination = parse(text)
    except ValueError:
        return
    assert parse(url(destination)) == destination


@given(DESTINATIONS)
def test_duplicity_reads_the_same(destination: Destination) -> None:
    """As its ParsedUrl does (backend.py, 3.2): urlparse, then the path without its %XX."""
    parts = urlparse(url(destination))
    assert not parts.query
    assert not parts.fragment
    path = unquote(parts.path)
    match destination:
        case Bucket(bucket=bucket, prefix=prefix):
            assert (parts.netloc, path.strip("/")) == (bucket, prefix)
        case Folder(path=folder):
            assert (parts.netloc, path) == ("", folder)
        case Host(host=host, path=folder, user=user, port=port):
            assert (parts.hostname, path[1:], parts.username, parts.port) == (host, folder, user, port)


def test_a_folder_by_its_path_is_taken_as_it_is() -> None:
    assert parse_or_folder("/media/50%25 #1?") == Folder("/media/50%25 #1?")
    assert parse_or_folder("s3://b/p", region="eu-west-1") == Bucket("b", "p", region="eu-west-1")


def test_slashes_and_the_letters_of_a_host_make_no_other_place() -> None:
    assert Bucket("b", "/p//q/") == Bucket("b", "p/q")
    assert Folder("//media//disk/./") == Folder("/media/disk")
    assert msgspec.json.decode(b'{"type": "folder", "path": "//a//b/"}', type=Folder) == Folder("/a/b")
    assert msgspec.structs.replace(Folder("/a"), path="/b//") == Folder("/b")
    assert Host("sftp", "[FE80::1%Eth0]", "//srv//b/") == Host("sftp", "fe80::1%Eth0", "/srv/b")


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
        ("rsync://ada@nas:/b", Host("rsync", "nas", "b", "ada")),
        ("sftp://ada%40example.org@NAS/b", Host("sftp", "nas", "b", "ada@example.org")),
        ("sftp://[::1]:22/b", Host("sftp", "::1", "b", None, 22)),
        ("file:///media/100%/50%25", Folder("/media/100%/50%")),
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
        *(
            "s3://host:9000/bucket",
            "s3://my bucket/x",
            "file:///caf%E9",
            "file:///caf\udce9",
            "s3://b/\udce9",
        ),
        *(
            "sftp://-oProxyCommand=x/y",
            "sftp://-x@host/y",
            "sftp://host/a\nrm b",
            "sftp://host:0/x",
            "file:///a%00",
        ),
    ],
)
def test_a_bad_url_gets_a_sentence_without_its_password(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    sentence = words.problem(caught.value.fault)
    assert " " in sentence
    assert "secret" not in sentence


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
    assert Host("sftp", "::1", "b", "ada").login == "ada@::1"
    assert Host("sftp", "::1", "b", "ada").address == "ada@[::1]"


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        (None, ""),
        ("https://s3.example.org", ""),
        ("http://s3.example.org:9000", "s3.example.org"),
        ("http://192.0.2.1", "192.0.2.1"),
        ("http://[2001:db8::1]:80", "2001:db8::1"),
        *((f"http://{near}", "") for near in ("localhost:9000", "127.0.0.1", "10.1.2.3", "192.168.1.5:9000")),
        *((f"http://{near}", "") for near in ("[::1]:9000", "[fd00::1]", "nas", "nas.local", "100.64.0.7")),
    ],
)
def test_only_what_goes_through_networks_of_others_is_open_to_view(endpoint: str | None, host: str) -> None:
    assert open_to_view(Bucket("bucket", "p", endpoint)) == host
