"""What a run uses is sampled, and limits hold."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from plugins.custody.series import MOST, Sample, Series
from tests.plugins.custody.kit import Home, lifetime, program, python, sh

MB = 1 << 20
EATER = "import time; eaten = b'x' * ({} << 20); time.sleep(60)"


def points(run_folder: Path) -> list[list[float]]:
    file = run_folder / "samples"
    return json.loads(file.read_text())["points"] if file.exists() else []


def test_a_run_is_sampled_once_a_second(home: Home) -> None:
    run = home.go(python("import time\nend = time.time() + 2.6\nwhile time.time() < end: pass"))
    run.result()
    found = points(run.dir.path)
    assert 1 <= len(found) <= 3
    at, cpu, memory, processes = found[-1]
    assert at > 0.9 and cpu > 1 and memory > 4 * MB and processes == 1


def test_a_run_of_less_than_a_second_has_no_samples(home: Home) -> None:
    run = home.go(program("true"))
    run.result()
    assert points(run.dir.path) == []


def test_the_time_of_programs_that_have_ended_counts(home: Home) -> None:
    """Each lives for a moment: a look at the living alone would miss nearly all of it."""
    loop = "while :; do /bin/sh -c 'j=0; while [ $j -lt 20000 ]; do j=$((j+1)); done'; done"
    run = home.go(sh(loop), timeout=2.3)
    run.result()
    assert max(cpu for _, cpu, _, _ in points(run.dir.path)) > 1


def test_a_run_over_its_memory_limit_fails_with_both_sizes(home: Home) -> None:
    result = home.run(python(EATER.format(80)), memory=50 * MB)
    assert result["status"] == "failed"
    assert re.fullmatch(r"used [5-9][0-9](\.[0-9])? MB, its limit is 50 MB", result["reason"])
    assert result["finished_at"] - result["started_at"] < 5


def test_shared_memory_counts_once_for_the_limit(home: Home) -> None:
    """Four forked processes that share 60 MB are 240 MB resident, and 60 MB of the machine."""
    code = "import os, time; eaten = b'x' * (60 << 20); [os.fork() for _ in range(2)]; time.sleep(60)"
    result = home.run(python(code, wait=False), lifetime(2.5), memory=150 * MB)
    assert (result["status"], result["reason"]) == ("succeeded", "")


def test_a_run_over_its_limit_of_processes_fails(home: Home) -> None:
    result = home.run(sh("for i in 1 2 3 4 5 6; do sleep 60 & done; wait"), processes=4)
    assert (result["status"], result["reason"]) == ("failed", "had 7 processes, its limit is 4")
    assert result["receipt"]["left"] == 0


def test_programs_of_a_nice_job_give_way_and_so_do_their_children(home: Home) -> None:
    run = home.go(sh("sleep 0.05; nice; (nice)"), nice=7)
    run.result()
    assert run.output() == f"{os.nice(0) + 7}\n" * 2


def test_a_long_run_is_told_more_coarsely_and_keeps_its_heights() -> None:
    series = Series()
    for second in range(1, 4 * MOST):
        series.add(Sample(float(second), 10.0, 900 if second == 77 else 100, 1))
    assert len(series.points) < MOST and series.every == 4.0
    assert max(point.memory for point in series.points) == 900
    assert {point.cpu for point in series.points} == {10.0}


def test_heights_between_two_points_are_not_lost() -> None:
    series = Series()
    assert series.add(Sample(1.0, 0, 100, 1)) and not series.add(Sample(1.5, 0, 500, 9))
    series.add(Sample(2.0, 0, 100, 1))
    assert series.points[-1][2:] == (500, 9)
