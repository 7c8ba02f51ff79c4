"""Trigger and edit: how long until there is an effect? 200 each, one after the other, on SQLite and on PostgreSQL.

    python benchmarks/bench_trigger.py [sqlite|postgresql]... [--count 200]

edit_to_effect: a schedule saved through the API that is due at once; from the answer (or the moment, if that is later) until
its run is queued. trigger_to_program: from the API call until the program itself was started, as its keeper saw it.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.gauges import laid_out, spread
from tests.chaos.mxx import Mxx, until

AHEAD = 0.4
"""Seconds from the request until the new schedule is due: saving takes less on all but the busiest machine."""
ONCE = '[os]\ncmd = ["true"]\n[schedule]\ntrigger = "date"\nrun_date = "{moment}"\n'
BY_HAND = '[job]\noverlap = "parallel"\n[os]\ncmd = ["true"]\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    for database in options.databases:
        with laid_out(database) as (mxx, _):
            mxx.up()
            spread(f"{database}_edit_to_effect", [edited(mxx, number) for number in range(options.count)])
            mxx.save("by-hand", BY_HAND)
            triggered(mxx)  # the first one reads the job's text
            spread(f"{database}_trigger_to_program", [triggered(mxx) for _ in range(options.count)])


def edited(mxx: Mxx, number: int) -> float:
    """Seconds from the edit, or from its moment if that came after the answer, to the row of the run."""
    name, due = f"edit-{number}", time.time() + AHEAD
    mxx.save(name, ONCE.format(moment=datetime.fromtimestamp(due, UTC).isoformat()))
    answered = time.time()
    [run] = until(lambda: mxx.runs(f"job={name}"), what="its run")
    return datetime.fromisoformat(run["queued_at"]).timestamp() - max(due, answered)


def triggered(mxx: Mxx) -> float:
    asked = time.time()
    run = mxx.ended(mxx.trigger("by-hand"))
    return float(run["receipt"]["launches"][0]["started"]) - asked


if __name__ == "__main__":
    main()
