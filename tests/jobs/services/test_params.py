"""Declared params, whoever starts the job: services, schedules, retries."""

from __future__ import annotations

from typing import Any

import pytest

from jobs import services
from jobs.models import Run, Status
from jobs.services.params import schedule_params
from jobs.timing import clock
from plugins.exceptions import BadInput, Problem
from tests.jobs.kit import ECHO, change, make_job

pytestmark = pytest.mark.django_db

DECLARED = """\
[params]
stage = { choices = ["1-7", "CE-6"], default = "1-7" }
times = { type = "int", default = 3, min = 1, max = 10 }
pause = { type = "duration", default = "5m" }
"""
NEEDED = "[params]\nstage = {}\n"
HOURLY = '[[schedule]]\ntrigger = "interval"\nhours = 1\n'


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        services.read_draft(text=text)
    return caught.value.problems


def test_a_run_has_every_param_typed() -> None:
    job = make_job(text=DECLARED + ECHO)
    assert services.trigger_job(job=job).params == {"stage": "1-7", "times": 3, "pause": 300}
    assert services.trigger_job(job=job, params={"times": 9, "pause": "1h"}).params["pause"] == 3600


def test_what_was_typed_is_read_by_the_declared_types() -> None:
    job = make_job(text=DECLARED + ECHO)
    typed = {"stage": "CE-6", "times": "9", "pause": ""}
    run = services.trigger_job(job=job, params=typed, as_texts=True)
    assert run.params == {"stage": "CE-6", "times": 9, "pause": 300}


def test_params_that_do_not_fit_queue_nothing_and_are_all_told() -> None:
    job = make_job(text=DECLARED + ECHO)
    with pytest.raises(BadInput) as caught:
        services.trigger_job(job=job, params={"stage": "CE6", "times": "9"})
    assert [problem.field for problem in caught.value.problems] == ["params.stage", "params.times"]
    assert not Run.objects.exists()


def test_a_file_run_reads_texts_by_the_declared_types() -> None:
    draft = services.read_draft(text=DECLARED + ECHO)
    run = services.queue_file_run(name="file", draft=draft, params={"times": "4"}, reserved_for="me")
    assert run.params["times"] == 4


def test_a_retry_keeps_the_old_values_whatever_the_job_declares_now() -> None:
    job = make_job(text=DECLARED + ECHO)
    old = services.cancel_run(run=services.trigger_job(job=job, params={"times": 9}))
    change(job, ECHO)
    assert services.retry_run(run=old).params == old.params


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ("times = 11", "schedule[0].params.times", "11 is outside 1 to 10"),
        ('times = "9"', "schedule[0].params.times", "must be a whole number"),
        ('stage = "CE6"', "schedule[0].params.stage", "did you mean"),
        ("uid = 0", "schedule[0].params.uid", "is not declared in [params]"),
    ],
)
def test_params_of_a_schedule_are_checked_on_save_with_its_line(given: str, field: str, said: str) -> None:
    (problem,) = problems_of(f"{DECLARED}{ECHO}{HOURLY}[schedule.params]\n{given}\n")
    assert (problem.field, problem.line) == (field, 11) and said in problem.message


def test_a_schedule_must_give_what_has_no_default() -> None:
    (problem,) = problems_of(NEEDED + ECHO + HOURLY)
    assert (problem.field, problem.line) == ("schedule[0].params.stage", 5)
    assert services.read_draft(text=f'{NEEDED}{ECHO}{HOURLY}params = {{ stage = "1-7" }}\n')


def test_wrong_params_of_a_schedule_are_told_beside_other_problems() -> None:
    found = problems_of(f"{DECLARED}[os]\ncmd = 5\n{HOURLY}params = {{ times = 11 }}\n")
    assert [problem.field for problem in found] == ["os.cmd", "schedule[0].params.times"]


def test_a_scheduled_run_has_every_param_typed() -> None:
    job = make_job(text=f'{DECLARED}{ECHO}{HOURLY}params = {{ pause = "1h" }}\n')
    found = schedule_params(job.toml, job.schedules.get().params)
    assert found == {"stage": "1-7", "times": 3, "pause": 3600}


def test_a_due_moment_survives_params_that_no_longer_pass() -> None:
    job = make_job(text=DECLARED + ECHO)
    assert schedule_params(job.toml, {"times": 99}) == {"times": 99}


def test_progress_is_told_while_a_run_lasts_and_not_after(tmp_path: Any, settings: Any) -> None:
    settings.MXX_HOME = tmp_path
    run = services.trigger_job(job=make_job())
    assert services.live_progress(run) is None
    services.run_dir(run).path.mkdir(parents=True)
    services.run_dir(run).write("progress", {"fraction": 0.5, "text": "half"})
    assert services.live_progress(run) == services.Progress(0.5, "half")
    run.move(Status.CANCELLED, expect=[Status.QUEUED], finished_at=clock.now())
    assert services.live_progress(run) is None
