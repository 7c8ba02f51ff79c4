"""Earlier texts of a job on the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs import services
from jobs.models import Job
from tests.api.kit import person
from tests.web import story

FIRST = '[os]\ncmd = "first"\nenv = { KEY = "hush" }\n'
SECOND = FIRST.replace("first", "second")


@pytest.fixture
def twice(mira: object) -> Job:
    made = story.job("hello", FIRST, author=mira)
    return services.save_job(name="hello", draft=services.read_draft(text=SECOND), source="page", job=made)


def test_each_save_is_listed_with_its_author(web: Client, twice: Job) -> None:
    page = web.get("/jobs/hello/revisions/").content.decode()
    assert page.index("/revisions/2/") < page.index("/revisions/1/") and "mira" in page


def test_a_revision_shows_what_it_changed(web: Client, twice: Job) -> None:
    page = web.get("/jobs/hello/revisions/2/").content.decode()
    assert "<del>-cmd = &quot;first&quot;</del>" in page and "<ins>+cmd = &quot;second&quot;</ins>" in page
    assert "<ins>+cmd = &quot;first&quot;" in web.get("/jobs/hello/revisions/1/?against=2").content.decode()


def test_an_earlier_text_comes_back_as_a_new_revision(web: Client, twice: Job) -> None:
    answer = web.post("/jobs/hello/revisions/1/back/")
    assert answer["Location"] == "/jobs/hello/"
    job = Job.objects.select_related("revision").get()
    assert job.revision is not None and (job.revision.number, job.toml) == (3, FIRST)


def test_a_number_that_never_was_is_no_page(web: Client, twice: Job) -> None:
    for path in ("9/", "99999999999999999999/", "1/?against=7"):
        assert web.get(f"/jobs/hello/revisions/{path}").status_code == 404
    assert web.post("/jobs/hello/revisions/9/back/").status_code == 404


def test_a_viewer_sees_no_hidden_values_there(client: Client, twice: Job) -> None:
    client.force_login(person("viewer"))
    page = client.get("/jobs/hello/revisions/2/").content.decode()
    assert "hush" not in page and "second" in page and "Bring it back" not in page
