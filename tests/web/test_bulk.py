"""Several jobs at once: each for itself, and what happened to each is told."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from jobs import services
from jobs.models import Job, Run
from tests.api.kit import person
from tests.web import story
from tests.web.conftest import Screen

HELLO = '[os]\ncmd = ["echo", "hello"]\n'
PICKY = HELLO + '\n[params]\nstage = { type = "str" }\n'


@pytest.fixture
def three(mira: object) -> list[Job]:
    return [story.job("one", HELLO), story.job("two", HELLO), story.job("picky", PICKY)]


def told(web: Client, path: str, *names: str, **more: str) -> str:
    answer = web.post(path, {"job": list(names), "next": "/jobs/?tag=x", **more}, follow=True)
    assert answer.redirect_chain[-1][0] == "/jobs/?tag=x"
    return answer.content.decode()


def test_one_that_cannot_run_does_not_stop_the_others(web: Client, three: list[Job]) -> None:
    page = told(web, "/jobs-chosen/run/", "one", "picky", "two", "gone")
    assert sorted(Run.objects.values_list("job_name", flat=True)) == ["one", "two"]
    assert "Started: one and two." in page and "picky: " in page and "stage" in page
    assert "no job named" in page


def test_pause_and_resume_of_several(web: Client, three: list[Job]) -> None:
    assert "Paused: one and two." in told(web, "/jobs-chosen/pause/", "one", "two")
    assert Job.objects.filter(enabled=False).count() == 2
    told(web, "/jobs-chosen/resume/", "one", "two")
    assert not Job.objects.filter(enabled=False).exists()


def test_deleting_asks_first_with_every_name(web: Client, three: list[Job]) -> None:
    page = web.post("/jobs-chosen/delete/", {"job": ["one", "two"]}).content.decode()
    assert "Delete 2 jobs?" in page and Job.objects.present().count() == 3
    told(web, "/jobs-chosen/delete/", "one", "two", sure="yes")
    assert [job.name for job in Job.objects.present()] == ["picky"]


def test_a_job_of_a_file_is_not_deleted_and_told(web: Client) -> None:
    services.save_job(name="filed", draft=services.read_draft(text=HELLO), source="file:filed.toml")
    assert "comes from the file" in told(web, "/jobs-chosen/delete/", "filed", sure="yes")
    assert Job.objects.present().count() == 1


def test_no_choice_is_told(web: Client, three: list[Job]) -> None:
    assert "No job was chosen." in told(web, "/jobs-chosen/run/")


def test_the_way_back_leads_to_no_other_site(web: Client, three: list[Job]) -> None:
    answer = web.post("/jobs-chosen/pause/", {"job": "one", "next": "https://example.org/"})
    assert answer["Location"] == "/jobs/"


@pytest.mark.django_db
def test_a_viewer_has_no_boxes(client: Client) -> None:
    story.job("one", HELLO)
    client.force_login(person("viewer"))
    page = client.get("/jobs/").content.decode()
    assert 'name="job"' not in page and 'id="chosen"' not in page


def test_all_are_chosen_and_paused_in_a_browser(screen: Screen) -> None:
    for number in range(3):
        story.job(f"job {number}", HELLO)
    page = screen.open("/jobs/")
    expect(page.locator("#chosen")).to_be_hidden()
    page.get_by_label("Choose all").check()
    page.locator("#chosen").get_by_role("button", name="Pause").click()
    expect(page.locator(".notice")).to_contain_text("Paused: ")
    assert not Job.objects.filter(enabled=True).exists() and screen.complaints == []


def test_keys_go_places_run_and_tell_themselves(screen: Screen) -> None:
    story.job("hello", HELLO)
    page = screen.open("/")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    screen.open("/jobs/hello/")
    page.keyboard.press("r")
    page.wait_for_url("**/runs/*/")
    assert Run.objects.count() == 1 and screen.complaints == []
