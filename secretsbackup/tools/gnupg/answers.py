"""What gpg says of its work, as one of our causes: its status lines and their codes (gpg's doc/DETAILS).

What it says to people is read only where no status line tells: a `log-file` in gpg.conf takes that away.
"""

import errno
import re
from collections.abc import Iterable

import msgspec

from secretsbackup.model import causes, system_errors
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failure

_NO_PASSPHRASE = 177
_WRONG = {11, 31, 87, 99, 198, _NO_PASSPHRASE}
"""Bad or invalid passphrase, bad PIN, cancelled (by nobody: a program gave none), none given
(libgpg-error's gpg-error.h)."""
_CARD = {*range(108, 114), 119, 120, 123, 129, 130}
"""A card that is not there, broken, of another kind or blocked, or no program that talks to it."""
_AGENT = {77, 78, 85, 86, 257}
_NOT_SUPPORTED, _TIMEOUT = 60, 62
UNKNOWN_COMMAND, UNANSWERED = 275, 0xFFFF
"""A command that an older program has not (libgpg-error), and a code that nothing has."""
_CODE = 0xFFFF
"""The bits of a gpg-error number that are its code; the others say which program it is from."""
_REFUSED = {
    32774: errno.EAGAIN,
    32802: errno.EDQUOT,
    32805: errno.EFBIG,
    32817: errno.EIO,
    32833: errno.EMFILE,
    32843: errno.ENFILE,
    32851: errno.ENOLCK,
    32854: errno.ENOMEM,
    32859: errno.ENOSPC,
    32890: errno.EROFS,
    32897: errno.ESTALE,
}
"""What the system refused, as libgpg-error numbers it (its gpg_err_code_from_errno)."""
_NO_AGENT = r"can't connect to the (?:gpg-)?agent|failed to start (?:gpg-)?agent|no gpg-agent running"
_SETTINGS = r"option-parser|add_keyblock_resource|keydb_add_resource"


class Answers(msgspec.Struct, frozen=True):
    """What the status lines of one gpg told.

    `sealed_to` are the ids of the keys that something is encrypted to ("0" * 16: not told), `lacking` those
    that have no secret part here, `by_passphrase` whether a passphrase alone opens it, `asked` whether gpg
    wanted any, `begun` whether it had what it needs, `opened_by` the fingerprint of the key that opened it.
    `errors` are (what failed, gpg-error's code), `refused` those that nothing can be encrypted to.
    """

    sealed_to: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    by_passphrase: bool = False
    asked: bool = False
    begun: bool = False
    opened_by: str = ""
    errors: tuple[tuple[str, int], ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def codes(self) -> set[int]:
        """The codes of all errors."""
        return {code for _, code in self.errors}

    @property
    def all_lacking(self) -> bool:
        """Whether every key that it is encrypted to has no secret part here.

        GnuPG 2.4 says so of whatever does not open it, a wrong passphrase too: the errors come first. But a
        part that is not here is looked for on cards by it, and this tells that from a card that is not there.
        """
        return bool(self.sealed_to) and {*self.sealed_to} <= {*self.lacking}

    @property
    def wrong_passphrase(self) -> bool:
        """Whether it is the passphrase that does not fit, or is lacking."""
        return bool(self.codes & _WRONG) or (self.asked and not self.begun and not self.errors)


def read(text: str) -> Answers:
    """Read the status lines among what a gpg said."""
    told = re.findall(r"^\[GNUPG:\] (\w+) ?(.*)$", text, re.MULTILINE)
    words = [(keyword, value.split()) for keyword, value in told]
    bad = [("passphrase", 11) for keyword, _ in words if keyword in ("BAD_PASSPHRASE", "MISSING_PASSPHRASE")]
    return Answers(
        sealed_to=tuple(value[0] for keyword, value in words if keyword == "ENC_TO" and value),
        lacking=tuple(value[0] for keyword, value in words if keyword == "NO_SECKEY" and value),
        by_passphrase=any(keyword == "NEED_PASSPHRASE_SYM" for keyword, _ in words),
        asked=any(keyword.startswith("NEED_PASSPHRASE") for keyword, _ in words),
        begun=any(keyword == "BEGIN_DECRYPTION" for keyword, _ in words),
        opened_by=next((one[1] for keyword, one in words if keyword == "DECRYPTION_KEY" and one[1:]), ""),
        errors=(*_errors(words), *bad),
        refused=tuple(value[-1] for keyword, value in words if keyword == "INV_RECP" and value),
    )


def _errors(words: list[tuple[str, list[str]]]) -> list[tuple[str, int]]:
    """ERROR and FAILURE name where it failed and with which number."""
    told = (value for keyword, value in words if keyword in ("ERROR", "FAILURE"))
    return [(value[0], int(value[1]) & _CODE) for value in told if value[1:] and value[1].isdigit()]


def refusals(lines: Iterable[str]) -> list[int]:
    """The codes of what an agent answered, one for each question; 0 where it was no error."""
    told = (line.split() for line in lines if line.startswith(("OK", "ERR")))
    return [int(words[1]) & _CODE if words[0] == "ERR" else 0 for words in told]


def failure(text: str, about: str = "") -> Failure:
    """Why gpg failed; `about` is the key that it was about."""
    return Failure(_cause(read(text), text, about), _last(text))


def _last(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())[-5:]


def _cause(told: Answers, text: str, about: str) -> Cause:
    codes = told.codes
    if refused := _refused(codes, text):
        return refused
    if ("set_pinentry_mode", _NOT_SUPPORTED) in told.errors or "setting pinentry mode" in text:
        return causes.AgentRefuses()
    if codes & _CARD and not told.all_lacking:
        return causes.CardMissing(about)
    if told.wrong_passphrase:
        return causes.PassphraseWrong(about)
    if codes & _AGENT or re.search(_NO_AGENT, text):
        return causes.AgentMissing()
    if _TIMEOUT in codes:
        return causes.AgentSilent()
    if told.lacking:
        return causes.SecretSubkeyMissing(", ".join(told.lacking))
    return _of_settings(told, text)


def refused(text: str) -> Failure | None:
    """What the system refused gpg, and at which file, by what it said; None if it refused nothing."""
    found = _refused(read(text).codes, text)
    return Failure(found, _last(text)) if found else None


def _refused(codes: set[int], text: str) -> Cause | None:
    number = next((_REFUSED[code] for code in codes if code in _REFUSED), None) or system_errors.in_text(text)
    if number is None:
        return None
    named = re.search(r"^gpg: .*?['‘\"](/[^'’\"]+)['’\"]", text, re.MULTILINE)
    return system_errors.refusal(number, named[1] if named else "")


def _of_settings(told: Answers, text: str) -> Cause:
    """What gpg.conf says can keep gpg from anything, or add a key to encrypt to that is not there."""
    said = [line.removeprefix("gpg: ") for line in text.splitlines() if not line.startswith("[GNUPG:]")]
    last = said[-1].strip() if said else ""
    if told.refused or any(re.match(_SETTINGS, where) for where, _ in told.errors) or "Fatal:" in last:
        return causes.GpgSettings(last or ", ".join(told.refused))
    return causes.GpgFailed(last)
