"""`[cpu_below]`: only when the machine has time."""

from __future__ import annotations

from typing import Any

from plugins.answers import No
from plugins.base import Duration, Plugin
from plugins.context import RunContext
from plugins.hooks import hook


class CpuBelow(Plugin):
    """Run only when the processors are less busy than that, all of them together.

    ```toml
    [cpu_below]
    percent = 80
    over = "0.5s"

    [os]
    cmd = ["echo", "there is time"]
    ```

    percent: 100 is all processors busy.
    over: how long to measure.
    """

    name = "cpu_below"

    def __init__(self, percent: float, over: Duration = 1.0) -> None:
        self.percent, self.over = percent, over

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        percent, over = options.get("percent"), options.get("over")
        problems = []
        if isinstance(percent, int | float) and not 0 < percent <= 100:
            problems.append(("percent", "must be above 0 and at most 100", "percent = 80"))
        if isinstance(over, int | float) and not 0.1 <= over <= 600:
            problems.append(("over", "must be from 0.1 s to 10 minutes", "over = 5"))
        return problems

    @hook("all_cond")
    def has_time(self, run: RunContext) -> bool | No:
        import psutil  # 10 ms, which only runs that ask for it should pay

        psutil.cpu_percent()  # the next call measures from here on
        run.sleep(self.over)
        busy = psutil.cpu_percent()
        return busy < self.percent or No(f"the processors are {busy:g} % busy, not below {self.percent:g} %")
