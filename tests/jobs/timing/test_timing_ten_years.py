"""Daily and hourly jobs in twelve zones over ten years: in each zone a seeded third of the times of day, spread over
all ten years. benchmarks/soak_ten_years.py looks at all times in all years."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from jobs.timing.triggers import CronTrigger
from tests.jobs.timing.tenyears import REAL, SECOND, TIMES, YEARS, ZONES, Walk, walk


@pytest.fixture(scope="module", params=ZONES)
def walked(request: pytest.FixtureRequest) -> Walk:
    """Of the module, so that only one zone's walk is in memory at a time."""
    return walk(request.param)


def test_a_daily_job_runs_exactly_once_on_each_local_day(walked: Walk) -> None:
    years = [
        [day for day in walked.days if day.year == ZONES[walked.zone] + number] for number in range(YEARS)
    ]
    for number, at in enumerate(random.Random(walked.zone).sample(TIMES, 24)):
        wanted = walked.once_a_day(at, years[number % YEARS])
        trigger = CronTrigger(f"{at.minute} {at.hour} * * *", walked.zone)
        assert trigger.due(wanted[0], wanted[-1], 400).moments == wanted, at


def test_the_daily_moment_after_any_moment_is_the_next_of_the_oracle(walked: Walk) -> None:
    pick = random.Random(walked.zone)
    for at in pick.sample(TIMES, 12):
        moments = walked.once_a_day(at)
        trigger = CronTrigger(f"{at.minute} {at.hour} * * *", walked.zone)
        for before, following in pick.sample(list(pairwise(moments)), 20):
            asked = before + pick.random() * (following - before - SECOND)
            assert trigger.after(asked) == following


def test_hourly_and_every_n_follow_real_time(walked: Walk) -> None:
    pick = random.Random(walked.zone)
    for expression in pick.sample(list(REAL), 2):
        quarters = walked.year(pick.randrange(YEARS))
        wanted = [moment for moment, wall in quarters if REAL[expression](wall)]
        due = CronTrigger(expression, walked.zone).due(quarters[0][0], quarters[-1][0], 100_000)
        assert due.moments == wanted, expression


def test_the_oracle_knows_the_day_that_apia_left_out(walked: Walk) -> None:
    seen = {day.isoformat() for day in walked.days}
    if walked.zone == "Pacific/Apia":
        assert "2011-12-29" in seen and "2011-12-30" not in seen and "2011-12-31" in seen
    else:
        assert len(seen) == (walked.days[-1] - walked.days[0]).days + 1
