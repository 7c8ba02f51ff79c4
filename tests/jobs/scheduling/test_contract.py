"""What we override of APScheduler 3.11 is still there, with the same signatures."""

from __future__ import annotations

import inspect

from apscheduler.executors.base import BaseExecutor
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from django_apscheduler.jobstores import DjangoJobStore

from jobs.scheduling.scheduler import Scheduler


def test_the_methods_we_override_exist() -> None:
    for owner, name in (
        (BackgroundScheduler, "_main_loop"),
        (BaseScheduler, "_process_jobs"),
        (BaseExecutor, "submit_job"),
        (Job, "_get_run_times"),
        (DjangoJobStore, "register_event_listeners"),
    ):
        assert inspect.isfunction(getattr(owner, name)), name


def test_a_wake_up_still_asks_store_and_executor_the_way_ours_answer() -> None:
    source = inspect.getsource(BaseScheduler._process_jobs)
    for call in (
        "jobstore.get_due_jobs(now)",
        "job._get_run_times(now)",
        "executor.submit_job(job, run_times)",
        "job.trigger.get_next_fire_time",
        "jobstore.update_job(job)",
        "self.remove_job(job.id, jobstore_alias)",
    ):
        assert call in source


def test_the_loop_still_sleeps_on_the_event_that_wakeup_sets() -> None:
    assert "self._event.wait" in inspect.getsource(BackgroundScheduler._main_loop)
    assert "self._event.set()" in inspect.getsource(BackgroundScheduler.wakeup)


def test_a_wake_up_before_the_start_is_none_too_early(db: None) -> None:
    """The watcher looks before the scheduler's thread runs."""
    Scheduler("me").wakeup()
