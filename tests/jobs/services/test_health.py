from __future__ import annotations

from datetime import timedelta

import pytest

from jobs import services
from jobs.models import Lease, Supervisor
from jobs.timing import clock

pytestmark = pytest.mark.django_db


def beat(seconds: float) -> None:
    """A scheduler whose loop turned so many seconds from now."""
    now = clock.now()
    Supervisor.objects.create(
        id="me", host="here", pid=1, identity="x:1", scheduler_beat_at=now + timedelta(seconds=seconds)
    )


@pytest.mark.parametrize(("seconds", "ok"), [(-1, True), (-20, False), (20, False)])
def test_health_looks_at_both_sides_of_the_clock(seconds: float, ok: bool) -> None:
    beat(seconds)
    assert services.health().ok is ok


def test_a_lease_that_ran_out_is_red() -> None:
    beat(-1)
    Lease.objects.create(name="scheduler", holder="gone", expires_at=clock.now() - timedelta(seconds=30))
    assert services.health().problem == "no scheduler has led for 30 s: nothing is planned"
