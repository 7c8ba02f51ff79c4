"""The history as a page and as a file: filters in the address, search in logs, chosen runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jobs import services
from jobs.models import LogUnread, Role, Run, Source, Status
from plugins.output import segments
from tests.api.kit import person
from tests.web import story

HELLO = '[os]\ncmd = ["echo", "hello"]\n'


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.MXX_HOME = tmp_path


def shown(web: Client, path: str = "/runs/", status: int = 200) -> str:
    answer = web.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def listed(web: Client, query: str) -> list[int]:
    return [row["id"] for row in json.loads(text_of(web, f"/runs/export.json{query}"))]


def text_of(web: Client, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200
    content: Iterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    return b"".join(content).decode()


def wrote(run: Run, text: str) -> Run:
    folder = services.run_dir(run)
    folder.path.mkdir(parents=True, exist_ok=True)
    writer = segments.Writer(folder.log)
    writer.append(segments.OUT, 1, text.encode())
    writer.close()
    Run.objects.filter(pk=run.pk).update(owner="us:1")
    LogUnread.objects.add([run.pk])
    services.keep_history("us:")
    return run


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["b", "a", "c"]),
        ("?status=bad", ["a"]),
        ("?status=failed&status=succeeded", ["b", "a"]),
        ("?status=failed,nonsense", ["a"]),
        ("?source=manual", ["b"]),
        ("?job=C", ["c"]),
        ("?since=2020-01-01T00:00", ["b", "a", "c"]),
        ("?until=2020-01-01T00:00", []),
    ],
)
def test_each_filter_lives_in_the_address(web: Client, query: str, expected: list[str]) -> None:
    story.run(story.job("c", HELLO), Status.CANCELLED)
    story.run(story.job("a", HELLO), Status.FAILED)
    story.run(story.job("b", HELLO), source=Source.MANUAL)
    names = dict(Run.objects.values_list("pk", "job_name"))
    assert [names[pk] for pk in listed(web, query)] == expected
    page = shown(web, f"/runs/{query}")
    assert [name for name in expected if f">{name}</a>" not in page] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=soon", "since"),
        ("until=2026-13-01T00:00", "until"),
        ("text=...", "text"),
        ("job=nobody", "job"),
    ],
)
def test_a_filter_that_nobody_understands_is_told_on_the_page(web: Client, query: str, field: str) -> None:
    story.job("a", HELLO)
    page = shown(web, f"/runs/?{query}", 422)
    assert f"<code>{field}</code>" in page
    assert shown(web, f"/runs/export.csv?{query}", 422) == page or "problems" in page


def test_a_search_shows_the_line_with_what_was_found(web: Client) -> None:
    wrote(story.run(story.job("a", HELLO)), "one\nthe <b>connection</b> was refused\n")
    page = shown(web, "/runs/?text=refused")
    assert "the &lt;b&gt;connection&lt;/b&gt; was <mark>refused</mark>" in page
    assert "No run fits" in shown(web, "/runs/?text=accepted")


def test_pages_keep_every_filter(web: Client) -> None:
    job = story.job("a", HELLO)
    story.history(job, count=60, every=5, lasted=1)
    page = shown(web, "/runs/?job=a&status=succeeded&source=schedule")
    assert "?status=succeeded&amp;job=a&amp;source=schedule&amp;before=" in page


def test_a_spreadsheet_takes_no_cell_for_a_formula(web: Client) -> None:
    run = story.run(story.job("a", HELLO), Status.FAILED, reason='=HYPERLINK("x")')
    Run.objects.filter(pk=run.pk).update(host="@home", params={"n": "-1"}, exit_code=-9)
    row = next(csv.DictReader(io.StringIO(text_of(web, "/runs/export.csv"))))
    assert (row["reason"], row["host"]) == ('\'=HYPERLINK("x")', "'@home")
    assert (row["exit_code"], row["params"], row["seconds"]) == ("-9", '{"n": "-1"}', "60.0")


def test_a_file_holds_all_runs_of_all_pages(web: Client) -> None:
    story.history(story.job("a", HELLO), count=130, every=5, lasted=1)
    assert listed(web, "?status=succeeded") == [*Run.objects.order_by("-id").values_list("pk", flat=True)]
    assert len(text_of(web, "/runs/export.csv").splitlines()) == 131
    assert json.loads(text_of(web, "/runs/export.json?status=lost")) == []


def test_chosen_runs_are_stopped_each_for_itself_and_told(web: Client) -> None:
    job = story.job("a", HELLO)
    waits, over = story.run(job, Status.QUEUED, lasted=None), story.run(job)
    answer = web.post(
        "/runs-chosen/cancel/",
        {"run": [waits.pk, over.pk, 999, "x"], "next": "/runs/?job=a"},
        follow=True,
    )
    page = answer.content.decode()
    assert answer.redirect_chain == [("/runs/?job=a", 302)]
    assert f"Asked to stop: {waits.pk} (a)" in page
    assert [f"{pk}: " in page for pk in (over.pk, 999, "x")] == [True] * 3
    waits.refresh_from_db()
    assert waits.status == Status.CANCELLED


def test_chosen_runs_are_deleted_after_a_question(web: Client) -> None:
    job = story.job("a", HELLO)
    runs = [story.run(job), story.run(job), story.run(job, Status.RUNNING)]
    chosen = {"run": [runs[0].pk, runs[2].pk]}
    assert "Delete 2 runs?" in web.post("/runs-chosen/delete/", chosen).content.decode()
    assert Run.objects.count() == 3
    page = web.post("/runs-chosen/delete/", {**chosen, "sure": "yes"}, follow=True).content.decode()
    assert (f"{runs[0].pk} (a)" in page, "is not over yet" in page) == (True, True)
    assert set(Run.objects.values_list("pk", flat=True)) == {runs[1].pk, runs[2].pk}


def test_who_may_not_delete_is_not_asked_to_choose(db: None) -> None:
    story.run(story.job("a", HELLO))
    client = Client()
    client.force_login(person(Role.VIEWER))
    assert 'type="checkbox" name="run"' not in shown(client)
