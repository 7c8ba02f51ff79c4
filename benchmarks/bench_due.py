"""How late is a due moment? An interval of 2 s saved through the API, 30 times, while jobs are saved every 200 ms.

Prints scheduled_for -> queued_at and -> program start (as the keeper saw it), p50, p95 and the worst, in ms; then
the time from an API trigger to the program's start. Real processes in a temporary home; about 75 s.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.mxx import Mxx, until

TICK = '[os]\ncmd = ["true"]\n[schedule]\ntrigger = "interval"\nseconds = 2\n'
COUNT = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        mxx = Mxx(Path(folder) / "home").up()
        try:
            show("load average", f"{os.getloadavg()[0]:.2f}")
            due_moments(mxx)
            triggers(mxx)
        finally:
            mxx.stop()


def due_moments(mxx: Mxx) -> None:
    done = threading.Event()
    saver = threading.Thread(target=save_jobs, args=(mxx, done))
    mxx.save("tick", TICK)
    saver.start()
    runs = until(lambda: len(found := ended(mxx)) >= COUNT and found, 90, "30 due moments")[:COUNT]
    done.set()
    saver.join()
    moments = [parsed(run["scheduled_for"]) for run in runs]
    gaps = {round(later - earlier, 3) for earlier, later in pairwise(moments)}
    show(
        "due moments",
        f"{len(runs)}, gaps {sorted(gaps)} s, statuses {sorted({run['status'] for run in runs})}",
    )
    spread(
        "scheduled_for -> queued_at",
        [parsed(run["queued_at"]) - parsed(run["scheduled_for"]) for run in runs],
    )
    starts = [mxx.run(run["id"])["receipt"]["launches"][0]["started"] for run in runs]
    spread(
        "scheduled_for -> program start", [start - due for start, due in zip(starts, moments, strict=True)]
    )


def triggers(mxx: Mxx) -> None:
    mxx.save("by-hand", '[job]\noverlap = "parallel"\n[os]\ncmd = ["true"]\n')
    taken = []
    for _ in range(100):
        asked = time.time()
        run = mxx.ended(mxx.trigger("by-hand"))
        taken.append(run["receipt"]["launches"][0]["started"] - asked)
    spread("API trigger -> program start", taken)


def ended(mxx: Mxx) -> list[dict[str, str]]:
    return sorted(
        (run for run in mxx.runs("job=tick") if run["finished_at"]), key=lambda run: run["scheduled_for"]
    )


def save_jobs(mxx: Mxx, done: threading.Event) -> None:
    number = 0
    while not done.wait(0.2):
        number += 1
        mxx.save(f"other {number}", '[os]\ncmd = ["true"]\n')


def parsed(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def spread(what: str, seconds: list[float]) -> None:
    taken = sorted(1000 * one for one in seconds)
    p95 = taken[int(len(taken) * 0.95)]
    show(what, f"p50 {taken[len(taken) // 2]:.1f}  p95 {p95:.1f}  worst {taken[-1]:.1f} ms  (n={len(taken)})")


def show(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:32} {figure}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
