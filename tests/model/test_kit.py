"""Kits come back from whatever somebody types, scans or copies; what is wrong is named by its line."""

import json
import random
import re
import string
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model import kit as kits
from secretsbackup.model.kit import Kit

KEY = random.Random(4711).randbytes(561)
KIT = Kit("2026-11-22", 'version = 1\n\n[profile.docs]\nkey = "ABCD"\n' + "x" * 300, KEY)
TYPED = [*kits.settings_lines(KIT), *kits.key_lines(KIT)]

any_kit = st.builds(Kit, st.dates().map(str), st.text(max_size=2000), st.binary(min_size=1, max_size=4000))


def read(lines: list[str]) -> Kit:
    """The kit in these lines."""
    return kits.parse("\n".join(lines)).kit


def refused(lines: list[str]) -> str:
    """What is wrong with these lines."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is what is looked at
        read(lines)
    return str(caught.value)


@given(any_kit)
def test_a_kit_comes_back_from_its_lines_its_codes_and_its_block(kit: Kit) -> None:
    typed = [*kits.settings_lines(kit), *kits.key_lines(kit)]
    assert kits.parse("\n".join(typed)) == kits.Reading(kit, ())
    assert kits.parse("\n".join(reversed(kits.pieces(kit)))) == kits.Reading(kit, ())
    block = [*kits.settings_lines(kit), kits.armored(kit.key)]
    assert kits.parse("\n".join(block)) == kits.Reading(kit, ())


@given(any_kit)
def test_lines_are_for_people_and_codes_are_dense(kit: Kit) -> None:
    for line in (*kits.settings_lines(kit), *kits.key_lines(kit)):
        assert re.fullmatch(r"[SK]\d+/\d+: ([A-Z2-7]{4} )*([A-Z2-7=]{4})( ====)?  [A-Z2-7]{4}", line)
        assert len(line) <= 80
    for piece in kits.pieces(kit):
        assert set(piece) <= {*string.ascii_uppercase, *string.digits, *" $%*+-./:"}
        assert len(piece) <= 1852, "what a code of version 25 holds"


@pytest.mark.parametrize(
    "carelessly",
    [
        str.lower,
        lambda line: line.replace("  ", " "),
        lambda line: line.replace(" ", ""),
        lambda line: line.replace(":", ""),
        lambda line: f"   {line}\t\r",
        lambda line: line.replace("O", "0").replace("B", "8"),
        lambda line: line.replace("I", "1"),
        lambda line: line.replace("L", "1"),
        lambda line: line.replace("0", "o").replace("=", ""),
        lambda line: f"{line}\n\nNote: rain again",
        lambda line: line.replace("  ", " - "),
    ],
)
def test_careless_typing_will_do(carelessly) -> None:  # type: ignore[no-untyped-def]
    assert read([carelessly(line) for line in TYPED]) == KIT


def test_any_order_and_several_on_a_line_will_do() -> None:
    shuffled = random.Random(1).sample(TYPED, len(TYPED))
    assert read(shuffled) == KIT
    pairs = [f"{a}      {b}" for a, b in zip(TYPED[::2], [*TYPED[1::2], ""], strict=False)]
    assert read(pairs) == KIT


@given(st.integers(0, len(TYPED) - 1), st.data())
def test_one_wrong_letter_anywhere_names_its_line(which: int, data: st.DataObject) -> None:
    line = TYPED[which]
    tag, _, body = line.partition(": ")
    at = data.draw(st.sampled_from([n for n, letter in enumerate(body) if letter not in " ="]))
    other = data.draw(st.sampled_from(sorted({*string.ascii_uppercase, *"234567"} - {body[at]})))
    wrong = f"{tag}: {body[:at]}{other}{body[at + 1 :]}"
    sentence = refused([*TYPED[:which], wrong, *TYPED[which + 1 :]])
    assert sentence == f"line {tag} is not as it was printed"


@given(st.integers(0, len(TYPED) - 1), st.data())
def test_two_letters_that_changed_places_name_their_line(which: int, data: st.DataObject) -> None:
    tag, _, body = TYPED[which].partition(": ")
    pairs = [n for n in range(len(body) - 1) if body[n].isalnum() and body[n + 1].isalnum()]
    at = data.draw(st.sampled_from([n for n in pairs if body[n] != body[n + 1]]))
    wrong = f"{tag}: {body[:at]}{body[at + 1]}{body[at]}{body[at + 2 :]}"
    assert f"line {tag} is not as" in refused([*TYPED[:which], wrong, *TYPED[which + 1 :]])


@pytest.mark.parametrize("which", [0, 3, len(TYPED) - 1])
def test_a_line_that_was_forgotten_is_missing(which: int) -> None:
    sentence = refused([*TYPED[:which], *TYPED[which + 1 :]])
    assert sentence == f"line {TYPED[which].split(':')[0]} is missing"


def test_a_letter_that_was_forgotten_is_counted() -> None:
    line = next(line for line in TYPED if line.startswith("K04"))
    short = line[:20] + line[21:]
    assert refused([short if one == line else one for one in TYPED]) == (
        "line K04/19 is not as it was printed: it has 51 letters where 52 are"
    )


def test_a_line_that_was_typed_again_counts_once() -> None:
    assert read([TYPED[5].replace(TYPED[5][9], "7"), *TYPED, TYPED[5]]) == KIT


def test_what_stands_there_once_more_is_taken_and_the_fault_is_told() -> None:
    block = kits.armored(KEY)
    damaged = [line for line in TYPED if not line.startswith("K07")]
    reading = kits.parse("\n".join([*damaged, block]))
    assert (reading.kit, reading.faults) == (KIT, ("line K07/19 is missing",))
    reading = kits.parse("\n".join([*TYPED, block.replace("A", "B", 1)]))
    assert reading.kit == KIT
    assert "BEGIN and END" in reading.faults[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no line of a kit"),
        ("Dear diary,\ntoday I made 3/4 of a cake.", "no line of a kit"),
        ("\n".join(kits.key_lines(KIT)), "settings"),
        (kits.armored(KEY), "settings"),
        ("\n".join(kits.settings_lines(KIT)), "key"),
        (kits.pieces(KIT)[0].replace("Q1/1", "Q1/2"), "code 1 of 2"),
        ("\n".join([*kits.settings_lines(KIT), kits.armored(KEY)[:300]]), "BEGIN and END"),
    ],
)
def test_half_a_kit_says_what_is_missing(text: str, says: str) -> None:
    assert says in refused([text])


def test_two_kits_are_not_mixed() -> None:
    other = Kit(KIT.made, KIT.settings, KEY[::-1])
    assert "two different kits" in refused([*kits.settings_lines(KIT), *kits.key_lines(other)])


def test_a_kit_of_a_newer_program_says_so() -> None:
    newer = kits.settings_lines(KIT, version=kits.VERSION + 1)
    assert "newer version" in refused([*newer, *kits.key_lines(KIT)])


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    try:
        kits.parse(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - nothing else may come


@given(
    st.lists(
        st.tuples(
            st.sampled_from("SKQskq"),
            st.integers(0, 99999),
            st.integers(0, 99999),
            st.text("AZaz27019= -/SK", max_size=70),
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_no_lines_make_the_reader_stumble(lines: list[tuple[str, int, int, str]], whole: bool) -> None:
    text = [f"{series}{number}/{total} {body}" for series, number, total, body in lines]
    try:
        kits.parse("\n".join([*text, *(TYPED if whole else [])]))
    except ValueError as error:
        assert str(error)  # noqa: PT017 - nothing else may come


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
HEADS = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=60).map(zlib.compress),
    st.dictionaries(st.sampled_from(["kit", "made", "key", "settings"]), ANY).map(
        lambda entries: zlib.compress(json.dumps({**HEAD, **entries}).encode())
    ),
    st.integers(0, 12).map(lambda depth: zlib.compress(b"[" * 3**depth)),
    st.just(zlib.compress(b'{"settings": "' + b"x" * 20_000_000 + b'"}', 1)),
)
HEAD = {"kit": 1, "made": "2026-11-22", "key": kits.digest(KEY), "settings": "version = 1"}


@given(HEADS, st.just(KEY) | st.binary(max_size=40), st.sampled_from("KQ"))
def test_what_somebody_forged_with_right_checksums_is_read_or_refused(
    head: bytes, key: bytes, series: str
) -> None:
    lines = [*kits.numbered_lines("S", head), *kits.numbered_lines(series, key)]
    try:
        found = kits.parse("\n".join(lines)).kit
    except ValueError as error:
        assert str(error)  # noqa: PT017 - nothing else may come
    else:
        assert isinstance(found.settings, str)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_rightly_or_refused(at: int, noise: bytes) -> None:
    text = "\n".join([*TYPED, kits.armored(KEY)]).encode()
    at %= len(text)
    damaged = text[:at] + noise + text[at + len(noise) :]
    try:
        assert kits.parse(damaged.decode("utf-8", "replace")).kit == KIT
    except ValueError as error:
        assert str(error)  # noqa: PT017 - nothing else may come


def test_plain_tools_read_the_lines_and_the_block() -> None:
    data = "".join("".join(line.split()[1:-1]) for line in kits.key_lines(KIT))
    decoded = subprocess.run(["base32", "-d"], input=data.encode(), check=True, capture_output=True)
    assert decoded.stdout == KEY
    block = kits.armored(KEY).replace("PRIVATE KEY BLOCK", "ARMORED FILE").encode()
    opened = subprocess.run(["gpg", "--dearmor"], input=block, check=True, capture_output=True)
    assert opened.stdout == KEY
