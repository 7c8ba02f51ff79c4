"""A cron expression as a sentence: "Every 15 minutes from 08:00 to 18:59, Mondays to Fridays"."""

from __future__ import annotations

from itertools import product

from jobs.timing.cron import LAST, Expression, Field
from plugins.words import listed

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST: "last"}

MOST_TIMES = 6
"""So many times of day are told one by one."""


def sentence(expression: Expression, both_days: bool) -> str:
    """both_days: day of month AND day of week must match."""
    days, times = _days(expression, both_days), _times_of_day(expression)
    if times:
        text = f"{days} at {times}"
    else:
        text = _rhythm(expression) + ("" if days == "every day" else f", {days}")
    return text[0].upper() + text[1:]


def clock_time(hour: int, minute: int, second: int = 0) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _times_of_day(expression: Expression) -> str:
    """`04:30`, `08:00, 12:00 and 18:00`; empty for a rhythm and for too many of them."""
    second, minute, hour, *_ = expression.fields
    count = len(second.values) * len(minute.values) * len(hour.values)
    if count > MOST_TIMES or any(_is_even(field) for field in (second, minute, hour)):
        return ""
    return listed((clock_time(*time) for time in product(hour.values, minute.values, second.values)), "and")


def _rhythm(expression: Expression) -> str:
    second, minute, hour, *_ = expression.fields
    if second.values != (0,):
        return _rhythm_of_seconds(second, minute, hour)
    if _is_even(minute):
        return _every(minute) + _within(hour)
    if len(minute.values) == 1 and (hour.free or _is_even(hour) or _is_run(hour)):
        return _rhythm_of_hours(hour, minute.values[0])
    return f"at {_numbers(minute)} of {_of_hours(hour)}"


def _rhythm_of_seconds(second: Field, minute: Field, hour: Field) -> str:
    fine = _every(second) if _is_even(second) else f"at {_numbers(second)}"
    if not minute.free:
        return f"{fine} of {_numbers(minute)} of {_of_hours(hour)}"
    return (fine if _is_even(second) else f"every minute {fine}") + _within(hour)


def _rhythm_of_hours(hour: Field, minute: int) -> str:
    if not _is_even(hour):
        return (
            f"every hour from {clock_time(hour.values[0], minute)} to {clock_time(hour.values[-1], minute)}"
        )
    return _every(hour) + (f" at minute {minute}" if minute else "")


def _is_even(field: Field) -> bool:
    """True for `*` and for steps that leave no remainder: the same distance all through the day."""
    return field.free or (
        len(field.terms) == 1 and field.starred and (field.kind.high + 1) % field.terms[0].step == 0
    )


def _is_run(field: Field) -> bool:
    return len(field.values) == field.values[-1] - field.values[0] + 1


def _every(field: Field) -> str:
    unit, step = field.kind.label, 1 if field.free else field.terms[0].step
    return f"every {unit}" if step == 1 else f"every {step} {unit}s"


def _within(hour: Field) -> str:
    if hour.free:
        return ""
    if _is_run(hour):
        return f" from {clock_time(hour.values[0], 0)} to {clock_time(hour.values[-1], 59)}"
    return f" of {_of_hours(hour)}"


def _of_hours(hour: Field) -> str:
    return "every hour" if hour.free else _numbers(hour)


def _numbers(field: Field) -> str:
    """`minute 5`, `minutes 0, 15 and 45`, `hours 8 to 18`."""
    words = [str(value) for value in field.values]
    plural = "s" if len(words) > 1 else ""
    return f"{field.kind.label}{plural} {_runs(words, field.values)}"


def _runs(words: list[str], values: tuple[int, ...]) -> str:
    """The words of neighbouring values drawn together: `1, 2 and 5 to 9`."""
    groups: list[list[str]] = []
    for place, word in enumerate(words):
        if place and values[place] == values[place - 1] + 1:
            groups[-1].append(word)
        else:
            groups.append([word])
    drawn = ([f"{group[0]} to {group[-1]}"] if len(group) > 2 else group for group in groups)
    return listed([word for group in drawn for word in group], "and")


def _days(expression: Expression, both_days: bool) -> str:
    """`every day`, `Mondays`, `on the 1st of every month`, `on the 13th of every month and every Friday`."""
    *_, day, month, weekday = expression.fields
    if day.free and weekday.free:
        return "every day" + _in_months(month)
    if weekday.free:
        return _monthdays(day, month)
    if day.free:
        return _weekdays(weekday, month)
    if both_days:
        return f"{_monthdays(day, month)} if it is {_a_weekday(weekday)}"
    return f"{_monthdays(day, month)} and {_each_weekday(weekday)}{_in_months(month)}"


def _monthdays(day: Field, month: Field) -> str:
    if len(day.values) == len(month.values) == 1 and not day.special:
        return f"every year on {day.values[0]} {_month_names(month)}"
    words = [_runs([nth(value) for value in day.values], day.values)] if day.values else []
    words += ["last day" if term.form == "last day" else "last weekday" for term in day.special]
    return f"on the {listed(words, 'and')} of {_of_months(month)}"


def _weekdays(weekday: Field, month: Field) -> str:
    """`Mondays`, `Mondays to Fridays in June`, `on the second Friday of every month`."""
    plain = _runs([f"{name}s" for name in _names(weekday)], _places(weekday)) if weekday.values else ""
    if not weekday.special:
        return plain + _in_months(month)
    special = f"on {_nth_weekdays(weekday)} of {_of_months(month)}"
    return f"{plain} and {special}" if plain else special


def _each_weekday(weekday: Field) -> str:
    """`every Friday`, `every Saturday and Sunday`, `the last Friday`."""
    plain = [f"every {_runs(_names(weekday), _places(weekday))}"] if weekday.values else []
    return listed(plain + ([_nth_weekdays(weekday)] if weekday.special else []), "and")


def _a_weekday(weekday: Field) -> str:
    """`a Friday`, `a Saturday or Sunday`, `the last Friday`."""
    plain = [f"a {listed(_names(weekday))}"] if weekday.values else []
    return listed(plain + ([_nth_weekdays(weekday)] if weekday.special else []))


def _nth_weekdays(weekday: Field) -> str:
    return listed([f"the {ORDINALS[term.nth]} {DAYS[term.low % 7]}" for term in weekday.special], "and")


def _places(weekday: Field) -> tuple[int, ...]:
    """The week's days counted from Monday, ascending: the order in which people say them."""
    return tuple(sorted((value - 1) % 7 for value in weekday.values))


def _names(weekday: Field) -> list[str]:
    return [DAYS[(place + 1) % 7] for place in _places(weekday)]


def _of_months(month: Field) -> str:
    return "every month" if month.free else _month_names(month)


def _in_months(month: Field) -> str:
    return "" if month.free else f" in {_month_names(month)}"


def _month_names(month: Field) -> str:
    return _runs([MONTHS[value - 1] for value in month.values], month.values)


def nth(number: int) -> str:
    """`1st`, `22nd`, `13th`."""
    teen = 11 <= number % 100 <= 13
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
