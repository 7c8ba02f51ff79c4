"""Run row -> spec: params and vars filled in and typed, state carried over."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.execution.finishing import finish
from jobs.execution.specs import spec_of
from jobs.models import Job, JobState, Revision, Run, Status
from plugins.exceptions import MxxError
from tests.costs import seconds_of
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db

TEXT = """\
[params]
target = "photos"
long = { type = "duration", default = "1m" }
how = {}

[vars]
server = "nas"

[os]
cmd = ["rsync", "${vars.server}:${params.target}", "${HOME}/x"]
timeout = "${params.long}"

[lifetime]
lifetime = "${params.long}"
when_exits = "${params.how}"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    settings.MXX_HOME = tmp_path


def running(job: Job, **params: Any) -> Run:
    run = services.trigger_job(job=job, params=params)
    run.move(Status.RUNNING, expect=[Status.QUEUED])
    return run


def ended(run: Run, **result: Any) -> Run:
    assert finish(run, {"status": "succeeded", "finished_at": time.time(), **result})
    return run


def test_params_and_vars_are_filled_in_and_the_rest_is_left_to_the_runner() -> None:
    spec = spec_of(running(make_job(text=TEXT), target="; id", long="5m", how="fail"))
    assert [options for _, _, options in spec.plugins] == [
        {"cmd": ["rsync", "nas:; id", "${HOME}/x"], "timeout": 300.0},
        {"lifetime": 300.0, "when_exits": "fail"},
    ]
    assert spec.blanks == [(0, ("cmd", 2), [("env", "HOME"), "/x"])]


def test_a_spec_survives_its_way_to_the_keeper() -> None:
    spec = spec_of(running(make_job(text=TEXT), how="fail"))
    again = type(spec).read(spec.line())
    assert again.line() == spec.line()


def test_values_that_an_option_refuses_are_a_sentence() -> None:
    run = running(make_job(text=TEXT), how="explode")
    with pytest.raises(MxxError, match=r"lifetime\.when_exits: must be .*not the text \"explode\""):
        spec_of(run)


def test_params_that_no_longer_pass_are_a_sentence() -> None:
    run = running(make_job(text="[params]\nn = 1\n" + ECHO))
    run.params = {"n": "many"}
    with pytest.raises(MxxError, match=r"params\.n: must be a whole number"):
        spec_of(run)


def test_the_next_run_finds_the_state_of_the_last_one_to_finish() -> None:
    job = make_job()
    first, second = running(job), running(job)
    assert spec_of(first).state == ""
    ended(second, state='{"n": 2}')
    ended(first, state='{"n": 1}', status="failed")
    assert spec_of(running(job)).state == '{"n": 1}'


def test_a_run_that_left_the_state_alone_changes_nothing() -> None:
    job = make_job()
    ended(running(job), state='{"n": 2}')
    ended(running(job))
    assert JobState.objects.text_of(job.pk) == '{"n": 2}'


def test_a_run_of_a_file_has_no_state() -> None:
    run = services.queue_file_run(
        name="file", draft=services.read_draft(text=ECHO), params={}, reserved_for="me"
    )
    run.move(Status.RUNNING, expect=[Status.QUEUED])
    assert spec_of(ended(run, state='{"n": 2}')).state == ""
    assert not JobState.objects.exists()


def test_two_jobs_share_no_state() -> None:
    ended(running(make_job("one")), state='{"n": 1}')
    assert spec_of(running(make_job("two"))).state == ""


def test_building_a_spec_takes_less_than_a_millisecond() -> None:
    run = running(make_job(text=TEXT), how="fail")
    spec_of(run)
    costs = [seconds_of(lambda: [spec_of(run) for _ in range(20)]) / 20 for _ in range(5)]
    assert min(costs) < 0.001  # the others tell how busy the machine is


def test_a_revision_whose_number_was_given_away_before_is_read_anew() -> None:
    """Numbers come back after a rollback."""
    run = running(make_job(text=ECHO))
    spec_of(run)
    Revision.objects.update(toml='[os]\ncmd = ["echo", "another"]\n')
    assert spec_of(Run.objects.get(pk=run.pk)).plugins[0][2]["cmd"] == ["echo", "another"]
