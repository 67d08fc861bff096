"""The form that all causes have."""

import msgspec

from secretsbackup.model.reason import Reason


class Base(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="reason"):
    """A cause: its Reason, which is its tag in JSON, and fields that name what it is about."""

    @property
    def reason(self) -> Reason:
        """Which one it is."""
        return Reason(str(self.__struct_config__.tag))

    @property
    def about(self) -> str:
        """What its fields hold, in one line: for a log, and to know the same cause again."""
        return " ".join(str(value) for value in msgspec.structs.astuple(self) if value not in _NOTHING)

    @property
    def names(self) -> str:
        """The same without amounts and times, which change while the cause stays the same."""
        return " ".join(value for value in msgspec.structs.astuple(self) if isinstance(value, str) and value)


_NOTHING = ("", 0, None, ())
