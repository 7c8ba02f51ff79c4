"""What a page costs: at most twelve queries for somebody with a role, and as many for a long past as for a short one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from benchmarks.pages import pages
from jobs.models import Job, Role, Run, Status
from jobs.timing import clock
from jobs.web.looked import COOKIE
from tests.api.kit import person
from tests.web import story, tale
from tests.web.places import admin_pages, every_page, furnish

DAILY = story.toml("", '"x"', story.cron("0 4 * * *"))
MOST = 12


def past(jobs: int, runs: int) -> None:
    """Jobs of which some go on, some wait and some failed lately."""
    for number in range(jobs):
        job = story.job(f"job {number}", DAILY)
        story.history(job, count=runs, every=60, lasted=1)
        story.run(job, [Status.FAILED, Status.RUNNING, Status.QUEUED][number % 3], ago=0.1, lasted=None)


def editor() -> Client:
    client = Client()
    client.force_login(person(Role.EDITOR))
    return client


def page_of(name: str) -> str:
    run = Run.objects.filter(status=Status.FAILED).order_by("-id")[0].pk
    return {"run": f"/runs/{run}/", "job": f"/jobs/{Job.objects.order_by('pk')[0].name}/"}.get(name, name)


@pytest.mark.parametrize(
    "name", ["/", "/jobs/", "/jobs/?state=needs-you", "job", "run", "/runs/", "/runs/?job=job+0", "/next/"]
)
def test_a_page_costs_at_most_twelve_queries(db: None, name: str, django_assert_max_num_queries: Any) -> None:
    story.supervisor()
    past(9, 4)
    client, path = editor(), page_of(name)
    with django_assert_max_num_queries(MOST):
        assert client.get(path).status_code == 200


def test_the_first_page_costs_no_more_for_who_was_away_for_days(
    db: None, django_assert_max_num_queries: Any
) -> None:
    story.supervisor()
    past(9, 4)
    client, then = editor(), int((clock.now() - timedelta(days=3)).timestamp())
    client.cookies[COOKIE] = f"{then}.{then}"
    with django_assert_max_num_queries(MOST):
        assert client.get("/").status_code == 200


def test_the_benchmark_asks_for_every_page(db: None) -> None:
    opened = every_page(furnish(tale.tell()))
    measured = pages(1, clock.now().date())
    assert views(measured) == views(opened)


def views(paths: list[str]) -> set[str | None]:
    return {resolve(path.partition("?")[0]).url_name for path in paths}


def test_what_a_person_may_do_is_one_query(db: None) -> None:
    client = editor()
    with CaptureQueriesContext(connection) as asked:
        client.get("/jobs/")
    assert sum("auth_permission" in one["sql"] for one in asked.captured_queries) == 1


def test_no_page_of_the_story_costs_more_than_twelve_queries(db: None) -> None:
    told = furnish(tale.tell())
    for number in range(MOST):
        User.objects.create_user(f"viewer-{number}").groups.add(Group.objects.get(name=Role.VIEWER))
    client, dear = Client(), dict[str, int]()
    client.force_login(told.mira)
    client.get("/")
    for path in [*every_page(told), *admin_pages()]:
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        dear |= {path: len(asked)} if len(asked) > MOST else {}
    assert dear == {}


@pytest.mark.parametrize("name", ["/", "/jobs/", "job", "run"])
def test_a_long_past_costs_no_more_queries_than_a_short_one(db: None, name: str) -> None:
    story.supervisor()
    past(3, 2)
    client = editor()
    client.get("/")
    with CaptureQueriesContext(connection) as short:
        client.get(page_of(name))
    for job in Job.objects.all():
        story.history(job, count=60, every=30, lasted=1)
    with CaptureQueriesContext(connection) as long:
        client.get(page_of(name))
    assert len(long) <= len(short)
