"""Passphrases are made of the EFF's words, fairly, and one's own is judged soberly."""

import math
from collections import Counter

import pytest

from secretsbackup.model.secret import Secret
from secretsbackup.tools import passphrase


def test_the_list_is_the_effs_long_one() -> None:
    words = passphrase.words()
    assert len(words) == len(set(words)) == 6**5
    assert (words[0], words[-1]) == ("abacus", "zoom")
    assert all(3 <= len(word) <= 9 for word in words)


def test_ten_words_are_129_bits() -> None:
    made = passphrase.make()
    assert len(made.words) == 10
    assert math.floor(made.bits) == 129
    assert set(made.words) <= set(passphrase.words())


def test_words_are_drawn_fairly() -> None:
    drawn = Counter(word for _ in range(800) for word in passphrase.make(24).words)
    assert len(drawn) > 6900, "nearly every word is drawn in 19 200: e^-2.47 of 7776 are not"
    assert max(drawn.values()) < 20


def test_a_phrase_does_not_print_itself() -> None:
    made = passphrase.make()
    assert made.words[0] not in f"{made!r} {made} {made.secret!r}"


@pytest.mark.parametrize(
    ("typed", "right"), [("{}", True), ("  {}  ", True), ("{} more", False), ("", False), ("wrong", False)]
)
def test_a_phrase_is_typed_back(typed: str, right: bool) -> None:
    made = passphrase.make(6)
    text = typed.format(" ".join(made.words))
    assert passphrase.same(made, Secret(text)) is right
    assert passphrase.same(made, Secret(text.upper().replace(" ", "   "))) is right


@pytest.mark.parametrize("weak", ["", "password", "12345678", "Sommer2024!", "qwertzuiop", "letmein letmein"])
def test_a_weak_passphrase_is_weak(weak: str) -> None:
    assert passphrase.strength(Secret(weak)) < 50


def test_a_strong_passphrase_is_strong_however_long() -> None:
    made = passphrase.make(24)
    assert passphrase.strength(made.secret) > 100
