"""What people write into jobs, params and logs never becomes markup on the pages of jobs and runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from jobs import services
from jobs.models import Job, Status
from plugins.output.segments import OUT
from tests.web import story

CANARY = "<img src=x onerror=alert(1)>\"'>{{7*7}}"
QUOTED = CANARY.replace('"', '\\"')
TEXT = f"""\
# {CANARY}
[job]
description = "{QUOTED}"
tags = ["{QUOTED}"]

[params.stage]
default = "{QUOTED}"
description = "{QUOTED}"
choices = ["{QUOTED}", "b"]

[os]
cmd = ["{QUOTED}", "x"]
env = {{ A = "{QUOTED}" }}

[schedule]
name = "daily"
trigger = "cron"
hour = 4
params = {{ stage = "{QUOTED}" }}
"""


def assert_harmless(page: str) -> None:
    assert "<img" not in page


@pytest.fixture
def poisoned(mira: object) -> Job:
    job = story.job("poisoned", TEXT)
    run = story.run(job, Status.FAILED, reason=CANARY, params={"stage": CANARY}, host=CANARY)
    story.writer(run).append(OUT, 1, f"ERROR {CANARY}\n".encode())
    changed = services.read_draft(text=TEXT + f"# {CANARY} again\n")
    services.save_job(name="poisoned", draft=changed, source="page", job=job)
    return job


def test_no_page_of_jobs_and_runs_holds_it_as_markup(web: Client, poisoned: Job) -> None:
    run = poisoned.runs.get().pk
    for path in (
        "/jobs/",
        f"/jobs/?q={CANARY}",
        "/jobs/poisoned/",
        "/jobs/poisoned/why/",
        "/jobs/poisoned/revisions/",
        "/jobs/poisoned/revisions/2/",
        f"/new-job/?name={CANARY}",
        f"/runs/{run}/",
        f"/runs/{run}/log/",
        f"/runs/{run}/log/?q={CANARY}",
        "/runs/",
        "/",
    ):
        assert_harmless(web.get(path).content.decode())


def test_no_refusal_of_the_editor_holds_it_as_markup(web: Client, poisoned: Job) -> None:
    wrong = f'{TEXT}\n["{QUOTED}"]\n"{QUOTED}" = "{QUOTED}"\n'
    posted = {"toml": wrong, "base": wrong, "revision": "1", "plugin": CANARY, "param": CANARY}
    for extra in ({}, {"do": "add"}, {"do": "add-param"}, {"do": f"remove {CANARY}"}, {"f:os.env": CANARY}):
        for path in ("/jobs/poisoned/save/", "/editing/", "/new-job/"):
            assert_harmless(web.post(path, {**posted, "name": CANARY, **extra}).content.decode())
    assert_harmless(web.post("/jobs/poisoned/run/", {"param-stage": CANARY + "?"}).content.decode())
    assert_harmless(web.post("/jobs-chosen/run/", {"job": [CANARY]}, follow=True).content.decode())
    assert_harmless(web.post("/jobs-chosen/delete/", {"job": [CANARY], "next": CANARY}).content.decode())


def test_the_form_works_without_javascript(
    live_server: LiveServer, chromium: Browser, transactional_db: None, own_home: Path
) -> None:
    token = services.open_link()
    story.job("hello", '# mine\n[os]\ncmd = ["echo", "hello"]\n')
    bare = chromium.new_context(java_script_enabled=False)
    page = bare.new_page()
    page.goto(f"{live_server.url}/setup/{token}/")
    page.fill("#username", "mira")
    page.fill("#password", story.PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{live_server.url}/jobs/hello/")
    page.locator("#f-job-description").fill("Says hello")
    page.locator("#add-plugin").select_option("lifetime")
    page.get_by_role("button", name="Add", exact=True).first.click()
    page.locator("#f-lifetime-lifetime").fill("1h")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    assert Job.objects.get().toml == (
        '# mine\n[job]\ndescription = "Says hello"\n\n'
        '[os]\ncmd = ["echo", "hello"]\n\n[lifetime]\nlifetime = "1h"\n'
    )
    page.goto(f"{live_server.url}/jobs/")
    page.get_by_label("Choose hello").check()
    page.locator("#chosen").get_by_role("button", name="Pause").click()
    assert not Job.objects.get().enabled
    bare.close()
