"""A cron expression as a sentence: "Every 15 minutes from 08:00 to 18:59, Mondays to Fridays"."""

from __future__ import annotations

from itertools import product

from jobs.timing.cron import LAST, Expression, Field
from jobs.timing.speech import all_of, any_of, noted, say, sentence_case

DAYS = (
    noted("Sunday"), noted("Monday"), noted("Tuesday"), noted("Wednesday"), noted("Thursday"), noted("Friday"),
    noted("Saturday"),
)  # fmt: skip
EACH_DAY = (
    noted("Sundays"), noted("Mondays"), noted("Tuesdays"), noted("Wednesdays"), noted("Thursdays"),
    noted("Fridays"), noted("Saturdays"),
)  # fmt: skip
MONTHS = (
    noted("January"), noted("February"), noted("March"), noted("April"), noted("May"), noted("June"),
    noted("July"), noted("August"), noted("September"), noted("October"), noted("November"), noted("December"),
)  # fmt: skip
ORDINALS = {
    1: noted("first"), 2: noted("second"), 3: noted("third"), 4: noted("fourth"), 5: noted("fifth"),
    LAST: noted("last"),
}  # fmt: skip
EVERY = {
    "second": (noted("every second"), noted("every %(n)d seconds")),
    "minute": (noted("every minute"), noted("every %(n)d minutes")),
    "hour": (noted("every hour"), noted("every %(n)d hours")),
}
NUMBERS = {
    "second": (noted("second %(n)s"), noted("seconds %(n)s")),
    "minute": (noted("minute %(n)s"), noted("minutes %(n)s")),
    "hour": (noted("hour %(n)s"), noted("hours %(n)s")),
}

MOST_TIMES = 6
"""So many times of day are told one by one."""


def sentence(expression: Expression, both_days: bool) -> str:
    """both_days: day of month AND day of week must match."""
    days, times = _days(expression, both_days), _times_of_day(expression)
    if times:
        text = say("%(days)s at %(times)s", days=days, times=times)
    else:
        text = _rhythm(expression)
        if days != say("every day"):
            text = say("%(rhythm)s, %(days)s", rhythm=text, days=days)
    return sentence_case(text)


def clock_time(hour: int, minute: int, second: int = 0) -> str:
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _times_of_day(expression: Expression) -> str:
    """`04:30`, `08:00, 12:00 and 18:00`; empty for a rhythm and for too many of them."""
    second, minute, hour, *_ = expression.fields
    count = len(second.values) * len(minute.values) * len(hour.values)
    if count > MOST_TIMES or any(_is_even(field) for field in (second, minute, hour)):
        return ""
    return all_of(clock_time(*time) for time in product(hour.values, minute.values, second.values))


def _rhythm(expression: Expression) -> str:
    second, minute, hour, *_ = expression.fields
    if second.values != (0,):
        return _rhythm_of_seconds(second, minute, hour)
    if _is_even(minute):
        return _within(hour, _every(minute))
    if len(minute.values) == 1 and (hour.free or _is_even(hour) or _is_run(hour)):
        return _rhythm_of_hours(hour, minute.values[0])
    return say("at %(minutes)s of %(hours)s", minutes=_numbers(minute), hours=_of_hours(hour))


def _rhythm_of_seconds(second: Field, minute: Field, hour: Field) -> str:
    fine = _every(second) if _is_even(second) else say("at %(seconds)s", seconds=_numbers(second))
    if not minute.free:
        return say(
            "%(fine)s of %(minutes)s of %(hours)s",
            fine=fine,
            minutes=_numbers(minute),
            hours=_of_hours(hour),
        )
    return _within(hour, fine if _is_even(second) else say("every minute %(fine)s", fine=fine))


def _rhythm_of_hours(hour: Field, minute: int) -> str:
    if not _is_even(hour):
        first, last = (clock_time(one, minute) for one in (hour.values[0], hour.values[-1]))
        return say("every hour from %(first)s to %(last)s", first=first, last=last)
    rhythm = _every(hour)
    return say("%(rhythm)s at minute %(minute)d", rhythm=rhythm, minute=minute) if minute else rhythm


def _is_even(field: Field) -> bool:
    """True for `*` and for steps that leave no remainder: the same distance all through the day."""
    return field.free or (
        len(field.terms) == 1 and field.starred and (field.kind.high + 1) % field.terms[0].step == 0
    )


def _is_run(field: Field) -> bool:
    return len(field.values) == field.values[-1] - field.values[0] + 1


def _every(field: Field) -> str:
    once, often = EVERY[field.kind.label]
    step = 1 if field.free else field.terms[0].step
    return say(once) if step == 1 else say(often, n=step)


