from __future__ import annotations

from apscheduler.schedulers.base import STATE_RUNNING

from jobs.scheduling.scheduler import Scheduler


def awake(holder: str = "me") -> Scheduler:
    """A scheduler whose stores are started, without its thread."""
    scheduler = Scheduler(holder)
    for part, alias in ((scheduler.executor, "default"), (scheduler.store, "default")):
        part.start(scheduler, alias)
    scheduler._executors["default"] = scheduler.executor
    scheduler._jobstores["default"] = scheduler.store
    scheduler.state = STATE_RUNNING
    return scheduler
