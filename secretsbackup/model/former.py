"""Former: causes as older versions wrote them, a reason and one text, read as today's.

Journals and the history keep what they hold for years, so every form that was ever written is read here, and
nowhere else.
"""

import re
from collections.abc import Callable
from datetime import MAXYEAR, datetime
from typing import Any, get_args

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.causes import Cause
from secretsbackup.model.reason import Reason

_KINDS: dict[str, type[Cause]] = {
    kind.__struct_config__.tag: kind for kind in get_args(Cause) if kind not in get_args(causes.OfCommands)
}
"""What older versions could write: they had no causes for how a command is written."""


def cause(reason: str, detail: str = "") -> Cause:
    """The cause that a reason and its text meant; KeyError if there was never such a reason."""
    if parse := _PARTS.get(reason):
        return parse(detail)
    fields = msgspec.structs.fields(_KINDS[reason])
    names = [field.name for field in fields]
    made: Cause = msgspec.convert(dict.fromkeys(names[:1], detail) | {"reason": str(reason)}, Cause)
    return made


def warned_of(caution: str, path: str, detail: str) -> Cause:
    """The cause of a warning without one: older versions wrote a reason, or what it is about."""
    match caution:
        case "frozen":
            return cause(Reason.FROZEN, path)
        case "rolled-back":
            return cause(Reason.ROLLED_BACK, detail)
        case _:
            return cause(detail) if detail in _KINDS else causes.Unproven()


def upgraded(value: Any) -> Any:
    """Decoded JSON of any version, with every cause in it in today's form."""
    match value:
        case {"type": "failed", "reason": str(reason), **rest}:
            return {"type": "failed", "cause": _one(reason, str(rest.pop("detail", ""))), **rest}
        case {"type": "skipped", "reasons": list(reasons)}:
            return {"type": "skipped", "causes": upgraded(reasons)}
        case {"reason": str(reason), **rest} if not rest.keys() - {"detail"} and reason in _KINDS:
            return _one(reason, str(rest.get("detail", "")))
        case dict():
            return {name: upgraded(one) for name, one in value.items()}
        case list():
            return [upgraded(one) for one in value]
        case _:
            return value


def _one(reason: str, detail: str) -> Any:
    return msgspec.to_builtins(cause(reason, detail)) if reason in _KINDS else {"reason": reason}


def _room(detail: str) -> tuple[str, int, int]:
    """PATH [NEEDED FREE]."""
    found = re.fullmatch(r"(.*) (\d+) (\d+)", detail, re.DOTALL)
    return (found[1], int(found[2]), int(found[3])) if found else (detail, 0, 0)


def _words(detail: str, count: int) -> list[str]:
    """So many words, of which the last may have blanks; "" for those that are not there."""
    return [*detail.split(" ", count - 1), *[""] * count][:count]


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else 0


def time(text: str) -> datetime | None:
    """The moment that a text names; None if it names none, or the end of all time."""
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return None if found.year == MAXYEAR or found.tzinfo is None else found


def _more(detail: str) -> tuple[str, int]:
    """NAME [and NUMBER more]."""
    found = re.fullmatch(r"(.*) and (\d+) more", detail, re.DOTALL)
    return (found[1], int(found[2])) if found else (detail, 0)


def _too_old(detail: str) -> Cause:
    program, version, needed, path = _words(detail, 4)
    return causes.ToolTooOld(program, version, needed, path)


def _unusable(detail: str) -> Cause:
    found = re.fullmatch(r"(.*) \((.*)\)", detail, re.DOTALL)
    return causes.FileUnusable(found[1], found[2]) if found else causes.FileUnusable(detail)


def _not_started(detail: str) -> Cause:
    return causes.NotStarted(Unstarted(detail) if detail in {*Unstarted} else None)


def _gpg_home(detail: str) -> Cause:
    fault, _, path = detail.partition(" ")
    if fault in {*causes.HomeFault}:
        return causes.GpgHome(causes.HomeFault(fault), path)
    return causes.GpgHome(causes.HomeFault.UNREADABLE, detail)


def _unreachable(detail: str) -> Cause:
    if detail.startswith("/"):
        return causes.DestinationUnreachable(path=detail)
    return causes.DestinationUnreachable(detail)


def _region(detail: str) -> Cause:
    region = re.fullmatch(r"[a-z]{2}-[a-z-]+-\d", detail)
    return causes.RegionWrong(detail) if region else causes.RegionWrong(bucket=detail)


def _surge(detail: str) -> Cause:
    new, largest, path = _words(detail, 3)
    return causes.Surge(_number(new), _number(largest), path)


def _upheaval(detail: str) -> Cause:
    gone, changed, files = map(_number, _words(detail, 3))
    return causes.Upheaval(gone, changed, files)


def _no_snapshot(detail: str) -> Cause:
    if "://" in detail:
        return causes.NoSnapshot(address=detail)
    at = time(detail)
    return causes.NoSnapshot(at) if at and " " in detail else causes.NoSnapshot(stamp=detail)


def _forged(detail: str) -> Cause:
    kinds = {
        "a hard link": causes.Forgery.HARD_LINK,
        "an entry of an unknown kind": causes.Forgery.UNKNOWN_ENTRY,
    }
    return causes.SnapshotForged(kinds.get(detail, causes.Forgery.OTHER))


_PARTS: dict[str, Callable[[str], Cause]] = {
    Reason.TOOL_TOO_OLD: _too_old,
    Reason.NO_ROOM: lambda detail: causes.NoRoom(*_room(detail)),
    Reason.DESTINATION_FULL: lambda detail: causes.DestinationFull(*_room(detail)),
    Reason.NOT_YOURS: lambda detail: causes.NotYours(*_words(detail, 2)),
    Reason.AS_ROOT: lambda detail: causes.AsRoot(*_words(detail, 2)),
    Reason.FILE_UNUSABLE: _unusable,
    Reason.NOT_STARTED: _not_started,
    Reason.BUSY: lambda detail: causes.Busy(_number(detail)),
    Reason.SECRET_MISSING: lambda detail: causes.SecretMissing(*_words(detail, 2)),
    Reason.KEY_AMBIGUOUS: lambda detail: causes.KeyAmbiguous(tuple(detail.split(", ")) if detail else ()),
    Reason.PASSPHRASE_TOO_LONG: lambda detail: causes.PassphraseTooLong(_number(detail)),
    Reason.GPG_HOME: _gpg_home,
    Reason.DESTINATION_UNREACHABLE: _unreachable,
    Reason.REGION_WRONG: _region,
    Reason.CLOCK_WRONG: lambda detail: causes.ClockWrong(_number(detail)),
    Reason.FROZEN: lambda detail: causes.Frozen(*_more(detail)),
    Reason.NOT_YET: lambda detail: causes.NotYet(time(detail)),
    Reason.WAITING_TO_RETRY: lambda detail: causes.WaitingToRetry(time(detail)),
    Reason.PAUSED: lambda detail: causes.Paused(time(detail)),
    Reason.ON_BATTERY: lambda detail: causes.OnBattery(_number(detail) if detail else None),
    Reason.SURGE: _surge,
    Reason.UPHEAVAL: _upheaval,
    Reason.NO_SNAPSHOT: _no_snapshot,
    Reason.VOLUME_MISSING: lambda detail: causes.VolumeMissing(*_more(detail)),
    Reason.OLDER_DAMAGED: lambda detail: causes.OlderDamaged(*_more(detail)),
    Reason.ROLLED_BACK: lambda detail: causes.RolledBack(time(detail)),
    Reason.SNAPSHOT_FORGED: _forged,
}
"""Of these reasons the text was more than the first field of the cause."""
