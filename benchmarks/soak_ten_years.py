"""Daily jobs at each hour and :00, :15 and :30 on each day of ten years in twelve zones, against the oracle of the tests.

Run it alone: .venv/bin/python benchmarks/soak_ten_years.py. Some minutes; exit code 1 when a day differs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from jobs.timing.triggers import CronTrigger
from tests.jobs.timing.tenyears import REAL, TIMES, ZONES, walk


def main() -> int:
    began, moments, wrong = time.monotonic(), 0, 0
    for zone in ZONES:
        walked = walk(zone)
        expressions = {f"{at.minute} {at.hour} * * *": walked.once_a_day(at) for at in TIMES}
        first, last = walked.quarters[0][0], walked.quarters[-1][0]
        for expression, rule in REAL.items():
            expressions[expression] = [moment for moment, wall in walked.quarters if rule(wall)]
        for expression, wanted in expressions.items():
            until = last if expression in REAL else wanted[-1]
            found = CronTrigger(expression, zone).due(first, until, 1_000_000).moments
            moments += len(wanted)
            if found != wanted:
                wrong += 1
                print(f"{zone} {expression}: {sorted({*found} ^ {*wanted})[:5]}")
    print(f"ten_years.moments {moments} n={len(ZONES)} zones")
    print(f"ten_years.schedules_that_differ {wrong}")
    print(f"ten_years.time {time.monotonic() - began:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
