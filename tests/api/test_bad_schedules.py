"""A schedule that cannot be is refused in every face, with the field and an example; nothing is saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job, Quiet
from jobs.timing import clock
from tests.api.kit import Api, only_field

CRON = 'trigger = "cron"\n'
BAD = {
    f'{CRON}expression = "0 0 30 2 *"': ("expression", "February has no 30th"),
    f"{CRON}day = 31\nmonth = 6": ("day", "June has no 31st"),
    f"{CRON}hour = 25": ("hour", "25 is outside 0-23"),
    f'{CRON}hour = 4\ntimezone = "Mars/Phobos"': ("timezone", "Mars/Phobos"),
    f"{CRON}hour = 4\nstart = 2026-12-24\nend = 2026-12-01": ("end", "lies before start"),
    f'{CRON}hour = 4\nblackout = ["2026-12-26/2026-12-24"]': ("blackout[0]", "ends before it begins"),
    'trigger = "interval"\nseconds = 0': ("seconds", "between 1 second and 366 days"),
    'trigger = "date"\nrun_date = "2026-02-30T10:00"': ("run_date", "is not a date and time"),
}
each = pytest.mark.parametrize("schedule", BAD)


def text(schedule: str) -> str:
    return f'[os]\ncmd = "true"\n[schedule]\n{schedule}\n'


@each
def test_the_api_refuses_it(api: Api, schedule: str) -> None:
    problem = only_field(api.post("jobs/", {"name": "x", "toml": text(schedule)}))
    key, words = BAD[schedule]
    assert problem["field"] == f"schedule[0].{key}"
    assert words in problem["message"]
    assert problem["example"]
    assert not Job.objects.exists()


@each
def test_the_page_refuses_it(boss: User, client: Client, schedule: str) -> None:
    client.force_login(boss)
    answer = client.post("/new-job/", {"name": "x", "toml": text(schedule)})
    assert (answer.status_code, BAD[schedule][1] in answer.content.decode()) == (422, True)
    assert not Job.objects.exists()


@each
def test_the_admin_refuses_it(boss: User, client: Client, schedule: str) -> None:
    client.force_login(boss)
    form = {"name": "x", "text": text(schedule), "schedules-TOTAL_FORMS": 0, "schedules-INITIAL_FORMS": 0}
    answer = client.post("/admin/jobs/job/add/", form)
    assert (answer.status_code, BAD[schedule][1] in answer.content.decode()) == (200, True)
    assert not Job.objects.exists()


def test_the_admin_begins_and_ends_a_quiet_time(boss: User, client: Client) -> None:
    client.force_login(boss)
    until = clock.now() + timedelta(hours=2)
    client.post("/admin/jobs/quiet/add/", {"until_0": f"{until:%Y-%m-%d}", "until_1": f"{until:%H:%M:%S}"})
    quiet = Quiet.objects.get()
    client.post(f"/admin/jobs/quiet/{quiet.pk}/delete/", {"post": "yes"})
    assert Quiet.objects.get().until <= clock.now()


def test_the_admin_refuses_a_quiet_time_in_the_past(boss: User, client: Client) -> None:
    client.force_login(boss)
    answer = client.post("/admin/jobs/quiet/add/", {"until_0": "2020-01-01", "until_1": "10:00"})
    assert "is not ahead" in answer.content.decode()
    assert not Quiet.objects.exists()
