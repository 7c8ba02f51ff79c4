"""What does `up` cost while nothing is due? 10,000 schedules: processor time, and memory shared out (PSS).

python benchmarks/bench_idle.py [sqlite|postgresql]... [--schedules 10000] [--seconds 60]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_storm import fill
from benchmarks.gauges import between, cpu_times, laid_out, say, shares
from tests.chaos.mxx import Mxx

SETTLING = 10.0
"""Seconds after the start that are not measured."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    for database in options.databases:
        with laid_out(database) as (mxx, _):
            fill(mxx, 0, options.schedules, "true")
            mxx.up()
            measure(mxx, f"{database}_{options.schedules}", options.seconds)


def measure(mxx: Mxx, name: str, seconds: float) -> None:
    time.sleep(SETTLING)
    before = cpu_times(mxx)
    time.sleep(seconds)
    spent = between(before, cpu_times(mxx))
    say(f"{name}_idle_cpu", 100 * sum(spent.values()) / seconds, "% of a core", seconds=f"{seconds:g}")
    memory = shares(mxx)
    say(f"{name}_pss", sum(memory.values()), "MiB", **{role: f"{mib:.0f}" for role, mib in memory.items()})


if __name__ == "__main__":
    main()
