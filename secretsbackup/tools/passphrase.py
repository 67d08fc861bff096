"""Passphrases: made of words by a cryptographic generator, and how strong one of a person's own is.

The words are the EFF's long list for dice (Joseph Bonneau, Electronic Frontier Foundation, 2016,
https://www.eff.org/dice), under the Creative Commons Attribution 3.0 licence; nothing in it was changed.
"""

import math
import secrets
from importlib import resources

from secretsbackup.model.secret import Secret

WORDS = 10
"""Ten words of 7776 are 129 bits: what guards a key that is printed on paper for decades."""


class Phrase:
    """A passphrase that was made: its words are there to be shown once, and print as *** elsewhere."""

    __slots__ = ("bits", "words")

    def __init__(self, words: tuple[str, ...], of: int) -> None:
        self.words = words
        self.bits = len(words) * math.log2(of)

    @property
    def secret(self) -> Secret:
        """The passphrase itself."""
        return Secret(" ".join(self.words))

    def __repr__(self) -> str:
        return "***"


def make(count: int = WORDS) -> Phrase:
    """Make a passphrase of so many words; `.bits` is its entropy."""
    known = words()
    return Phrase(tuple(secrets.choice(known) for _ in range(count)), len(known))


def words() -> tuple[str, ...]:
    """The EFF's long list."""
    listed = resources.files("secretsbackup.resources") / "eff-long-words.txt"
    return tuple(listed.read_text(encoding="ascii").split())


def strength(secret: Secret) -> float:
    """About how many bits it would take to guess a passphrase; no more than its first 72 letters count."""
    from zxcvbn import zxcvbn

    typed = secret.reveal()[:72]
    return math.log2(float(zxcvbn(typed)["guesses"])) if typed else 0.0


def same(made: Phrase, typed: Secret) -> bool:
    """Whether a passphrase was typed as it was made; capitals and further spaces do not count."""
    return tuple(typed.reveal().lower().split()) == made.words
