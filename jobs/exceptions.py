"""What a use case may refuse, in words for a user. Bad input is plugins.exceptions.BadInput."""

from __future__ import annotations

from plugins.exceptions import MxxError


class NotFound(MxxError):
    """There is no such thing."""


class Conflict(MxxError):
    """This contradicts what is already there."""

    def __init__(self, message: str, *, field: str = "", example: str = "") -> None:
        super().__init__(message)
        self.field, self.example = field, example


class Stale(Conflict):
    """Somebody else saved it meanwhile."""

    def __init__(self, number: int) -> None:
        super().__init__(f"somebody saved revision {number} meanwhile", field="revision", example=str(number))
        self.number = number
