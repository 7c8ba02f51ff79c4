"""Search in logs: what is found, what it costs the end of a run, and that it goes with its run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jobs import services
from jobs.models import LogText, LogUnread, Run, Status
from jobs.services import logsearch
from jobs.timing import clock
from plugins.exceptions import BadInput
from plugins.output import segments
from tests.api.kit import make_job

pytestmark = pytest.mark.django_db
MINE = "us:"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.MXX_HOME = tmp_path


def ended(text: str | bytes, *, owner: str = "us:1", **fields: Any) -> Run:
    """A run that is over and wrote this."""
    job = make_job(f"job {Run.objects.count()}")
    assert job.revision is not None
    now = clock.now()
    fields = {"status": Status.SUCCEEDED, "started_at": now, "finished_at": now, "attempt": 1, **fields}
    run = Run.objects.create(job=job, job_name=job.name, revision=job.revision, owner=owner, **fields)
    services.run_dir(run).path.mkdir(parents=True)
    writer = segments.Writer(services.run_dir(run).log)
    writer.append(segments.OUT, 1, text.encode() if isinstance(text, str) else text)
    writer.close()
    LogUnread.objects.add([run.pk])
    return run


def found(text: str, **wanted: Any) -> list[int]:
    asked = services.Wanted(text=text, **wanted)
    return [run.pk for run in services.find_runs(asked, rows=Run.objects.all(), limit=50).runs]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("connection refused", True),
        ("REFUSED connection", True),
        ('"connection refused"', True),
        ('"refused connection"', False),
        ("connect", False),
        ("connect*", True),
        ("10.0.0.5:5555", True),
        ("5555", True),
        ("/srv/data", True),
        ("战斗", True),
        ("斗结", True),
        ("结斗", False),
        ("it's", True),
        ("refused nonsense", False),
        ("ÜBER", True),
    ],
)
def test_words_phrases_beginnings_addresses_and_chinese_are_found(query: str, is_found: bool) -> None:
    run = ended("dial tcp/10.0.0.5:5555: connection refused\nit's in /srv/data.tar über\n战斗结束 x\n")
    ended("all is well")
    services.keep_history(MINE)
    assert found(query) == [run.pk] * is_found


@pytest.mark.parametrize(
    "query", ["...", '"" *', "' OR 1", 'a"b*c NEAR(', "NOT a", "text:a", "a\0b", "x" * 200]
)
def test_no_query_is_ever_a_fault(query: str) -> None:
    ended("something")
    services.keep_history(MINE)
    try:
        assert found(query) == []
    except BadInput as error:
        assert error.problems[0].field == "text"


def test_head_and_tail_of_a_long_log_are_found_and_no_more_is_kept() -> None:
    run = ended("first\n" + "filler words\n" * 5000 + "last\n")
    services.keep_history(MINE)
    assert (found("first"), found("last")) == ([run.pk], [run.pk])
    assert len(LogText.objects.get().text) < logsearch.HEAD + logsearch.TAIL + 100


def test_the_reason_is_found_too_and_bytes_that_are_no_text_harm_nothing() -> None:
    run = ended(b"\xff\xfe\0 \x1b[31mred\x1b[0m\n", reason="program 1 ended with code 3")
    services.keep_history(MINE)
    assert found("red code") == [run.pk]


def test_other_conditions_hold_as_well() -> None:
    first, second = ended("boom"), ended("boom", status=Status.FAILED)
    services.keep_history(MINE)
    assert found("boom") == [second.pk, first.pk]
    assert found("boom", statuses=("failed",)) == [second.pk]
    assert found("boom", job=first.job_name) == [first.pk]
    assert found("boom", only_job=second.job_id, sources=("api",)) == []


def test_pages_of_a_search_hold_each_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logsearch, "CHUNK", 2)
    runs = [ended("boom").pk for _ in range(7)]
    services.keep_history(MINE)
    seen, before = list[int](), None
    while True:
        page = services.find_runs(
            services.Wanted(text="boom"), rows=Run.objects.all(), before=before, limit=3
        )
        seen += [run.pk for run in page.runs]
        before = page.older
        if before is None:
            break
    assert seen == runs[::-1]


def test_a_run_that_is_forgotten_is_found_no_more() -> None:
    run = ended("boom")
    services.keep_history(MINE)
    services.delete_run(run=run)
    assert (found("boom"), LogText.objects.count(), LogUnread.objects.count()) == ([], 0, 0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO jobs_logwords(jobs_logwords) VALUES ('integrity-check')")


def test_logs_on_another_machine_are_left_to_its_own_supervisor() -> None:
    ended("boom", owner="them:1")
    services.keep_history(MINE)
    assert (LogText.objects.count(), LogUnread.objects.count()) == (0, 1)


def test_the_excerpt_is_the_line_with_what_was_found() -> None:
    run = ended("first\nthe connection was refused, again\n战斗结束\n")
    services.keep_history(MINE)
    assert services.excerpts([run.pk], "refused") == {run.pk: ("the connection was ", "refused", ", again")}
    assert services.excerpts([run.pk], "斗结") == {run.pk: ("战", "斗结", "束")}
