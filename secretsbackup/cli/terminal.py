"""Standard input and output that take any letter, and names of files in UTF-8, whatever the locale says."""

import codecs
import io
import os
import re
import sys

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’‚", "'"),
        **dict.fromkeys("–—−", "-"),
        **dict.fromkeys("\u202f\xa0", " "),
        **dict.fromkeys("✓•", "*"),
        **dict.fromkeys("✗×", "x"),
        "…": "...",
        "→": "->",
        "·": "-",
    }
)
"""What the program's own sentences have beyond ASCII."""
_ENCODING = "SECRETSBACKUP_TERMINAL"


def take_any_letter() -> None:
    """Write what a terminal cannot show otherwise, and read bytes that are not text as names of files.

    A terminal or a cron that is not UTF-8 (LC_ALL=C, ISO-8859-1) would end a command that names a file.
    """
    codecs.register_error("legible", _legible)
    encoding = os.environ.pop(_ENCODING, None)
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "legible"), (sys.stderr, "legible")):
        if isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.reconfigure(encoding=encoding, errors=errors)


def read_names_as_utf8() -> None:
    """Start this program anew where Python reads the names of files in the locale's encoding: the settings
    have them in UTF-8, and would name other files."""
    if sys.getfilesystemencoding() != "utf-8" and sys.executable and _ENCODING not in os.environ:
        known = {_ENCODING: getattr(sys.stdout, "encoding", None) or "ascii"}
        words = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execve(sys.executable, words, {**os.environ, **known})  # noqa: S606 - the very program that runs


def _legible(error: UnicodeError) -> tuple[str, int]:
    """A plainer letter, or else its number (\\u65e5); of what is no text the byte (\\xe9)."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end].translate(_PLAIN)
    written = text.encode("ascii", "backslashreplace").decode("ascii")
    return re.sub(r"\\udc([89a-f][0-9a-f])", r"\\x\1", written), error.end
