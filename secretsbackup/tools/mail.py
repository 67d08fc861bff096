"""A letter by the system's own sendmail, where there is one."""

import asyncio
import os
from email.message import EmailMessage
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools import process

_LIMIT_S = 30.0
_USUAL = Path("/usr/sbin/sendmail")
"""Not on every user's PATH (Filesystem Hierarchy Standard, 4.10)."""


class Letter(msgspec.Struct, frozen=True):
    """What is written."""

    subject: str
    text: str


async def send(to: str, letter: Letter) -> None:
    """Hand it over; Failure(NOT_TOLD) if that is refused."""
    message = EmailMessage()
    message["To"], message["Subject"] = to, " ".join(letter.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text.encode("utf-8", "backslashreplace").decode())  # a path may be no text
    try:
        async with asyncio.timeout(_LIMIT_S):
            ended = await process.run(_program(), ["-t", "-i"], given=message.as_bytes())
    except TimeoutError:
        raise Failure(causes.NotTold("sendmail: TimeoutError")) from None
    if ended.status != 0:
        raise Failure(causes.NotTold(f"sendmail {ended.status}"), ended.last_lines[-5:])


def _program() -> Path:
    try:
        return process.find("sendmail")
    except Failure:
        if os.access(_USUAL, os.X_OK):
            return _USUAL
    raise Failure(causes.NotTold("there is no sendmail"))
