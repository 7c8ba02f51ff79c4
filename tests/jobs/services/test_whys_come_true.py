"""What explain foretells is what then happens: small worlds by chance, each asked before and held against its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from jobs import services
from jobs.models import Job, Run, Supervisor
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 6, 3, 12, tzinfo=UTC)
STEP = timedelta(minutes=5)
MOMENTS = [NOON + number * STEP for number in range(1, 25)]
TRIGGERS = (
    'trigger = "cron"\nexpression = "*/20 * * * *"',
    'trigger = "cron"\nexpression = "0 13 * * *"',
    'trigger = "cron"\nhour = 15\nminute = 30\ntimezone = "Europe/Berlin"',
    'trigger = "interval"\nminutes = 25',
    'trigger = "date"\nrun_date = 2030-06-03T12:40:00Z',
)
BOUNDS = (
    "",
    "",
    'blackout = ["2030-06-03T12:30:00Z/2030-06-03T13:20:00Z"]',
    "start = 2030-06-03T13:00:00Z",
    "end = 2030-06-03T13:00:00Z",
)


def chance_of_a_world(dice: Random) -> Job:
    chosen = dice.sample(TRIGGERS, 2)
    tables = [f"[[schedule]]\n{trigger}\n{dice.choice(BOUNDS)}\n" for trigger in chosen]
    job = make_job(text=f"{ECHO}{''.join(tables)}")
    if dice.random() < 0.4:
        services.pause_schedule(schedule=dice.choice(list(job.schedules.all())))
    if dice.random() < 0.15:
        services.pause_job(job=job)
    if dice.random() < 0.3:
        services.begin_quiet(until=NOON + timedelta(minutes=dice.choice((30, 55, 70))))
    return job


@pytest.mark.parametrize("seed", range(12))
def test_it_happens_as_explained(seed: int, settings: Any) -> None:
    settings.MXX_TIMEZONE = "UTC"
    with clock.frozen(NOON) as hands:
        Supervisor.objects.create(id="s", host="here", pid=1, identity="b:1", slots=2, scheduler_beat_at=NOON)
        job, scheduler = chance_of_a_world(Random(seed)), awake()
        foretold = [at for at in MOMENTS if services.why(job=job, at=at).happens]
        for _ in MOMENTS:
            hands.move(STEP)
            scheduler._process_jobs()
    began = Run.objects.filter(status="queued").order_by("scheduled_for")
    assert list(began.values_list("scheduled_for", flat=True).distinct()) == foretold
