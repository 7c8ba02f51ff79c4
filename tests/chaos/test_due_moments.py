from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.chaos.mxx import Mxx, until

TRUE = '[os]\ncmd = ["true"]\n'


def forget(served: Mxx, job: str) -> None:
    """So that it does not go on while other tests look."""
    assert served.ask("DELETE", f"jobs/{job}/")[0] == 204


def test_an_interval_fires_at_each_moment_once_while_others_save_jobs(served: Mxx) -> None:
    served.save("tick", f'[job]\noverlap = "parallel"\n{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    busy = threading.Event()

    def save_others() -> None:
        number = 0
        while not busy.wait(0.2):
            number += 1
            served.save(f"other {number}", TRUE)

    saver = threading.Thread(target=save_others)
    saver.start()
    runs = until(
        lambda: len(found := served.runs("job=tick&status=succeeded")) >= 10 and found, 30, "ten ticks"
    )
    busy.set()
    saver.join()
    forget(served, "tick")
    moments = sorted(datetime.fromisoformat(run["scheduled_for"]) for run in runs)
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps == {timedelta(seconds=1)}


def test_deleting_one_time_schedules_around_their_moment_leaves_a_live_scheduler(served: Mxx) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    for number in range(100):
        served.save(f"once-{number}", f'{TRUE}[schedule]\ntrigger = "date"\nrun_date = "{due}"\n')
    until(lambda: datetime.now(UTC).isoformat() > due, what="the moment")
    for number in range(100):
        assert served.ask("DELETE", f"jobs/once-{number}/")[0] == 204
    served.save("after", f'{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    until(lambda: served.runs("job=after&status=succeeded"), what="a run after the storm")
    forget(served, "after")
    assert served.errors() == []


def test_a_one_time_schedule_fires_once(served: Mxx) -> None:
    due = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    served.save("once", f'{TRUE}[schedule]\ntrigger = "date"\nrun_date = "{due}"\n')
    served.save("clock", f'{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    until(lambda: len(served.runs("job=clock&status=succeeded")) >= 5, what="five seconds")
    forget(served, "clock")
    assert len(served.runs("job=once")) == 1


def test_two_jobs_with_the_same_plugins_run_at_once_without_touching_each_other(served: Mxx) -> None:
    for name in ("left", "right"):
        served.save(name, f'[os]\ncmd = "echo {name} > mine; sleep 1; cat mine; env"\nshell = true\n')
    ids = {name: served.trigger(name) for name in ("left", "right")}
    runs = {name: served.ended(run_id) for name, run_id in ids.items()}
    assert runs["left"]["started_at"] < runs["right"]["finished_at"]
    assert runs["right"]["started_at"] < runs["left"]["finished_at"]
    for name, run_id in ids.items():
        log = served.ask("GET", f"runs/{run_id}/log/")[1]
        assert log.splitlines()[1] == name
        assert f"MXX_JOB={name}" in log
        assert "MXX_HOME" not in log
