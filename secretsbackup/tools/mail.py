"""A letter by the system's own sendmail, where there is one."""

import asyncio
from email.message import EmailMessage
from pathlib import Path

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.tools import process

_PATIENCE = 30.0
_USUAL = Path("/usr/sbin/sendmail")
"""Not on every user's PATH (Filesystem Hierarchy Standard, 4.10)."""


async def send(to: str, subject: str, text: str) -> None:
    """Hand it over; Failure(NOT_TOLD) if that is refused."""
    letter = EmailMessage()
    letter["To"], letter["Subject"] = to, " ".join(subject.split())
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    try:
        async with asyncio.timeout(_PATIENCE):
            ended = await process.run(_program(), ["-t", "-i"], given=letter.as_bytes())
    except TimeoutError:
        raise Failure(Reason.NOT_TOLD, "sendmail: TimeoutError") from None
    if ended.status != 0:
        raise Failure(Reason.NOT_TOLD, f"sendmail {ended.status}", ended.last_lines[-5:])


def _program() -> Path:
    try:
        return process.find("sendmail")
    except Failure:
        if _USUAL.exists():
            return _USUAL
        raise
