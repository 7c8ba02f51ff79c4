"""One run: its verdict, its log while it grows, its end."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jobs import services
from jobs.models import Run, RunSamples, Source, Status
from jobs.timing import clock
from plugins.output.segments import ERR, MXX, OUT
from tests.costs import seconds_of
from tests.web import story

HELLO = '[job]\ntimeout = "2h"\n\n[os]\ncmd = ["echo", "hello"]\n'
POLL = {"HX-Request": "true"}


@pytest.fixture
def running(db: None) -> Run:
    return story.run(
        story.job("hello", HELLO), Status.RUNNING, ago=10, lasted=0, schedule=None, source=Source.MANUAL
    )


def page_of(web: Client, run: Run) -> str:
    return web.get(f"/runs/{run.pk}/").content.decode()


def poll(web: Client, run: Run, page: str) -> tuple[int, str]:
    """One tick, with the cursor that stands in the page."""
    cursor = dict(re.findall(r'name="(offset|seen|line)" value="(\d+)"', page))
    answer = web.get(f"/runs/{run.pk}/log/", cursor, headers=POLL)
    return answer.status_code, answer.content.decode()


def test_a_log_that_another_home_has_is_not_told_as_empty(web: Client, running: Run) -> None:
    Run.objects.filter(pk=running.pk).update(status="succeeded", owner="other:1:aa", host="far")
    page = page_of(web, running)
    assert f"The log of run {running.pk} lies on far, in another MXX_HOME." in page
    assert "It said nothing" not in page
    assert web.get(f"/runs/{running.pk}/log/download/").status_code == 404


def new_lines(page: str) -> list[str]:
    return re.findall(r'<li id="L\d+"[^>]*>.*?<code>(.*?)</code>', page.split('<ol id="unfinished"')[0])


def test_a_poll_brings_only_what_is_new(web: Client, running: Run) -> None:
    writer = story.writer(running)
    writer.append(OUT, 1, b"first\n")
    page = page_of(web, running)
    writer.append(OUT, 1, b"second\nthi")
    status, tick = poll(web, running, page)
    assert (status, new_lines(tick)) == (200, ["second"])
    assert "thi" in tick.split('<ol id="unfinished"')[1]
    writer.append(OUT, 1, b"rd\n")
    assert new_lines(poll(web, running, tick)[1]) == ["third"]


def test_polling_ends_with_286_and_the_whole_story(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"no newline at the end")
    page = page_of(web, running)
    story.hook(running, "action", "os", 0, 600)
    running.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    status, tick = poll(web, running, page)
    assert status == 286
    assert new_lines(tick) == ["no newline at the end"]
    assert "Done in" in tick and "What happened" in tick


def test_the_page_of_an_ended_run_does_not_poll(web: Client) -> None:
    run = story.run(story.job("hello", HELLO))
    assert "every 1s" not in page_of(web, run)


def test_output_cannot_become_markup(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"<script>alert(1)</script>\x1b[31m<b>red</b>\n")
    page = page_of(web, running)
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert '<span class="ansi-red">&lt;b&gt;red&lt;/b&gt;</span>' in page


def test_what_was_written_to_stderr_is_marked(web: Client, running: Run) -> None:
    writer = story.writer(running)
    writer.append(OUT, 1, b"fine\n")
    writer.append(ERR, 1, b"trouble\n")
    fine, trouble = re.findall(r"<li id=.*?</li>", page_of(web, running))
    assert 'class="on-stderr" title="stderr"' in trouble and "stderr" not in fine


def test_a_poll_that_is_far_behind_folds_what_it_missed_and_brings_the_end(web: Client, running: Run) -> None:
    page = page_of(web, running)
    story.writer(running).append(OUT, 1, b"".join(b"line %d\n" % number for number in range(1, 100_001)))
    _, tick = poll(web, running, page)
    lines = new_lines(tick)
    assert 0 < len(lines) <= 500 and lines[-1] == "line 100000"
    assert f"first=1&amp;last={100_000 - len(lines)}" in tick


@pytest.mark.parametrize("piece", [b"\n", b"\0", b"\r 10 %", b"\xff\xfe", b"x"])
def test_a_long_log_of_anything_is_shown_at_little_cost(piece: bytes, web: Client, running: Run) -> None:
    writer = story.writer(running)
    for _ in range(200):
        writer.append(OUT, 1, piece * (65536 // len(piece)))
    running.move(Status.FAILED, expect=[Status.RUNNING], finished_at=clock.now(), reason="it failed")
    assert seconds_of(lambda: page_of(web, running)) < 1
    page = page_of(web, running)
    assert len(page) < 1_000_000 and "were left out here" in page


def test_lines_of_a_long_log_keep_their_numbers_in_every_view(web: Client) -> None:
    run = story.run(story.job("hello", HELLO), Status.FAILED, reason="sh ended with code 1")
    said = [story.Said(0, f"this is line {number}\n") for number in range(1, 20_001)]
    said[14_999] = story.Said(0, "ERROR: disk full\n", ERR)
    story.log(run, said)
    assert 'id="L15000" class="on-stderr found"' in (page := page_of(web, run))
    assert new_lines(page)[-1] == "this is line 20000" and 'id="L20000"' in page
    part = web.get(f"/runs/{run.pk}/log/?first=14999&last=15001", headers=POLL).content.decode()
    assert new_lines(part) == ["this is line 14999", "ERROR: disk full", "this is line 15001"]


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 200_000, 300_000, 1_500_000])
def test_a_line_of_any_length_is_one_line_in_every_view(web: Client, running: Run, length: int) -> None:
    writer = story.writer(running)
    writer.append(OUT, 1, b"begin\n")
    polled = page_of(web, running)
    for piece in [b"A" * length + b" needle\n", b"third\n", b"fourth\n"]:
        writer.append(OUT, 1, piece)
    views = [poll(web, running, polled)[1]]
    running.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    log = f"/runs/{running.pk}/log/"
    views += [web.get(path).content.decode() for path in (f"/runs/{running.pk}/", log, f"{log}?q=r")]
    views.append(web.get(f"{log}?first=2&last=4", headers=POLL).content.decode())
    told = [dict(re.findall(r'<li id="L(\d+)".*?<code>(.*?)</code>', view)) for view in views]
    assert all((view["3"], view["4"]) == ("third", "fourth") for view in told)
    assert len({view["2"] for view in told if "2" in view}) == 1 and "2" in told[2] and "2" in told[4]
    assert [number for view in told for number in view if int(number) > 4] == []
    assert web.get(f"{log}download/").getvalue().count(b"\n") == 4
    found = web.get(f"{log}?q=needle").content.decode()
    assert re.findall(r'<li id="L(\d+)"', found) == ["2"]


def test_a_poll_of_an_older_attempt_starts_again_with_the_new_one(web: Client, running: Run) -> None:
    page = page_of(web, running)
    Run.objects.filter(pk=running.pk).update(attempt=running.attempt + 1)
    cursor = dict(re.findall(r'name="(offset|seen|line|attempt)" value="(\d+)"', page))
    answer = web.get(f"/runs/{running.pk}/log/", cursor, headers=POLL)
    assert answer.headers["HX-Refresh"] == "true"


def test_a_failure_says_what_and_after_how_long_of_usually(web: Client) -> None:
    job = story.job("hello", HELLO)
    for number in range(5):
        story.run(job, ago=100 + number, lasted=52)
    run = story.run(job, Status.FAILED, ago=30, lasted=19, reason="echo ended with code 1", exit_code=1)
    page = page_of(web, run)
    assert "<h1>echo ended with code 1, after 19 minutes of usually 52</h1>" in page


def test_the_first_error_of_a_long_log_is_shown_and_linked(web: Client) -> None:
    run = story.run(story.job("hello", HELLO), Status.FAILED, reason="sh ended with code 1")
    said = [story.Said(0, f"line {n}\n") for n in range(1, 1001)]
    said[500] = story.Said(0, "ERROR: disk full\n", ERR)
    story.log(run, said)
    page = page_of(web, run)
    assert 'href="#L501"' in page and 'id="L501" class="on-stderr found"' in page
    assert "more lines" in page and "line 300<" not in page


def test_a_fold_opens_to_its_lines(web: Client) -> None:
    run = story.run(story.job("hello", HELLO))
    story.log(run, [story.Said(0, f"line {n}\n") for n in range(1, 1001)])
    part = web.get(f"/runs/{run.pk}/log/?first=300&last=302", headers=POLL).content.decode()
    assert new_lines(part) == ["line 300", "line 301", "line 302"]
    whole = web.get(f"/runs/{run.pk}/log/?first=300&last=302").content.decode()
    assert "line 301" in whole and "<html" in whole


def test_the_log_can_be_taken_as_a_file_and_only_as_a_file(web: Client) -> None:
    run = story.run(story.job("hello", HELLO))
    story.log(run, [story.Said(0, "started\n", MXX, 0), story.Said(0, "<b>Grüße</b>\n")])
    answer = web.get(f"/runs/{run.pk}/log/download/")
    assert answer.getvalue().decode().endswith("started\n<b>Grüße</b>\n")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"] and "sandbox" in answer["Content-Security-Policy"]


def test_a_waiting_run_is_cancelled_from_its_page(web: Client) -> None:
    run = story.run(story.job("hello", HELLO), Status.QUEUED, lasted=None)
    web.post(f"/runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert "Cancelled before it began" in page_of(web, run)


@pytest.mark.parametrize(
    ("language", "headline", "why"),
    [
        ("en", "Waits: a run of this job is active", "A run of this job is active."),
        ("zh-CN", "等待\uff1a此任务有一次运行正在进行", "此任务有一次运行正在进行。"),
    ],
)
def test_that_a_run_waits_is_said_once(web: Client, language: str, headline: str, why: str) -> None:
    job = story.job("hello", HELLO)
    run = story.run(job, Status.QUEUED, lasted=None, reason="waits: a run of this job is active")
    pages = [
        web.get(path, headers={"Accept-Language": language}).content.decode()
        for path in (f"/runs/{run.pk}/", "/")
    ]
    assert f"<h1>{headline}</h1>" in pages[0] and f"<p>{why}</p>" in pages[0]
    assert not any(re.search("(?i)waits[^<:]*: waits|等待[^<\uff1a]*\uff1a等待", page) for page in pages)


def test_cancelling_what_is_over_is_told_not_a_fault(web: Client) -> None:
    run = story.run(story.job("hello", HELLO))
    answer = web.post(f"/runs/{run.pk}/cancel/", follow=True)
    assert answer.status_code == 200
    assert "over already" in answer.content.decode()


def test_retry_is_a_run_of_its_own(web: Client) -> None:
    run = story.run(story.job("hello", HELLO), Status.FAILED, reason="it broke")
    answer = web.post(f"/runs/{run.pk}/retry/")
    again = Run.objects.get(retry_of=run)
    assert answer["Location"] == f"/runs/{again.pk}/"
    assert f"A retry of run {run.pk} by mira" in page_of(web, again)


def test_a_run_of_a_deleted_job_says_so_and_offers_no_retry(web: Client) -> None:
    run = story.run(job := story.job("hello", HELLO), Status.FAILED, reason="it broke")
    assert f"/runs/{run.pk}/retry/" in page_of(web, run)
    services.delete_job(job=job)
    page = page_of(web, run)
    assert f"The job of run {run.pk} is deleted." in page
    assert f"/runs/{run.pk}/retry/" not in page


def test_a_receipt_with_missing_parts_is_shown(web: Client) -> None:
    run = story.run(story.job("hello", HELLO), receipt={"launches": [{"argv": ["/bin/sh"]}]})
    page = page_of(web, run)
    assert "1 started," in page and ">sh</code>" in page


@pytest.mark.parametrize("status", Status.values)
def test_every_status_has_a_page(web: Client, status: str) -> None:
    run = story.run(
        story.job("hello", HELLO),
        status,
        reason="",
        lasted=None if status in ("queued", "skipped", "missed") else 1,
    )
    for path in (f"/runs/{run.pk}/", "/", "/jobs/", "/jobs/hello/", "/runs/"):
        assert web.get(path).status_code == 200


def test_a_run_without_a_job_has_a_page(web: Client) -> None:
    run = services.queue_file_run(
        name="hello", draft=services.read_draft(text=HELLO), params={}, reserved_for="x"
    )
    assert "hello" in page_of(web, run)
    assert web.get("/").status_code == 200


def test_what_the_programs_used_is_drawn(web: Client) -> None:
    run = story.run(story.job("hello", HELLO))
    RunSamples.objects.keep(
        run.pk, {"every": 1.0, "points": [[1.0, 12.5, 4_000_000, 2], [2.0, 50.0, 81_000_000, 3]]}
    )
    page = page_of(web, run)
    assert "50% of a core at most" in page and "81 MB at most" in page
    assert page.count('<path class="curve"') == 2


def test_a_run_that_was_never_measured_shows_no_curves(web: Client) -> None:
    assert 'class="curve"' not in page_of(web, story.run(story.job("hello", HELLO)))


def test_strangers_are_shown_as_left_alone(web: Client) -> None:
    receipt = {
        "launches": [],
        "strangers": [{"pid": 77, "name": "MAA.exe"}],
        "untouched": 6,
        "started": 1,
        "left": 0,
    }
    page = page_of(web, story.run(story.job("hello", HELLO), receipt=receipt))
    assert "MAA.exe, 77" in page and "6 of yours untouched" in page


def test_the_page_says_how_strong_custody_was(web: Client) -> None:
    receipt = {"launches": [], "started": 1, "left": 0, "strength": "strong", "weakness": "no cgroup here"}
    page = page_of(web, story.run(story.job("hello", HELLO), receipt=receipt))
    assert "Custody: strong (no cgroup here)." in page


def test_a_program_that_is_not_found_is_the_headline_and_where_it_was_looked_for_stands_below(
    web: Client,
) -> None:
    reason = f"cannot start ecko: not found on PATH={'/a/long/folder:' * 12}"
    run = story.run(story.job("hello", HELLO), Status.FAILED, lasted=0, reason=reason)
    page = page_of(web, run)
    assert "<h1>cannot start ecko: not found" in page
    assert "/a/long/folder:/a/long/folder" in page.split('id="run-why"')[1]
    for path in ("/", "/runs/"):
        listed = web.get(path).content.decode()
        assert "annot start ecko: not found" in listed and "/a/long/folder" not in listed
