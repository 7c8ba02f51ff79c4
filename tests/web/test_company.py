"""Two people at one job: each is told who else has it open, and nobody is kept from anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from jobs import services
from jobs.models import Job, Presence, Role
from jobs.timing import clock
from tests.api.kit import person
from tests.web import story
from tests.web.conftest import Screen

TEXT = '[os]\ncmd = "first"\n'
BEAT = "/jobs/hello/present/"


@pytest.fixture
def hello(mira: object) -> Job:
    return story.job("hello", TEXT)


def editor(name: str = "bob") -> Client:
    client = Client()
    client.force_login(person(Role.EDITOR, name))
    return client


def test_the_page_tells_who_else_has_the_job_open(web: Client, hello: Job) -> None:
    editor().post(BEAT)
    assert "bob has this job open too, since <time" in web.get("/jobs/hello/").content.decode()


def test_nobody_is_told_of_themselves_or_of_another_job(web: Client, hello: Job) -> None:
    story.job("other", TEXT)
    editor().post("/jobs/other/present/")
    assert web.post(BEAT).status_code == 204
    assert "has this job open" not in web.get("/jobs/hello/").content.decode()


def test_whoever_is_not_heard_any_more_is_forgotten(web: Client, hello: Job) -> None:
    editor().post(BEAT)
    Presence.objects.update(heard_at=clock.now() - timedelta(seconds=91))
    assert "has this job open" not in web.get("/jobs/hello/").content.decode()
    web.post(BEAT)
    assert [one.user.username for one in Presence.objects.all()] == ["mira"]


def test_the_moment_of_coming_stays_and_leaving_begins_anew(web: Client, hello: Job) -> None:
    earlier = clock.now() - timedelta(minutes=9)
    web.post(BEAT)
    Presence.objects.update(since=earlier)
    web.post(BEAT)
    assert Presence.objects.get().since == earlier
    Presence.objects.update(heard_at=clock.now() - timedelta(minutes=2))
    web.post(BEAT)
    assert Presence.objects.get().since > earlier


def test_a_beat_that_has_nothing_new_to_tell_changes_nothing_on_the_page(web: Client, hello: Job) -> None:
    bob = editor()
    bob.post(BEAT)
    told = web.post(BEAT)
    key = told.content.decode().split('value="')[1].split('"')[0]
    assert (told.status_code, web.post(BEAT, {"company": key}).status_code) == (200, 204)
    bob.post(BEAT, {"changed": "yes"})
    assert "bob is changing this job too" in web.post(BEAT, {"company": key}).content.decode()


def test_it_is_told_in_chinese(web: Client, hello: Job) -> None:
    editor().post(BEAT, {"changed": "yes"})
    page = web.get("/jobs/hello/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert "bob 也在修改此任务" in page


def test_those_who_edit_nothing_are_told_nothing(hello: Job) -> None:
    editor().post(BEAT)
    viewer = Client()
    viewer.force_login(person(Role.VIEWER, "vera"))
    assert "has this job open" not in viewer.get("/jobs/hello/").content.decode()
    assert viewer.post(BEAT).status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_open_editor_says_that_it_is_being_written_in(screen: Screen) -> None:
    hello = story.job("hello", TEXT)
    services.be_present(job=hello, user=person(Role.EDITOR, "bob"), changed=False)
    page: Page = screen.open("/jobs/hello/")
    expect(page.locator(".company")).to_contain_text("bob has this job open too")
    page.wait_for_load_state("networkidle")  # a beat under way lets no second one out
    page.locator("#toml").fill(TEXT + "# mine\n")
    with page.expect_response("**/present/") as beat:
        page.locator("#toml").blur()
    assert beat.value.status == 204
    assert Presence.objects.get(user__username="mira").changed
    assert screen.complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_session_that_ended_takes_no_text_away(screen: Screen) -> None:
    story.job("hello", TEXT)
    page = screen.open("/jobs/hello/")
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    with page.expect_response("**/present/") as beat:
        page.evaluate("htmx.ajax('POST', '/jobs/hello/present/', {source: '.company', target: '.company'})")
    assert beat.value.header_value("HX-Redirect") == "/login/?next=/jobs/hello/"
    assert (
        page.evaluate("fetch('/login/').then(answer => answer.status)") == 200
    )  # a page that leaves cannot ask
    assert page.url.endswith("/jobs/hello/") and page.locator("#toml").input_value() == TEXT


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_was_sent_without_a_session_is_back_after_the_login(screen: Screen) -> None:
    story.job("hello", TEXT)
    page = screen.open("/jobs/hello/")
    page.wait_for_load_state("networkidle")
    page.locator("#toml").fill(TEXT + "# mine\n")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Save").click()
    page.fill("#username", "mira")
    page.fill("#password", story.PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_url("**/jobs/hello/**")
    expect(page.locator("#toml")).to_have_value(TEXT + "# mine\n")
    expect(page.locator("#unsent")).to_contain_text("not saved yet")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.success")).to_contain_text("Saved")
    assert Job.objects.get().toml == TEXT + "# mine\n"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_text_of_a_job_that_was_deleted_meanwhile_is_kept_as_a_new_one(screen: Screen) -> None:
    job = story.job("hello", TEXT)
    page = screen.open("/jobs/hello/")
    page.wait_for_load_state("networkidle")
    services.delete_job(job=job)
    page.locator("#toml").fill(TEXT + "# mine\n")
    page.locator("#toml").blur()
    expect(page.locator(".company")).to_contain_text("This job was deleted meanwhile.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#name-problem")).to_contain_text("deleted meanwhile")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/jobs/hello/")
    assert Job.objects.named("hello").toml == TEXT + "# mine\n"
