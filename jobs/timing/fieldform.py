"""The prototype's field form (`hour = 10`, `day_of_week = "mon"`) as a cron expression.

As APScheduler reads it: unset fields smaller than the smallest set one are their minimum, larger ones `*`;
day_of_week counts from Monday = 0; day and day_of_week must both match.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from jobs.timing.cron import DAY, HOUR, LAST, MINUTE, MONDAY_FIRST, MONTH, SECOND, Field, Kind, read_field
from plugins.words import kind as kind_of
from plugins.words import shown

KINDS: dict[str, Kind] = {
    "second": SECOND,
    "minute": MINUTE,
    "hour": HOUR,
    "day_of_week": MONDAY_FIRST,
    "day": DAY,
    "month": MONTH,
}
"""From the smallest to the largest."""

MINIMUM = {"second": "0", "minute": "0", "hour": "0", "day_of_week": "*", "day": "1"}


def read_value(key: str, value: object) -> str:
    """One field in crontab's words. Raises ValueError (CronError for what cron would refuse)."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"must be a number or a text, not {kind_of(value)}")
    kind = KINDS[key]
    if isinstance(value, int) and not kind.low <= value <= kind.high:
        raise ValueError(f"{kind.label}: {shown(value)} is outside {kind.span}")
    text = str(value).strip()
    if key == "day" and text.lower() == "last":
        return "L"
    field = read_field(kind, text)
    return _weekdays(field) if key == "day_of_week" else text


def expression(given: Mapping[str, str]) -> str:
    """`30 4 * * *` for {"hour": "4", "minute": "30"}."""
    order = list(KINDS)
    smallest = min(order.index(key) for key in given)
    full = {key: given.get(key, MINIMUM[key] if order.index(key) < smallest else "*") for key in order}
    parts = [full[key] for key in ("minute", "hour", "day", "month", "day_of_week")]
    return " ".join(parts if full["second"] == "0" else [full["second"], *parts])


def _weekdays(field: Field) -> str:
    """By name, so that nobody has to know where the week begins: `MON-FRI`, `SAT,SUN`, `FRI#2`."""
    if field.free:
        return "*"
    names = MONDAY_FIRST.names
    parts = [names[a] if a == b else f"{names[a]}-{names[b]}" for a, b in _runs(field.values)]
    parts += [
        f"{names[term.low]}L" if term.nth == LAST else f"{names[term.low]}#{term.nth}"
        for term in field.special
    ]
    return ",".join(parts)


def _runs(values: tuple[int, ...]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours."""
    if not values:
        return []
    breaks = [(a, b) for a, b in pairwise(values) if b != a + 1]
    firsts = [values[0], *(b for _, b in breaks)]
    lasts = [*(a for a, _ in breaks), values[-1]]
    return list(zip(firsts, lasts, strict=True))