def _within(hour: Field, rhythm: str) -> str:
    if hour.free:
        return rhythm
    if _is_run(hour):
        first, last = clock_time(hour.values[0], 0), clock_time(hour.values[-1], 59)
        return say("%(rhythm)s from %(first)s to %(last)s", rhythm=rhythm, first=first, last=last)
    return say("%(rhythm)s of %(hours)s", rhythm=rhythm, hours=_of_hours(hour))


def _of_hours(hour: Field) -> str:
    return say("every hour") if hour.free else _numbers(hour)


def _numbers(field: Field) -> str:
    """`minute 5`, `minutes 0, 15 and 45`, `hours 8 to 18`."""
    words = [str(value) for value in field.values]
    return say(NUMBERS[field.kind.label][len(words) > 1], n=_runs(words, field.values))


def _runs(words: list[str], values: tuple[int, ...]) -> str:
    """The words of neighbouring values drawn together: `1, 2 and 5 to 9`."""
    groups: list[list[str]] = []
    for place, word in enumerate(words):
        if place and values[place] == values[place - 1] + 1:
            groups[-1].append(word)
        else:
            groups.append([word])
    drawn = (
        [say("%(first)s to %(last)s", first=group[0], last=group[-1])] if len(group) > 2 else group
        for group in groups
    )
    return all_of(word for group in drawn for word in group)


def _days(expression: Expression, both_days: bool) -> str:
    """`every day`, `Mondays`, `on the 1st of every month`, `on the 13th of every month and every Friday`."""
    *_, day, month, weekday = expression.fields
    if day.free and weekday.free:
        return _in_months(month, say("every day"))
    if weekday.free:
        return _monthdays(day, month)
    if day.free:
        return _weekdays(weekday, month)
    if both_days:
        return say("%(days)s if it is %(weekday)s", days=_monthdays(day, month), weekday=_a_weekday(weekday))
    either = say("%(days)s and %(weekdays)s", days=_monthdays(day, month), weekdays=_each_weekday(weekday))
    return _in_months(month, either)


def _monthdays(day: Field, month: Field) -> str:
    if len(day.values) == len(month.values) == 1 and not day.special:
        return say("every year on %(day)d %(month)s", day=day.values[0], month=_month_names(month))
    words = [_runs([_day_of_month(value) for value in day.values], day.values)] if day.values else []
    words += [say("last day") if term.form == "last day" else say("last weekday") for term in day.special]
    return say("on the %(days)s of %(months)s", days=all_of(words), months=_of_months(month))


def _weekdays(weekday: Field, month: Field) -> str:
    """`Mondays`, `Mondays to Fridays in June`, `on the second Friday of every month`."""
    each = [say(EACH_DAY[(place + 1) % 7]) for place in _places(weekday)]
    plain = say("%(weekdays)s", weekdays=_runs(each, _places(weekday))) if each else ""
    if not weekday.special:
        return _in_months(month, plain)
    special = say("on %(days)s of %(months)s", days=_nth_weekdays(weekday), months=_of_months(month))
    return all_of([plain, special]) if plain else special


def _each_weekday(weekday: Field) -> str:
    """`every Friday`, `every Saturday and Sunday`, `the last Friday`."""
    names = _runs(_names(weekday), _places(weekday)) if weekday.values else ""
    plain = [say("every %(weekdays)s", weekdays=names)] if names else []
    return all_of(plain + ([_nth_weekdays(weekday)] if weekday.special else []))


def _a_weekday(weekday: Field) -> str:
    """`a Friday`, `a Saturday or Sunday`, `the last Friday`."""
    plain = [say("a %(weekdays)s", weekdays=any_of(_names(weekday)))] if weekday.values else []
    return any_of(plain + ([_nth_weekdays(weekday)] if weekday.special else []))


def _nth_weekdays(weekday: Field) -> str:
    return all_of(
        say("the %(nth)s %(weekday)s", nth=say(ORDINALS[term.nth]), weekday=say(DAYS[term.low % 7]))
        for term in weekday.special
    )


def _places(weekday: Field) -> tuple[int, ...]:
    """The week's days counted from Monday, ascending: the order in which people say them."""
    return tuple(sorted((value - 1) % 7 for value in weekday.values))


def _names(weekday: Field) -> list[str]:
    return [say(DAYS[(place + 1) % 7]) for place in _places(weekday)]


def _of_months(month: Field) -> str:
    return say("every month") if month.free else _month_names(month)


def _in_months(month: Field, days: str) -> str:
    return days if month.free else say("%(days)s in %(months)s", days=days, months=_month_names(month))


def _month_names(month: Field) -> str:
    return _runs([say(MONTHS[value - 1]) for value in month.values], month.values)


def _day_of_month(number: int) -> str:
    return say("%(n)d%(th)s", n=number, th=nth(number).lstrip("0123456789"))


def nth(number: int) -> str:
    """`1st`, `22nd`, `13th`."""
    teen = 11 <= number % 100 <= 13
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
