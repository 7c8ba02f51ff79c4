"""What comes, why, and quiet times, on the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from jobs import services
from jobs.models import Job, Quiet
from jobs.models.quiet import OPEN_END
from jobs.timing import clock
from tests.api.kit import person

DAILY = '[os]\ncmd = "true"\n[schedule]\ntrigger = "cron"\nhour = 4\n'


@pytest.fixture
def daily(db: None) -> Job:
    return services.save_job(name="daily", draft=services.read_draft(text=DAILY), source="api")


def test_what_comes_is_listed_with_its_schedule(web: Client, daily: Job) -> None:
    shown = web.get("/next/").content.decode()
    assert "Every day at 04:00" in shown
    assert "No run should be in the way of another." in shown


def test_the_page_begins_with_what_is_due_next(web: Client, daily: Job) -> None:
    assert "<h1>daily is due in " in web.get("/next/").content.decode()


def test_with_nothing_planned_the_page_says_so_first(web: Client) -> None:
    assert "<h1>Nothing is planned</h1>" in web.get("/next/").content.decode()


def test_a_job_that_is_due_all_the_time_has_one_line(web: Client, daily: Job) -> None:
    often = services.read_draft(text=DAILY.replace("hour = 4", 'expression = "*/5 * * * *"'))
    services.save_job(name="often", draft=often, source="api")
    shown = web.get("/next/").content.decode()
    assert shown.count('href="/jobs/often/"') == shown.count('href="/jobs/daily/"') == 1


def test_a_quiet_time_shows_on_every_page_until_it_is_ended(web: Client, daily: Job) -> None:
    web.post("/quiet/", {"hours": "4"})
    for address in ("/", "/jobs/", "/jobs/daily/", "/next/"):
        assert "no schedule starts anything." in web.get(address).content.decode()
    web.post("/quiet/end/")
    assert "End it now" not in web.get("/").content.decode()


OFTEN = '[os]\ncmd = "true"\n[schedule]\ntrigger = "interval"\nseconds = 20\n'


@pytest.mark.parametrize("path", ["/", "/jobs/", "/jobs/often/", "/next/"])
def test_in_a_quiet_time_the_first_moment_that_is_told_is_the_first_after_its_end(
    web: Client, path: str
) -> None:
    with clock.frozen(clock.now().replace(microsecond=0)):
        services.save_job(name="often", draft=services.read_draft(text=OFTEN), source="api")
        assert "in 20 s" in web.get(path).content.decode()
        services.begin_quiet(until=clock.now() + timedelta(hours=3))
        told = web.get(path).content.decode()
    assert "in 3 h" in told and "in 20 s" not in told


def test_who_is_due_first_after_a_quiet_time_is_told_first_however_many_are_due_in_it(
    web: Client, db: None
) -> None:
    with clock.frozen(clock.now().replace(microsecond=0)):
        for number in range(50):
            draft = services.read_draft(text=OFTEN.replace("seconds = 20", f"minutes = {40 + number}"))
            services.save_job(name=f"job {number}", draft=draft, source="api")
        services.begin_quiet(until=clock.now() + timedelta(minutes=88))
        told = web.get("/").content.decode().split('id="next"')[1]
    assert re.findall(r'href="/jobs/([^"]+)/"', told)[:3] == ["job%204", "job%2048", "job%2049"]


@pytest.mark.parametrize("path", ["/", "/jobs/", "/jobs/often/"])
def test_after_a_restore_no_page_tells_a_next_moment(web: Client, path: str) -> None:
    services.save_job(name="often", draft=services.read_draft(text=OFTEN), source="api")
    Quiet.objects.create(since=clock.now(), until=OPEN_END, why="restored from the backup of today")
    told = web.get(path).content.decode()
    assert " in 20 s" not in told and "Never again" not in told


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01T10:00"])
def test_a_quiet_end_that_cannot_be_comes_back_with_an_example(web: Client, daily: Job, until: str) -> None:
    answer = web.post("/quiet/", {"until": until})
    assert answer.status_code == 422
    assert "until" in answer.content.decode()
    assert not Quiet.objects.exists()


def test_a_quiet_end_that_has_passed_stays_in_its_field_and_is_refused_in_the_readers_zone(
    web: Client,
) -> None:
    with clock.frozen(clock.now().replace(microsecond=0)):
        page = web.post("/quiet/", {"until": "2020-01-01T00:00"}).content.decode()
        in_two_hours = clock.now().astimezone(ZoneInfo("Europe/Berlin")) + timedelta(hours=2)
    assert 'value="2020-01-01T00:00"' in page
    assert "2020-01-01 00:00 Europe/Berlin is not ahead" in page
    assert f"<code>{in_two_hours:%Y-%m-%dT%H:%M}:00</code>" in page


def test_the_reader_asks_in_the_own_zone_why_a_job_runs(web: Client, daily: Job) -> None:
    shown = web.get("/jobs/daily/why/?at=2030-06-03T05:00").content.decode()
    assert "no: no schedule is due then" in shown
    assert "says no" in shown


def test_a_moment_that_is_none_is_refused_beside_the_answer_for_the_next(web: Client, daily: Job) -> None:
    answer = web.get("/jobs/daily/why/?at=never")
    assert (answer.status_code, "No such moment" in answer.content.decode()) == (422, True)


def test_who_may_only_look_makes_no_quiet(client: Client, daily: Job) -> None:
    client.force_login(person("viewer"))
    assert "Be quiet" not in client.get("/next/").content.decode()
    assert client.post("/quiet/", {"hours": "1"}).status_code == 403
    assert not Quiet.objects.exists()


def test_after_a_restore_every_page_says_so_and_an_admin_resumes(web: Client, daily: Job) -> None:
    Quiet.objects.create(since=clock.now(), until=OPEN_END, why="restored from the backup of today")
    for path in ("/", "/next/", "/jobs/", "/jobs/daily/", "/jobs/daily/why/"):
        assert "until an admin resumes" in web.get(path).content.decode(), path
    assert web.post("/quiet/", {"hours": "1"}, follow=True).status_code == 200
    operator = Client()
    operator.force_login(person("operator"))
    assert "Resume" not in operator.get("/next/").content.decode()
    assert operator.post("/quiet/end/").status_code == 403
    assert web.post("/quiet/end/").status_code == 302
    assert services.quiet_now() is None


def test_before_saving_the_next_ten_times_are_told_in_words(web: Client) -> None:
    shown = web.post("/check/", {"toml": DAILY}, headers={"HX-Request": "true"}).content.decode()
    assert "Every day at 04:00" in shown
    assert shown.count("<time ") == 10
    assert not Job.objects.exists()


def test_before_saving_a_day_that_never_comes_is_refused_with_its_field(web: Client) -> None:
    text = '[os]\ncmd = "true"\n[schedule]\ntrigger = "cron"\nexpression = "0 0 30 2 *"\n'
    shown = web.post("/check/", {"toml": text}).content.decode()
    assert "schedule[0].expression" in shown and "February has no 30th" in shown
