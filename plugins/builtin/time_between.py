"""`[time_between]`: only at these hours."""

from __future__ import annotations

from typing import Any

from plugins.answers import No
from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook
from plugins.walltime import now_in, time_of, time_problems, zone_problems


class TimeBetween(Plugin):
    """Run only within a window of local time; it may cross midnight.

    ```toml
    [time_between]
    start = "22:00"
    end = "06:00"
    timezone = "Europe/Berlin"

    [os]
    cmd = ["echo", "everybody is asleep"]
    ```

    start: first moment of the window.
    end: first moment after it.
    timezone: of both; by default the zone of this MXX.
    invert: run only outside the window.
    """

    name = "time_between"

    def __init__(self, start: str, end: str, timezone: str | None = None, invert: bool = False) -> None:
        self.start, self.end, self.timezone, self.invert = start, end, timezone, invert

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        start, end = options.get("start"), options.get("end")
        problems = [*time_problems("start", start), *time_problems("end", end)]
        if start is not None and start == end:
            problems.append(("end", "is the same as start: the window would be empty", 'end = "06:00"'))
        return [*problems, *zone_problems(options.get("timezone"))]

    @hook("all_cond")
    def is_the_time(self, run: RunContext) -> bool | No:
        now = now_in(self.timezone or run.timezone).time()
        start, end = time_of(self.start), time_of(self.end)
        inside = start <= now < end if start < end else now >= start or now < end
        place = "within" if inside else "outside"
        return inside != self.invert or No(f"it is {now:%H:%M}, {place} {self.start}-{self.end}")
