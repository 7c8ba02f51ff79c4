"""Reader: takes typed values out of a table and gathers everything that is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from plugins.exceptions import BadInput, Problem
from plugins.words import kind, listed

Value = TypeVar("Value")


class Reader:
    """Each method answers None for a key that is absent or wrong; what is wrong stands in `problems`."""

    def __init__(self, table: dict[str, Any], path: str) -> None:
        self.table, self.path = table, path
        self.problems: list[Problem] = []

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def fail(self, key: str, code: str, message: str, example: str = "") -> None:
        field = f"{self.path}.{key}" if key else self.path
        self.problems.append(Problem(field, code, message, example))

    def read(self, key: str, read: Callable[[Any], Value], code: str, example: str) -> Value | None:
        """Whatever `read` makes of the value; its ValueError and BadInput become problems of this key."""
        if key not in self.table:
            return None
        try:
            return read(self.table[key])
        except BadInput as error:
            self.problems += [replace(problem, field=f"{self.path}.{key}") for problem in error.problems]
        except ValueError as error:
            self.fail(key, code, str(error), example)
        return None

    def text(self, key: str, example: str) -> str | None:
        value = self.table.get(key)
        if key not in self.table or isinstance(value, str):
            return value
        self.fail(key, "type", f"must be a text, not {kind(value)}", example)
        return None

    def choice(self, key: str, allowed: Iterable[str]) -> str | None:
        value = self.table.get(key)
        if key not in self.table or (isinstance(value, str) and value in tuple(allowed)):
            return value
        self.fail(key, "choice", f"must be {listed(allowed)}, not {kind(value)}", next(iter(allowed)))
        return None

    def number(self, key: str, example: str) -> float | None:
        """A finite number; the caller knows its range."""
        value = self.table.get(key)
        if key not in self.table:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, "type", f"must be a number, not {kind(value)}", example)
        elif isinstance(value, float) and not math.isfinite(value):
            self.fail(key, "range", f"{value} is not a number that time has", example)
        else:
            return value
        return None

    def finish(self) -> None:
        """Raises BadInput when anything was wrong."""
        if self.problems:
            raise BadInput(self.problems)
