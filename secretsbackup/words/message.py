"""What is said of something that went wrong or ended: a title, and what to do now."""

import msgspec


class Message(msgspec.Struct, frozen=True):
    """What happened and what to do now: a title, an advice (empty where there is nothing to do), and the
    command that does it, for a terminal: a window has a button. `help` is the part of the handbook that
    explains it, as PAGE#SECTION; empty where there is none."""

    title: str
    advice: str = ""
    typed: str = ""
    help: str = ""

    @property
    def in_terminal(self) -> str:
        """The advice, with what to type."""
        return f"{self.advice.removesuffix('.')}: {self.typed}" if self.typed else self.advice

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()
