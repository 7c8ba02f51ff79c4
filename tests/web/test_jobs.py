"""The list of jobs, and making one."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jobs import services
from jobs.models import Job, Status
from jobs.web.starters import STARTERS
from tests.web import story

HELLO = '[os]\ncmd = ["echo", "hello"]\n'


def shown(web: Client, path: str = "/jobs/") -> str:
    answer = web.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("count", [2, 40])
def test_the_list_costs_the_same_queries_for_any_number_of_jobs(
    web: Client, count: int, django_assert_max_num_queries: object
) -> None:
    for number in range(count):
        story.history(
            story.job(f"job {number}", story.toml("", '"x"', story.cron("0 4 * * *"))),
            count=3,
            every=60,
            lasted=1,
        )
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        shown(web)


def test_those_that_need_you_come_first(web: Client) -> None:
    story.run(story.job("aardvark", HELLO))
    story.run(story.job("zebra", HELLO), Status.FAILED, reason="it broke")
    page = shown(web)
    assert page.index(">zebra<") < page.index(">aardvark<")


def test_filters_live_in_the_address(web: Client) -> None:
    story.job("tagged", story.toml("", '"home"', ""))
    story.job("plain", HELLO)
    services.pause_job(job=Job.objects.get(name="plain"))
    for query, inside, outside in (
        ("?tag=home", "tagged", "plain"),
        ("?state=paused", "plain", "tagged"),
        ("?q=TAG", "tagged", "plain"),
    ):
        page = shown(web, f"/jobs/{query}")
        assert f">{inside}</a>" in page and f">{outside}</a>" not in page


def test_only_the_latest_run_decides_whether_a_job_needs_you(web: Client) -> None:
    job = story.job("healed", HELLO)
    story.run(job, Status.FAILED, ago=60)
    story.run(job, ago=10)
    assert "Need you" not in shown(web)


def test_without_jobs_the_page_offers_beginnings(web: Client) -> None:
    page = shown(web)
    assert "No jobs yet" in page and "?from=backup" in page


@pytest.mark.parametrize("one", STARTERS, ids=lambda one: one.key)
@pytest.mark.django_db
def test_every_beginning_is_a_job_that_can_be_saved(one: object) -> None:
    assert services.read_draft(text=one.toml)  # type: ignore[attr-defined]


def test_a_new_job_is_made_from_name_and_text(web: Client) -> None:
    answer = web.post("/new-job/", {"name": "Grüße an 雪", "toml": HELLO.replace("\n", "\r\n")})
    job = Job.objects.get()
    assert (job.name, job.toml, job.source) == ("Grüße an 雪", HELLO, "page")
    assert web.get(answer["Location"]).status_code == 200


def test_refused_text_stays_in_the_editor_with_its_problems(web: Client) -> None:
    answer = web.post("/new-job/", {"name": "x", "toml": '[oss]\ncmd = "keep me"\n'})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "keep me" in page and "oss" in page and "1 problem" in page
    assert not Job.objects.exists()


def test_a_taken_name_is_told_at_the_name(web: Client) -> None:
    story.job("Hello", HELLO)
    answer = web.post("/new-job/", {"name": "hello", "toml": HELLO})
    assert answer.status_code == 409
    assert "exists already" in answer.content.decode()


def test_a_job_may_be_called_like_a_page(web: Client) -> None:
    story.job("new-job", HELLO)
    assert "<h1>new-job</h1>" in shown(web, "/jobs/new-job/")


def told_as_next(web: Client) -> str:
    """Of the only job of the list."""
    [cell] = re.findall(r'<td class="next">(.*?)</td>', shown(web))
    return str(cell)


def test_the_list_tells_what_a_job_without_a_planned_time_waits_for(web: Client) -> None:
    job = story.job("one", HELLO)
    assert told_as_next(web) == "by hand only"
    story.job("one", f'{HELLO}[schedule]\ntrigger = "startup"\n', job=job)
    assert told_as_next(web) == "when MXX starts"
    services.pause_schedule(schedule=job.schedules.present().get())
    assert told_as_next(web) == "Paused"


def test_a_job_whose_schedule_is_paused_is_not_among_the_paused_jobs(web: Client) -> None:
    job = story.job("one", story.toml("", "", story.cron("0 4 * * *")))
    services.pause_schedule(schedule=job.schedules.get())
    assert "/jobs/one/" not in shown(web, "/jobs/?state=paused")
    services.pause_job(job=job)
    assert "/jobs/one/" in shown(web, "/jobs/?state=paused")


def test_a_job_resumed_in_a_filtered_list_leads_back_to_the_filter(web: Client) -> None:
    services.pause_job(job=story.job("hello", story.toml("", "", story.cron("0 4 * * *"))))

    def resumed(referer: str) -> str:
        return web.post("/jobs/hello/resume/", {"from": "list"}, headers={"Referer": referer})["Location"]

    assert resumed("http://testserver/jobs/?state=paused&tag=x") == "/jobs/?state=paused&tag=x"
    assert resumed("http://evil.example/elsewhere/?a=b") == resumed("") == "/jobs/"
    assert web.post("/jobs/hello/resume/")["Location"] == "/jobs/hello/"
