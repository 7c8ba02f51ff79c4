"""One job: run it, pause it, change it, delete it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from jobs import services
from jobs.models import Job, Run, Schedule, Status
from tests.web import story

HELLO = '[os]\ncmd = ["echo", "hello"]\n'
DAILY = HELLO + '\n[schedule]\ntrigger = "cron"\nhour = 4\nminute = 30\n'
WITH_PARAMS = HELLO + '\n[params]\nstage = "1-7"\npotions = 3\nhard = false\n'


def page_of(web: Client, name: str) -> str:
    return web.get(f"/jobs/{quote(name)}/").content.decode()


def test_run_now_lands_on_the_page_of_the_run(web: Client) -> None:
    story.job("hello", HELLO)
    answer = web.post("/jobs/hello/run/")
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.source, run.requested_by.username) == ("manual", "mira")  # type: ignore[union-attr]


def test_params_come_as_their_types(web: Client) -> None:
    story.job("farm", WITH_PARAMS)
    web.post("/jobs/farm/run/", {"param-stage": "2-1", "param-potions": "5", "param-hard": "true"})
    assert Run.objects.get().params == {"stage": "2-1", "potions": 5, "hard": True}


def test_a_wrong_param_starts_nothing_and_stays_in_its_field(web: Client) -> None:
    story.job("farm", WITH_PARAMS)
    answer = web.post("/jobs/farm/run/", {"param-stage": "2-1", "param-potions": "many"})
    assert answer.status_code == 422
    assert "must be a whole number" in answer.content.decode() and 'value="2-1"' in answer.content.decode()
    assert not Run.objects.exists()


def test_the_next_ten_times_are_told(web: Client) -> None:
    story.job("daily", DAILY)
    page = page_of(web, "daily")
    assert "Every day at 04:30" in page and "The next 10 times" in page
    assert page.split('id="does"')[0].count('class="times"') == 1


def test_pause_and_resume_turn_the_button_around(web: Client) -> None:
    story.job("daily", DAILY)
    web.post("/jobs/daily/pause/")
    assert not Job.objects.get().enabled
    assert ">Resume<" in page_of(web, "daily")
    web.post("/jobs/daily/resume/", {"from": "list"})
    assert Job.objects.get().enabled


def test_one_schedule_can_be_paused_alone(web: Client) -> None:
    schedule = story.job("daily", DAILY).schedules.get()
    web.post(f"/jobs/daily/schedules/{schedule.pk}/pause/")
    schedule.refresh_from_db()
    assert not schedule.enabled and schedule.next_run_time is None
    web.post(f"/jobs/daily/schedules/{schedule.pk}/resume/")
    again = Schedule.objects.get()
    assert again.enabled and again.next_run_time is not None


def test_a_schedule_of_another_job_is_not_found(web: Client) -> None:
    schedule = story.job("daily", DAILY).schedules.get()
    story.job("hello", HELLO)
    assert web.post(f"/jobs/hello/schedules/{schedule.pk}/pause/").status_code == 404


def test_a_save_makes_a_new_revision(web: Client) -> None:
    story.job("hello", HELLO)
    web.post("/jobs/hello/save/", {"toml": HELLO + "# a word\n", "revision": "1"})
    job = Job.objects.select_related("revision").get()
    assert job.revision is not None
    assert (job.revision.number, job.toml.endswith("# a word\n")) == (2, True)


def test_refused_text_is_not_lost_and_its_line_is_marked(web: Client) -> None:
    story.job("hello", HELLO)
    answer = web.post("/jobs/hello/save/", {"toml": '[os]\ncmmd = "keep me"\n', "revision": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "keep me" in page and "<mark>2</mark>" in page and "did you mean cmd" in page
    assert Job.objects.get().toml == HELLO


def test_a_save_over_somebody_elses_shows_both_texts_and_is_meant_the_second_time(web: Client) -> None:
    job = story.job("hello", HELLO)
    services.save_job(name="hello", draft=services.read_draft(text=DAILY), source="page", job=job)
    mine = HELLO + "# mine\n"
    answer = web.post("/jobs/hello/save/", {"toml": mine, "revision": "1"})
    page = answer.content.decode()
    assert (answer.status_code, Job.objects.get().toml) == (409, DAILY)
    assert "revision 2" in page and "<ins>+# mine</ins>" in page and "<del>-minute = 30</del>" in page
    assert 'name="revision" value="2"' in page
    web.post("/jobs/hello/save/", {"toml": mine, "revision": "2"})
    assert Job.objects.get().toml == mine


def test_a_job_of_a_file_is_read_only_here(web: Client) -> None:
    services.save_job(name="filed", draft=services.read_draft(text=HELLO), source="file:filed.toml")
    page = page_of(web, "filed")
    assert "filed.toml" in page and "readonly" in page and ">Save<" not in page
    assert web.post("/jobs/filed/save/", {"toml": DAILY}).status_code == 422
    assert Job.objects.get().toml == HELLO


def test_delete_asks_first(web: Client) -> None:
    story.job("hello", HELLO)
    assert "Delete hello?" in web.get("/jobs/hello/delete/").content.decode()
    assert Job.objects.present().count() == 1
    web.post("/jobs/hello/delete/")
    assert Job.objects.present().count() == 0


@pytest.mark.parametrize("name", ["with space", "Grüße", "雪の 1", "a.b_c-d"])
def test_names_with_spaces_and_letters_of_the_world_have_pages(web: Client, name: str) -> None:
    story.run(story.job(name, DAILY), Status.FAILED, reason="it broke")
    for path in (f"/jobs/{quote(name)}/", "/jobs/", "/", f"/runs/?job={quote(name)}"):
        assert name in web.get(path).content.decode()


def test_three_runs_are_enough_to_say_what_is_usual(web: Client) -> None:
    story.history(story.job("hello", HELLO), count=3, every=60, lasted=10)
    assert "Usually" in page_of(web, "hello")
