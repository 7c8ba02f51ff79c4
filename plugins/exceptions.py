"""Each way a plugin or a job config can fail. The class docstring is the message when none is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


class MxxError(Exception):
    """Something in MXX failed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, told so that the reader can mend it.

    field: path in the job file (`os.cmd`, `schedule[0].hour`) or the name of the request's field.
    line, column: 1-based place in the text, where there is one.
    """

    field: str
    code: str
    message: str
    example: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "") if self.line else ""
        head = ": ".join(part for part in (place, self.field) if part)
        tail = f" (for example: {self.example})" if self.example else ""
        return f"{head}: {self.message}{tail}" if head else f"{self.message}{tail}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class BadInput(MxxError):
    """The input cannot be accepted."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class UnknownPlugin(MxxError):
    """The job names a plugin that is not installed."""


class UnknownApplication(MxxError):
    """The job names an application that is not registered."""


class CannotLaunch(MxxError):
    """The program could not be started."""


class ProgramFailed(MxxError):
    """A program ended with a non-zero exit code."""

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class KeeperGone(MxxError):
    """The keeper of this run has died."""
