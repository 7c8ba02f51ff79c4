"""Search in the whole log, line links, and a repetition with other params."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from jobs.models import Run, Status
from jobs.timing import clock
from jobs.web import logfind
from plugins.output.segments import ERR, MXX, OUT
from tests.web import story
from tests.web.conftest import Screen

HELLO = '[os]\ncmd = ["echo", "hello"]\n'
WITH_PARAMS = HELLO + '\n[params]\nstage = "1-7"\ntimes = { type = "int", default = 1, max = 9 }\n'


@pytest.fixture
def ended(db: None) -> Run:
    run = story.run(story.job("hello", HELLO), lasted=1)
    writer = story.writer(run)
    for number in range(1, 2001):
        writer.append(OUT, 1, f"line {number} of plenty\n".encode())
    writer.append(ERR, 2, "Grüße, the needle\n".encode())
    writer.append(OUT, 1, b"\x1b[31mnee\x1b[0mdle in colour\n")
    writer.append(MXX, 0, b"the end\n")
    return run


def found(web: Client, run: Run, query: str) -> list[int]:
    page = web.get(f"/runs/{run.pk}/log/?{query}").content.decode()
    return [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("q=NEEDLE", [2001, 2002]),
        ("q=grÜße", [2001]),
        ("stream=err", [2001]),
        ("stream=mxx", [2003]),
        ("launch=2", [2001]),
        ("q=line+77+of&stream=out", [77]),
        ("q=nothing+like+it", []),
        ("q=.*", []),
    ],
)
def test_lines_are_found_anywhere_in_the_log(web: Client, ended: Run, query: str, lines: list[int]) -> None:
    assert found(web, ended, query) == lines


def test_a_long_log_is_looked_through_in_several_requests(
    web: Client, ended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfind, "LOOKED_AT", 8 * 1024)
    monkeypatch.setattr(logfind, "STEP", 1024)
    seen, path = [], f"/runs/{ended.pk}/log/?q=e"
    while path:
        page = web.get(path).content.decode()
        seen += [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]
        more = re.search(r'href="(\?q=[^"]*)">Search on', page)
        path = f"/runs/{ended.pk}/log/" + more[1].replace("&amp;", "&") if more else ""
    assert seen == list(range(1, 2004))


def test_a_line_is_shown_among_its_neighbours(web: Client, ended: Run) -> None:
    page = web.get(f"/runs/{ended.pk}/log/?around=1000").content.decode()
    numbers = [int(number) for number in re.findall(r'<li id="L(\d+)"', page)]
    assert numbers[0] == 800 and 1000 in numbers


def test_a_run_is_repeated_with_other_params(web: Client) -> None:
    old = story.run(story.job("farm", WITH_PARAMS), Status.FAILED, params={"stage": "9-9", "times": 2})
    page = web.get(f"/runs/{old.pk}/").content.decode()
    assert "With other params" in page and 'value="9-9"' in page
    web.post(f"/runs/{old.pk}/retry/", {"param-stage": "2-1", "param-times": "3"})
    again = Run.objects.latest("id")
    assert (again.params, again.retry_of_id, again.source) == (
        {"stage": "2-1", "times": 3},
        old.pk,
        "retry",
    )


def test_a_run_that_ends_while_it_is_watched_can_be_repeated_with_other_params(web: Client) -> None:
    live = story.run(story.job("farm", WITH_PARAMS), Status.RUNNING, lasted=0, params={"stage": "9-9"})
    page = web.get(f"/runs/{live.pk}/").content.decode()
    assert 'id="again-with"' in page and "With other params" not in page
    live.move(Status.FAILED, expect=[Status.RUNNING], finished_at=clock.now())
    tick = web.get(f"/runs/{live.pk}/log/?offset=0", headers={"HX-Request": "true"})
    assert (tick.status_code, "With other params" in tick.content.decode()) == (286, True)


def test_params_that_do_not_fit_repeat_nothing_and_stay_in_their_fields(web: Client) -> None:
    old = story.run(story.job("farm", WITH_PARAMS), Status.FAILED, params={"stage": "9-9", "times": 2})
    answer = web.post(f"/runs/{old.pk}/retry/", {"param-stage": "8-8", "param-times": "77"})
    page = answer.content.decode()
    assert (answer.status_code, Run.objects.count()) == (422, 1)
    assert "It was not started" in page and 'value="8-8"' in page


def test_a_run_leads_to_the_text_it_was_queued_with(web: Client, ended: Run) -> None:
    assert "/jobs/hello/revisions/1/" in web.get(f"/runs/{ended.pk}/").content.decode()


def test_lines_are_filtered_while_one_types_and_a_folded_line_can_be_linked(screen: Screen) -> None:
    run = story.run(story.job("hello", HELLO), lasted=1)
    writer = story.writer(run)
    for number in range(1, 401):
        writer.append(ERR if number > 390 else OUT, 1, f"line {number}\n".encode())
    page = screen.open(f"/runs/{run.pk}/")
    page.locator("#find").fill("line 39")
    expect(page.locator("#found")).to_have_text("10")
    page.locator("#stream").select_option("err")
    expect(page.locator("#found")).to_have_text("9")
    screen.open("/jobs/")
    screen.open(f"/runs/{run.pk}/#L200")
    page.wait_for_url("**/log/?around=200#L200")
    expect(page.locator("#L200")).to_be_visible()
    assert screen.complaints == []
