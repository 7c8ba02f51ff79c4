"""The wall clock of a real MXX is moved (MXX_TEST_CLOCK): no storm, no silence, no double; planning again within 10 s."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.mxx import Mxx, until

pytestmark = pytest.mark.chaos

HOUR, YEAR = 3600, 365 * 86400
TRUE = '[os]\ncmd = ["true"]\n'


class Clocked:
    """One MXX, and the hands of its clock."""

    def __init__(self, mxx: Mxx, hands: Path) -> None:
        self.mxx, self.hands, self.offset = mxx, hands, 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def step(self, seconds: int) -> None:
        self.offset += seconds
        self.hands.write_text(str(self.offset))

    def rows(self, job: str, above: int = 0) -> list[dict[str, Any]]:
        return [run for run in self.mxx.runs(f"job={job}&limit=200") if run["id"] > above]

    def newest(self) -> int:
        return max((run["id"] for run in self.mxx.runs("limit=1")), default=0)

    def ran(self, job: str, above: int) -> list[dict[str, Any]]:
        return [run for run in self.rows(job, above) if run["status"] == "succeeded"]


@pytest.fixture(scope="module")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clocked]:
    folder = tmp_path_factory.mktemp("clock")
    hands = folder / "hands"
    hands.write_text("0")
    mxx = Mxx(folder / "home", MXX_TEST="1", MXX_TEST_CLOCK=str(hands)).up()
    mxx.save("tick", f'[job]\noverlap = "parallel"\n{TRUE}[schedule]\ntrigger = "interval"\nseconds = 1\n')
    clocked = Clocked(mxx, hands)
    until(lambda: len(clocked.ran("tick", 0)) >= 3, what="three ticks")
    yield clocked
    mxx.stop()


@pytest.mark.parametrize("ahead", [HOUR, 8 * HOUR, YEAR], ids=["1h", "8h-asleep", "1y"])
def test_ahead_what_was_missed_runs_once_and_then_all_goes_on(clocked: Clocked, ahead: int) -> None:
    moment = clocked.now() + timedelta(seconds=ahead / 2)
    daily = f'{TRUE}[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "{moment:%M %H %d %m} *"\n'
    clocked.mxx.save(f"once-{ahead}", daily)
    before = clocked.newest()
    clocked.step(ahead)
    [late] = until(lambda: clocked.rows(f"once-{ahead}"), 10, "the missed moment")
    assert late["reason"].startswith("late: was due")
    until(lambda: len(clocked.ran("tick", before)) >= 4, what="ticks go on")
    [missed] = [run for run in clocked.rows("tick", before) if run["status"] == "missed"]
    assert int(missed["reason"].split()[0]) >= ahead - 10
    moments = [run["scheduled_for"] for run in clocked.rows("tick", before)]
    assert len(set(moments)) == len(moments)
    assert len(moments) < 30
    assert len(clocked.rows(f"once-{ahead}")) == 1


def test_back_by_an_hour_ticks_go_on_and_no_daily_job_runs_twice(clocked: Clocked) -> None:
    moment = clocked.now() + timedelta(minutes=1)
    daily = f'{TRUE}[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "{moment:%M %H} * * *"\n'
    clocked.mxx.save("daily", daily)
    clocked.step(60)
    until(lambda: clocked.rows("daily"), 10, "the daily run")
    clocked.step(-HOUR)
    before = clocked.newest()
    until(lambda: len(clocked.ran("tick", before)) >= 4, 10, "ticks go on")
    clocked.step(HOUR - 90)
    before = clocked.newest()
    until(lambda: len(clocked.ran("tick", before)) >= 4, 10, "ticks go on")
    clocked.step(120)
    before = clocked.newest()
    until(lambda: len(clocked.ran("tick", before)) >= 2, 10, "ticks go on")
    assert len(clocked.rows("daily")) == 1
