"""Cron expressions: read field by field with errors in words, brought into the dialect that cronsim evaluates.

Standard crontab: `minute hour day-of-month month day-of-week`, a field for seconds in front of them if wanted;
`*`, lists, ranges, steps, names, `L` and `LW` (day of month), `5L` and `FRI#2` (day of week), `@daily` and its like.
Weekdays 0 and 7 are Sunday.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from plugins.words import listed, shown

LONGEST = 200

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

LAST = -1
"""The `nth` of `5L`: the last Friday."""


class CronError(ValueError):
    """What is wrong with an expression, one message a fault."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(frozen=True)
class Kind:
    """One of the six fields: what it is called and what may stand in it."""

    label: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        return f"{self.low}-{self.high}"


SECOND = Kind("second", 0, 59)
MINUTE = Kind("minute", 0, 59)
HOUR = Kind("hour", 0, 23)
DAY = Kind("day of month", 1, 31)
MONTH = Kind(
    "month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
)
WEEKDAY = Kind("day of week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))
MONDAY_FIRST = Kind("day of week", 0, 6, (*WEEKDAY.names[1:], "SUN"))
"""The prototype's day_of_week, as APScheduler counts: 0 is Monday."""

KINDS = (SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY)


class Term(NamedTuple):
    """One item of a field's list."""

    form: Literal["every", "range", "value", "last day", "last weekday", "nth"]
    low: int
    high: int
    step: int = 1
    nth: int = 0

    @property
    def values(self) -> range:
        return range(self.low, self.high + 1, self.step)

    @property
    def dialect(self) -> str:
        if self.form in ("last day", "last weekday"):
            return "L" if self.form == "last day" else "LW"
        if self.form == "nth":
            return f"{self.low}L" if self.nth == LAST else f"{self.low}#{self.nth}"
        if self.low == self.high:
            return str(self.low)  # 9-9/1 is 9-23 to cronsim
        base = "*" if self.form == "every" else f"{self.low}-{self.high}"
        return f"{base}/{self.step}"


@dataclass(frozen=True)
class Field:
    kind: Kind
    terms: tuple[Term, ...]

    @property
    def starred(self) -> bool:
        """True when the field starts with `*`, the thing Debian's cron looks at."""
        return self.terms[0].form == "every"

    @property
    def free(self) -> bool:
        """True when the field restricts nothing."""
        return any(term.form == "every" and term.step == 1 for term in self.terms)

    @property
    def values(self) -> tuple[int, ...]:
        """The plain numbers, ascending, Sunday as 0; `L` and its like are not among them."""
        plain = (term.values for term in self.terms if term.form in ("every", "range", "value"))
        numbers = {number for values in plain for number in values}
        return tuple(sorted({number % 7 for number in numbers} if self.kind is WEEKDAY else numbers))

    @property
    def special(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.form not in ("every", "range", "value"))

    @property
    def dialect(self) -> str:
        return ",".join(term.dialect for term in self.terms)


@dataclass(frozen=True)
class Expression:
    fields: tuple[Field, Field, Field, Field, Field, Field]

    @property
    def dialect(self) -> str:
        """The expression for cronsim, always with seconds."""
        return " ".join(field.dialect for field in self.fields)

    @property
    def follows_real_time(self) -> bool:
        """Debian's rule: a schedule whose minute or hour starts with `*` means elapsed time, not a time of day."""
        _, minute, hour, *_ = self.fields
        return minute.starred or hour.starred

    @property
    def needs_both_days(self) -> bool:
        """Cron's rule: day of month OR day of week, unless one of them starts with `*`."""
        *_, day, _, weekday = self.fields
        return day.starred or weekday.starred


@lru_cache(maxsize=4096)
def read_expression(text: str) -> Expression:
    """Raises CronError with every fault at once."""
    fields: list[Field] = []
    faults: list[str] = []
    for kind, part in zip(KINDS, _six_parts(text), strict=True):
        try:
            fields.append(read_field(kind, part))
        except CronError as error:
            faults.extend(error.messages)
    if faults:
        raise CronError(*faults)
    second, minute, hour, day, month, weekday = fields
    return Expression((second, minute, hour, day, month, weekday))


def tidy(text: str) -> str:
    """The expression as it is stored: one space between the fields."""
    return " ".join(text.split())


def _six_parts(text: str) -> list[str]:
    if len(text) > LONGEST:
        raise CronError(f"at most {LONGEST} characters (got {len(text):,})")
    if not re.fullmatch(r"[ \t!-~]*", text):
        raise CronError(f"only letters, digits and , - * / # @ of plain ASCII: {shown(text)}")
    parts = _without_macro(text.split())
    if len(parts) not in (5, 6):
        raise CronError(f"needs 5 fields, or 6 with seconds in front (got {len(parts)})")
    return ["0", *parts] if len(parts) == 5 else parts


def _without_macro(parts: list[str]) -> list[str]:
    if not parts or not parts[0].startswith("@"):
        return parts
    macro = parts[0].lower()
    if macro == "@reboot":
        raise CronError('@reboot is trigger = "startup" here')
    if macro not in MACROS or len(parts) > 1:
        raise CronError(f"{shown(' '.join(parts))} is none of {listed(MACROS)}")
    return MACROS[macro].split()


def read_field(kind: Kind, text: str) -> Field:
    """Raises CronError: `minute: 60 is outside 0-59`."""
    return Field(kind, tuple(_term(kind, item) for item in text.split(",")))


def _term(kind: Kind, item: str) -> Term:
    for pattern, read in READERS:
        if found := re.fullmatch(pattern, item, re.IGNORECASE):
            return read(kind, *found.groups())
    return _value(kind, item)


def _every(kind: Kind, step: str | None) -> Term:
    return Term("every", kind.low, kind.high, _step(kind, step))


def _range(kind: Kind, first: str, last: str, step: str | None) -> Term:
    low, high = _number(kind, first), _number(kind, last)
    if kind is WEEKDAY and last.upper() == "SUN" and low > 0:
        high = 7  # the week's end, but SUN-SUN is one day
    if low > high:
        message = f"runs backwards, write {first}-{kind.high},{kind.low}-{last}"
        raise CronError(f"{kind.label}: {first}-{last} {message}")
    return Term("range", low, high, _step(kind, step))


def _from(kind: Kind, first: str, step: str) -> Term:
    return Term("range", _number(kind, first), kind.high, _step(kind, step))


def _nth(kind: Kind, day: str, nth: str) -> Term:
    _only(kind, WEEKDAY, f"{day}#{nth}")
    low = _number(kind, day)
    if nth not in ("1", "2", "3", "4", "5"):
        raise CronError(f"{kind.label}: {day}#{nth[:MOST_DIGITS]} is outside #1-#5")
    return Term("nth", low, low, nth=int(nth))


def _last(kind: Kind, day: str | None) -> Term:
    if not day and kind.label == WEEKDAY.label:
        raise CronError(f"{kind.label}: L needs a day in front, FRIL is the last Friday of the month")
    if not day:
        _only(kind, DAY, "L")
        return Term("last day", 31, 31)
    _only(kind, WEEKDAY, f"{day}L")
    low = _number(kind, day)
    return Term("nth", low, low, nth=LAST)


def _last_weekday(kind: Kind) -> Term:
    _only(kind, DAY, "LW")
    return Term("last weekday", 31, 31)


def _value(kind: Kind, text: str) -> Term:
    number = _number(kind, text)
    return Term("value", number, number)


READERS: tuple[tuple[str, Callable[..., Term]], ...] = (
    (r"\*(?:/(.*))?", _every),
    (r"LW", _last_weekday),
    (r"(\d+|[A-Z]{3})#(.*)", _nth),
    (r"(\d+|[A-Z]{3})?L", _last),
    (r"(\w+)-(\w+)(?:/(.*))?", _range),
    (r"(\w+)/(.*)", _from),
)

MOST_DIGITS = 20


def _only(kind: Kind, wanted: Kind, text: str) -> None:
    if kind.label != wanted.label:
        raise CronError(f"{kind.label}: {text} belongs to the {wanted.label}")


def _number(kind: Kind, text: str) -> int:
    if text.upper() in kind.names:
        return kind.names.index(text.upper()) + (1 if kind is MONTH else 0)
    if not re.fullmatch(r"[0-9]+", text):
        raise CronError(f"{kind.label}: {_not_a_number(kind, text)}")
    if len(text) > MOST_DIGITS or not kind.low <= int(text) <= kind.high:
        raise CronError(f"{kind.label}: {text[:MOST_DIGITS]} is outside {kind.span}")
    return int(text)


def _not_a_number(kind: Kind, text: str) -> str:
    if text == "?":
        return "? is another dialect's, write *"
    what = f"a number or a name such as {kind.names[1]}" if kind.names else "a number"
    return f"not {what}: {shown(text)}"


def _step(kind: Kind, text: str | None) -> int:
    if text is None:
        return 1
    if not re.fullmatch(r"[0-9]+", text):
        raise CronError(f"{kind.label}: the step after / is not a number: {shown(text)}")
    if len(text) > MOST_DIGITS or int(text) > kind.high:
        raise CronError(f"{kind.label}: step {text[:MOST_DIGITS]} is larger than the range {kind.span}")
    if int(text) == 0:
        raise CronError(f"{kind.label}: step 0 never gets on")
    return int(text)
