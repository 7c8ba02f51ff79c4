from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.chaos.mxx import Mxx, until

TRUE = '[os]\ncmd = ["true"]\n'


def test_an_interval_fires_at_each_moment_once_while_others_save_jobs(mxx: Mxx) -> None:
    mxx.save("tick", f'[job]\noverlap = "parallel"\n{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    busy = threading.Event()

    def save_others() -> None:
        number = 0
        while not busy.wait(0.2):
            number += 1
            mxx.save(f"other {number}", TRUE)

    saver = threading.Thread(target=save_others)
    saver.start()
    runs = until(lambda: len(found := mxx.runs("job=tick&status=succeeded")) >= 10 and found, 30, "ten ticks")
    busy.set()
    saver.join()
    moments = sorted(datetime.fromisoformat(run["scheduled_for"]) for run in runs)
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps == {timedelta(seconds=1)}


def test_deleting_one_time_schedules_around_their_moment_leaves_a_live_scheduler(mxx: Mxx) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    for number in range(100):
        mxx.save(f"once-{number}", f'{TRUE}[schedule]\ntrigger = "date"\nrun_date = "{due}"\n')
    until(lambda: datetime.now(UTC).isoformat() > due, what="the moment")
    for number in range(100):
        assert mxx.ask("DELETE", f"jobs/once-{number}/")[0] == 204
    mxx.save("after", f'{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    until(lambda: mxx.runs("job=after&status=succeeded"), what="a run after the storm")
    assert mxx.errors() == []


def test_a_one_time_schedule_fires_once(mxx: Mxx) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    mxx.save("once", f'{TRUE}[schedule]\ntrigger = "date"\nrun_date = "{due}"\n')
    mxx.save("clock", f'{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    until(lambda: len(mxx.runs("job=clock&status=succeeded")) >= 5, what="five seconds")
    assert len(mxx.runs("job=once")) == 1


def test_two_jobs_with_the_same_plugins_run_at_once_without_touching_each_other(mxx: Mxx) -> None:
    for name in ("left", "right"):
        mxx.save(name, f'[os]\ncmd = "echo {name} > mine; sleep 1; cat mine; env"\nshell = true\n')
    ids = {name: mxx.trigger(name) for name in ("left", "right")}
    runs = {name: mxx.ended(run_id) for name, run_id in ids.items()}
    assert runs["left"]["started_at"] < runs["right"]["finished_at"]
    assert runs["right"]["started_at"] < runs["left"]["finished_at"]
    for name, run_id in ids.items():
        log = mxx.ask("GET", f"runs/{run_id}/log/")[1]
        assert log.splitlines()[1] == name
        assert f"MXX_JOB={name}" in log
        assert "MXX_HOME" not in log
