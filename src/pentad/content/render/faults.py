"""What can be wrong with a template, and what keeps one from becoming a text for one customer. Pure."""

from liquid.exceptions import LiquidError


class NotWritten(LiquidError):
    """No text for this customer. reason: as in messages.values.Uncomposed."""

    reason = "failed"

    def __init__(self, value: str) -> None:
        super().__init__(value, token=None)
        self.value = value


class NoValue(NotWritten):
    """A variable without value is to be written, and there is no fallback. value: its path."""

    reason = "no_value"


class Aborted(NotWritten):
    """The template says that there shall be no message. value: why."""

    reason = "aborted"


class Failed(NotWritten):
    """It cannot be rendered, or goes beyond its limits. value: a sentence."""


class Faulty(Exception):
    """The template cannot be read: what is wrong and where. line and column count from 1; line 0: nobody knows. field: of the
    message, where it is not the one that all is about.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, field: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.column, self.field = message, line, column, field
