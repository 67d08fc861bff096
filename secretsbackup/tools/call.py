"""Calls to a URL of the user's: a watchdog's, a chat's. Short, and no answer is read."""

from base64 import b64encode
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from secretsbackup import __version__
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools.threads import run_in_daemon_thread

_LIMIT_S = 10.0


async def call(url: str) -> None:
    """Call it; a Failure that names the host alone, for such a URL is often a secret itself."""
    host = "the URL"
    try:
        host = urlsplit(url).hostname or host
        await run_in_daemon_thread(lambda: _get(url), 2 * _LIMIT_S)
    except HTTPError as error:
        error.close()
        raise Failure(causes.NotTold(f"{host}: HTTP {error.code}")) from None
    except (OSError, TimeoutError, ValueError, OverflowError, HTTPException) as error:
        raise Failure(causes.NotTold(f"{host}: {type(error).__name__}")) from None


def _get(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("only http and https are called")
    where = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = Request(where, headers={"User-Agent": f"secretsbackup/{__version__}"})  # noqa: S310 - see above
    if parts.username is not None:  # RFC 7617; another host that this one points to does not get them
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        request.add_unredirected_header("Authorization", f"Basic {b64encode(known).decode()}")
    with urlopen(request, timeout=_LIMIT_S):  # noqa: S310
        return
