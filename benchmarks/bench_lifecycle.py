"""What the engine itself costs: a job of 20 hooks that do nothing, through the lifecycle, without processes.

Prints the time a job (median of 200) and a hook. The hooks' own time is a call of an empty method each.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from plugins.base import Plugin
from plugins.context import Launch, LaunchRequest, RunContext
from plugins.hooks import hook
from plugins.lifecycle import Lifecycle


class FourHooks(Plugin):
    name = "four"

    @hook("all_cond")
    def may(self) -> bool:
        return True

    @hook("pre_action")
    def prepare(self) -> None: ...

    @hook("action")
    def act(self) -> None: ...

    @hook("post_action")
    def tidy(self) -> None: ...


class NoHost:
    """Hears everything and does nothing."""

    stopping = ""

    def launch(self, request: LaunchRequest, holds: bool = False) -> Launch:
        raise AssertionError("nothing is launched here")

    def wait(self, seconds: float) -> None: ...

    def report(self, kind: str, **facts: Any) -> None: ...

    def now(self) -> float:
        return time.monotonic()


def once() -> float:
    plugins = {f"four#{number}": FourHooks() for number in range(5)}
    run = RunContext(host=NoHost(), id=1, job="bench", plugins=plugins)
    began = time.perf_counter()
    Lifecycle(run).take()
    return time.perf_counter() - began


def main() -> None:
    taken = sorted(once() for _ in range(200))
    median = statistics.median(taken)
    sys.stdout.write(f"lifecycle, 20 hooks: median {1000 * median:.3f} ms, p95 {1000 * taken[190]:.3f} ms, ")
    sys.stdout.write(f"{1e6 * median / 20:.1f} us a hook\n")


if __name__ == "__main__":
    main()
