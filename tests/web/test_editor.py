"""The editor on its pages: form and text follow each other, with and without script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from jobs.models import Job
from jobs.timing import clock
from tests.web import story
from tests.web.conftest import Screen

TEXT = """\
# keep me
[job]
timeout = "2h"   # and me

[os]
cmd = ["echo", "hello"]

[schedule]
trigger = "cron"
hour = 4
minute = 30
"""


def posted(text: str = TEXT, **more: str) -> dict[str, str]:
    return {"toml": text, "base": text, "revision": "1"} | more


def controls(page: str) -> dict[str, str]:
    """Of the form: what a browser would send of its inputs."""
    return dict(re.findall(r'<input [^>]*name="(f:[^"]+)"[^>]*? value="([^"]*)"', page))


@pytest.fixture
def hello(mira: object) -> Job:
    return story.job("hello", TEXT)


def test_a_save_of_the_form_alone_changes_one_line(web: Client, hello: Job) -> None:
    page = web.get("/jobs/hello/").content.decode()
    web.post("/jobs/hello/save/", {**posted(), **controls(page), "f:job.timeout": "3h"})
    assert Job.objects.get().toml == TEXT.replace('"2h"', '"3h"')


def test_a_button_of_the_form_saves_nothing(web: Client, hello: Job) -> None:
    answer = web.post("/jobs/hello/save/", posted(do="add", plugin="lifetime"))
    page = answer.content.decode()
    assert (answer.status_code, Job.objects.get().toml) == (200, TEXT)
    assert "[lifetime]" in page and "[lifetime] needs lifetime" in page


def test_enter_in_the_name_of_a_new_param_adds_it_and_saves_nothing(web: Client, hello: Job) -> None:
    page = web.post("/jobs/hello/save/", posted(do="enter", param="stage")).content.decode()
    assert "</code> stage</legend>" in page and Job.objects.get().toml == TEXT
    web.post("/jobs/hello/save/", posted(do="enter", param=" ") | {"f:job.timeout": "3h"})
    assert '"3h"' in Job.objects.get().toml


def test_a_name_of_a_new_param_is_never_lost(web: Client, hello: Job) -> None:
    refused = web.post("/jobs/hello/save/", posted("[os\n", base=TEXT, do="save", param="stage"))
    assert (refused.status_code, 'value="stage"' in refused.content.decode()) == (422, True)
    unscheduled = TEXT.partition("[schedule]")[0]
    assert web.post("/jobs/hello/save/", posted(unscheduled, do="save", param="stage")).status_code == 302
    assert "stage = {" in Job.objects.get().toml


def test_enter_adds_a_param_on_a_page_with_script(screen: Screen) -> None:
    story.job("hello", TEXT)
    page = screen.open("/jobs/hello/")
    page.locator("#add-param").fill("stage")
    page.locator("#add-param").press("Enter")
    expect(page.get_by_role("group", name="[params] stage")).to_be_visible()
    expect(page.locator("#add-param")).to_have_value("")
    assert (Job.objects.get().toml, screen.complaints) == (TEXT, [])


def test_the_keyboard_goes_on_where_a_button_of_the_form_was_pressed(screen: Screen) -> None:
    more = '[lifetime]\nlifetime = 60\n\n[http]\nurl = "http://localhost"\n\n[schedule]'
    story.job("hello", TEXT.replace("[schedule]", more))
    page = screen.open("/jobs/hello/")
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "document.body.addEventListener('htmx:afterSettle', () => { document.body.dataset.drawn = 'yes' })"
    )

    def press(button: str, then: str) -> None:
        page.evaluate("document.body.dataset.drawn = ''")
        page.locator(button).focus()
        page.keyboard.press("Enter")
        expect(page.locator("body[data-drawn=yes]")).to_be_attached()  # until then the new button is deaf
        expect(page.locator(":focus")).to_have_accessible_name(re.compile(then))

    press("[aria-label='Move os down']", "^Move os down$")
    press("[aria-label='Move os down']", "^Move os up$")
    page.get_by_label("Add a plugin").select_option("env")
    press("#do-add", r"^\[env\]")
    press("[aria-label='Take env out']", "^.schedule. When it runs")
    press("text='As a cron expression instead'", "^As single fields instead$")
    press("text='Add a schedule'", "^.schedule. When it runs")
    assert screen.complaints == []


def test_a_dry_run_tells_times_and_order_and_saves_nothing(web: Client, hello: Job) -> None:
    page = web.post("/jobs/hello/save/", posted(do="dry-run")).content.decode()
    assert "What it would do, in this order" in page and "<code>os</code>" in page
    assert Job.objects.get().revision_id == hello.revision_id


def test_a_new_job_is_made_by_the_form_too(web: Client, db: None) -> None:
    web.post("/new-job/", {"name": "fresh", **posted(), "f:job.description": "Says hello"})
    assert Job.objects.get(name="fresh").description == "Says hello"


def test_what_was_typed_in_the_text_redraws_the_form_and_leaves_the_text(web: Client) -> None:
    page = web.post("/editing/", posted(TEXT.replace("hour = 4", "hour = 7"), source="text")).content.decode()
    assert 'id="form-pane"' in page and 'value="7"' in page and 'id="toml"' not in page
    assert "Every day at 07:30" in page


def test_what_was_typed_in_the_form_retypes_the_text_and_tells_at_the_field(web: Client, hello: Job) -> None:
    fields = controls(web.get("/jobs/hello/").content.decode())
    more = {"f:job.overlap": "", "f:job.misfire": "", "f:schedule.trigger": "cron"}
    page = web.post("/editing/", {**posted(), **fields, **more, "f:schedule.hour": "44"}).content.decode()
    assert 'id="toml"' in page and "hour = 44" in page
    assert re.search(r'id="p-f-schedule-hour"[^>]*><p class="problem">[^<]*44', page)


def test_a_misspelt_option_offers_to_mend_itself(web: Client, hello: Job) -> None:
    page = web.post("/jobs/hello/save/", posted(TEXT.replace("cmd", "cmmd"))).content.decode()
    assert 'value="rename os.cmmd cmd"' in page and "Change it to cmd" in page


def test_a_broken_text_leaves_the_form_for_later(web: Client) -> None:
    page = web.post("/editing/", posted("[os\n", source="text")).content.decode()
    assert "The form follows as soon as the text can be read" in page and "1 problem" in page


def test_all_that_was_changed_in_the_form_waits_until_the_text_can_be_read(web: Client, hello: Job) -> None:
    page = web.get("/jobs/hello/").content.decode()
    changed = {
        "f:job.description": "Greets",
        "f:job.timeout": "10m",
        "f:job.retries": "3",
        "f:job.memory": "2GB",
        "f:job.overlap": "queue",
        "f:schedule.trigger": "startup",
    }
    sent = {**posted(), **controls(page), **changed}
    refused = web.post("/jobs/hello/save/", {**sent, "toml": "[os\n"}).content.decode()
    kept = controls(refused) | dict(re.findall(r'name="(f:[^"]+)".*?value="([^"]*)" selected', refused))
    assert {name: kept.get(name) for name in changed} == changed
    assert web.post("/jobs/hello/save/", {**sent, **kept}).status_code == 302
    saved = Job.objects.get().toml
    assert all(word in saved for word in ("Greets", '"10m"', "retries = 3", '"2GB"', '"queue"', '"startup"'))


def test_clock_changes_are_marked_among_the_next_times(web: Client) -> None:
    text = '[os]\ncmd = "x"\n[schedule]\ntrigger = "cron"\nexpression = "0 4 * 3,4,10,11 *"\n'
    page = web.post("/editing/", posted(text, source="text", do="dry-run")).content.decode()
    assert "The next 10 times" in page


EVERY_DAY = '[os]\ncmd = "x"\n[schedule]\ntrigger = "interval"\nhours = 24\n'


def firsts(page: str) -> list[str]:
    """The first moment of each list of next times."""
    return [part.split('"')[1] for part in re.findall(r'class="times">\s*<li><time ([^>]*)', page)]


def test_the_form_and_a_dry_run_tell_the_saved_times_of_an_interval_that_stays_as_it_is(web: Client) -> None:
    with clock.frozen() as frozen:
        planned = story.job("daily", EVERY_DAY).schedules.get().next_run_time
        frozen.move(20)
        shown = firsts(web.get("/jobs/daily/").content.decode())
        sent = posted(EVERY_DAY + "# a word\n", job="daily", do="dry-run", source="text")
        shown += firsts(web.post("/editing/", sent).content.decode())
        shown += firsts(web.post("/jobs/daily/save/", sent).content.decode())
    assert planned is not None and len(shown) == 7
    assert {moment[:19] for moment in shown} == {f"{planned:%Y-%m-%dT%H:%M:%S}"}


def test_an_interval_that_is_changed_is_told_to_begin_anew(web: Client) -> None:
    with clock.frozen(clock.now().replace(microsecond=0)) as frozen:
        story.job("daily", EVERY_DAY)
        frozen.move(20)
        sent = posted(EVERY_DAY.replace("24", "12"), job="daily", source="text")
        [first] = firsts(web.post("/editing/", sent).content.decode())
        assert first.startswith(f"{clock.now() + timedelta(hours=12):%Y-%m-%dT%H:%M:%S}")


@pytest.mark.parametrize("job", ["", "\x00", "no such job", "x" * 5000])
def test_the_editor_of_a_job_that_is_none_tells_times_all_the_same(web: Client, job: str) -> None:
    assert len(firsts(web.post("/editing/", posted(job=job, do="dry-run")).content.decode())) == 2


@pytest.mark.parametrize("width", [1280, 360])
def test_form_and_text_follow_each_other_in_a_browser(screen: Screen, width: int) -> None:
    story.job("hello", TEXT)
    screen.page.set_viewport_size({"width": width, "height": 800})
    page = screen.open("/jobs/hello/")
    screen.unfold()
    page.locator("#f-job-timeout").fill("3h")
    page.locator("#f-job-timeout").press("Tab")
    expect(page.locator("#toml")).to_have_value(TEXT.replace('"2h"', '"3h"'))
    page.locator("#toml").fill(TEXT.replace("hour = 4", "hour = 9"))
    expect(page.get_by_label("hour", exact=True)).to_have_value("9")
    page.get_by_label("Add a plugin").select_option("lifetime")
    page.get_by_role("button", name="Add", exact=True).first.click()
    page.get_by_label("lifetime needed").fill("1h")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    page.wait_for_load_state()
    assert 'lifetime = "1h"' in Job.objects.get().toml and "hour = 9" in Job.objects.get().toml
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert screen.complaints == []
