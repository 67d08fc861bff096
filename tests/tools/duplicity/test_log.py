"""The log that duplicity writes to `--log-fd`, line by line as it comes."""

import errno
import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsbackup.tools.duplicity import log
from secretsbackup.tools.duplicity.log import Parser, Stanza

RECORDED = rb"""NOTICE 1
. Reading globbing filelist

INFO 3
chain-complete
 full 20261122T220828Z 32 enc
orphaned-sets-num 0
. Found primary backup chain with matching signature chain:
. -------------------------
.

INFO 4 'docs/na\xefve.txt'
. A docs/naive.txt

INFO 10 20261122T220828Z 'a b' reg
. Sun Nov 22 22:08:28 2026 a b

ERROR 31 GPGError
. GPGError: GPG Failed, see log below:
. ===== Begin GnuPG log =====

"""


def parsed(text: bytes) -> list[Stanza]:
    """The stanzas of a log."""
    heard: list[Stanza] = []
    parser = Parser(heard.append)
    for line in text.split(b"\n"):
        parser.line(line)
    return heard


def test_a_recorded_log_becomes_its_stanzas() -> None:
    notice, status, new, listed, error = parsed(RECORDED)
    assert notice == Stanza("NOTICE", 1, text=("Reading globbing filelist",))
    assert status.is_info
    assert status.data == ("chain-complete", " full 20261122T220828Z 32 enc", "orphaned-sets-num 0")
    assert status.text == (
        "Found primary backup chain with matching signature chain:",
        "-------------------------",
    )
    assert (new.code, log.path(new.extras)) == (log.NEW, "docs/naïve.txt".encode())
    assert (listed.code, listed.extras) == (log.LISTED, "20261122T220828Z 'a b' reg")
    assert (error.keyword, error.code, len(error.text)) == ("ERROR", 31, 2)
    assert not error.is_info


def test_a_log_that_stops_in_a_stanza_gives_the_whole_ones_before() -> None:
    assert len(parsed(RECORDED + b"INFO 4 'cut of")) == 5
    assert parsed(b"INFO 4 'cut of") == []


def test_what_is_no_stanza_is_passed_over() -> None:
    assert parsed(b"Traceback (most recent call last):\n  File\n\nINFO 4 'a'\n\n") == [
        Stanza("INFO", 4, "'a'"),
    ]


@pytest.mark.parametrize(
    ("extras", "path"),
    [
        ("'plain'", b"plain"),
        ("'with a space'", b"with a space"),
        (r"'it\'s'", b"it's"),
        (r"'new\nline\ttab'", b"new\nline\ttab"),
        (r"'back\\slash'", b"back\\slash"),
        (r"'\u20ac'", "€".encode()),
        (r"'\U0001f511'", "🔑".encode()),
        (r"'\xe4'", "ä".encode()),
        ("'ä€'", "ä€".encode()),
        (r"'\udcff'", b"\xff"),
        ("'say \"hi\"'", b'say "hi"'),
        ("bare", b"bare"),
        ("", b""),
    ],
)
def test_a_path_is_the_bytes_that_its_file_is_called(extras: str, path: bytes) -> None:
    assert log.path(extras) == path


def quoted(name: bytes) -> str:
    """A name as duplicity's util.escape writes it."""
    return "'" + os.fsdecode(name).encode("unicode_escape").decode().replace("'", "\\x27") + "'"


@pytest.mark.parametrize(
    ("stanza", "left_out"),
    [
        (
            Stanza("WARNING", 12, "'a b'", text=("Error '[Errno 13] Permission denied: b'/x''",)),
            (b"a b", "Permission denied"),
        ),
        (
            Stanza("WARNING", 10, r"'na\xefve'", text=("possibly locked",)),
            (b"na\xc3\xafve", ""),
        ),
        (Stanza("WARNING", 1, "'a'", text=("Attempt of put Nr. 1 failed",)), None),
        (Stanza("ERROR", 12, "'a'"), None),
    ],
)
def test_what_was_left_out_is_told(stanza: Stanza, left_out: tuple[bytes, str] | None) -> None:
    assert log.left_out(stanza) == left_out


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Error '[Errno 5] Input/output error: b'/x'' processing a", errno.EIO),
        ("Error 'Error creating directory /x' processing a", errno.EACCES),
        ("Error 'librsync error 103 while in patch cycle' processing a", None),
    ],
)
def test_what_the_system_refused_is_told_from_what_is_damaged(said: str, number: int | None) -> None:
    assert log.refused(Stanza("WARNING", 12, "'a'", text=(said,))) == number


@pytest.mark.parametrize(
    ("stanza", "misread"),
    [
        (
            Stanza("WARNING", 1, text=("Error [Errno 5] Input/output error getting delta for /stage/a b",)),
            b"/stage/a b",
        ),
        (
            Stanza("WARNING", 1, text=("Error [Errno 116] Stale file handle getting delta for x", "y\udcff")),
            b"x\ny\xff",
        ),
        (Stanza("WARNING", 1, text=("Error listing directory /stage/a",)), None),
        (Stanza("NOTICE", 1, text=("Error x getting delta for y",)), None),
    ],
)
def test_what_was_not_read_to_its_end_is_told(stanza: Stanza, misread: bytes | None) -> None:
    assert log.misread(stanza) == misread


@given(st.binary(max_size=30))
def test_any_name_survives_duplicitys_quoting(name: bytes) -> None:
    assert log.path(quoted(name)) == name
    assert log.path(f"20261122T220828Z {quoted(name)} reg") == name


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))))
def test_no_bytes_make_the_parser_stumble(lines: list[bytes]) -> None:
    parser = Parser(_read)
    for line in [*lines, b"INFO 4 'the end'", b""]:
        parser.line(line)


@given(
    st.lists(
        st.from_regex(rb"(INFO|WARNING|ERROR|NOTICE) [0-9]{1,30}( .*)?", fullmatch=True)
        | st.binary(max_size=40).map(lambda line: line.replace(b"\n", b""))
        | st.just(b"")
    )
)
@example([b"INFO " + b"9" * 5000, b""])
def test_no_stanza_makes_the_parser_stumble(lines: list[bytes]) -> None:
    heard: list[Stanza] = []
    parser = Parser(heard.append)
    for line in [*lines, b""]:
        parser.line(line)
    for stanza in heard:
        log.path(stanza.extras)
        log.left_out(stanza)
        log.misread(stanza)


@given(st.text(alphabet=st.sampled_from("'\"\\ux0aU{N}\n é\udc80"), max_size=12))
@example(r"'\u'")
@example(r"'\ud83d'")
@example("'")
def test_no_extras_make_a_path_stumble(extras: str) -> None:
    assert isinstance(log.path(extras), bytes)


def _read(stanza: Stanza) -> None:
    log.path(stanza.extras)
