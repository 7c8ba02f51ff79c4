"""`[once]`: not again today."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Literal

from plugins.answers import No
from plugins.base import Duration, Plugin
from plugins.context import RunContext
from plugins.hooks import hook
from plugins.walltime import now_in, time_of, time_problems, zone_problems


class Once(Plugin):
    """Skip the run when one has succeeded already: today, this week, or within a while. Failed runs do not count.

    ```toml
    [once]
    per = "day"
    reset = "04:00"

    [os]
    cmd = ["echo", "the daily quests"]
    ```

    per: "day", or "week" (from Monday on).
    reset: the time of day at which a new day (or week) begins.
    timezone: of `reset`; by default the zone of this MXX.
    within: instead of `per`: how long after a success to stay away, for example "20h".
    """

    name = "once"

    def __init__(
        self,
        per: Literal["day", "week"] = "day",
        reset: str = "00:00",
        timezone: str | None = None,
        within: Duration | None = None,
    ) -> None:
        self.per, self.reset, self.timezone, self.within = per, reset, timezone, within

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        problems = [*time_problems("reset", options.get("reset")), *zone_problems(options.get("timezone"))]
        if "within" in options and ("per" in options or "reset" in options):
            problems.append(
                ("within", "stands in place of per and reset: leave one of them out", 'within = "20h"')
            )
        elif options.get("within") == 0:
            problems.append(("within", "must be above 0", 'within = "20h"'))
        return problems

    @hook("all_cond")
    def not_done_yet(self, run: RunContext) -> bool | No:
        if run.last_success is None:
            return True
        now = now_in(self.timezone or run.timezone)
        done = datetime.fromtimestamp(run.last_success, now.tzinfo)
        if self.within is not None:
            ago = time.time() - run.last_success
            return ago >= self.within or No(f"succeeded {ago:.0f} s ago, less than {self.within:.10g} s")
        if done < self._began(now):
            return True
        when = "today" if self.per == "day" else "this week"
        return No(f"already succeeded {when}: {done:%Y-%m-%d %H:%M}")

    def _began(self, now: datetime) -> datetime:
        """When the current day or week began."""
        day = now.date() - timedelta(days=int(now.time() < time_of(self.reset)))
        if self.per == "week":
            day -= timedelta(days=day.weekday())
        return datetime.combine(day, time_of(self.reset), now.tzinfo)
