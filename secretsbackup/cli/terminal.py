"""Standard input and output that take any letter, and names of files in UTF-8, whatever the locale says."""

import codecs
import contextlib
import io
import os
import re
import sys
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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
OUTPUT = "<stdout>"
"""What an OSError calls standard output."""


def take_any_letter() -> None:
    """Write what a terminal cannot show otherwise, and read bytes that are not text as names of files.

    A terminal or a cron that is not UTF-8 (LC_ALL=C, ISO-8859-1) would end a command that names a file.
    """
    codecs.register_error("legible", _legible)
    encoding = os.environ.pop(_ENCODING, None)
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "legible"), (sys.stderr, "legible")):
        if isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.reconfigure(encoding=encoding, errors=errors)


class _Printed(io.FileIO):
    """Standard output of which an error says that it is that, and no disk of ours."""

    def write(self, content: "ReadableBuffer") -> int:
        try:
            return super().write(content)
        except OSError as error:
            error.filename = OUTPUT
            raise


def name_output() -> None:
    """Have an OSError of standard output name it (OUTPUT)."""
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper) or type(stream.buffer) not in (io.BufferedWriter, io.FileIO):
        return
    printed = _Printed(stream.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        cast("BinaryIO", printed if isinstance(stream.buffer, io.FileIO) else io.BufferedWriter(printed)),
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def drop_the_rest() -> None:
    """Forget what was printed and cannot be written: Python would complain of it at the very end, and give
    the exit status another meaning."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
