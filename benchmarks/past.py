"""Fills the database of MXX_HOME with a long past: `python benchmarks/past.py --jobs 1000 --runs 1000000`.

As it looks after two years: one job ran each minute, nine each quarter of an hour, the others now and then, and so they
are planned: a week holds 6,930 daily moments beside ten schedules that are due all the time. Most went well; what nobody
ever uses (webhook) is in no row, which is the dearest question of all.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.filling import CHUNK, jobs_named, make_tables

if TYPE_CHECKING:
    from jobs.models import Job

STATUSES = {
    "succeeded": 930,
    "failed": 30,
    "timed_out": 10,
    "cancelled": 10,
    "skipped": 14,
    "missed": 5,
    "lost": 1,
}
SOURCES = {"schedule": 85, "api": 7, "manual": 5, "cli": 2, "chain": 1}
NEVER_BEGAN = ("skipped", "missed")
YEARS = timedelta(days=730)
EVENTS = 2000
"""So many of the newest runs have events."""
LINES = (
    "emulator booted in {m} s, sanity {n} left",
    "connection refused by 10.0.{m}.5:5555, trying again",
    "round {m} of 40: 3 stages, 12 drops",
    "backup of /srv/data: {m} MB written",
    " 战  斗  结  束  {m}",
)
COLUMNS = (
    *(
        "id",
        "job_id",
        "job_name",
        "revision_id",
        "source",
        "status",
        "reason",
        "warned",
        "params",
        "priority",
        "attempt",
    ),
    *(
        "failures",
        "pool",
        "host",
        "owner",
        "reserved_for",
        "queued_at",
        "started_at",
        "finished_at",
        "cancel_reason",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument(
        "--texts", type=int, default=1_000_000, help="of the newest runs, with words to search in"
    )
    options = parser.parse_args()
    make_tables()
    fill(options.jobs, options.runs, options.texts)


def fill(jobs: int, runs: int, texts: int) -> None:
    named = jobs_named("job", jobs, '[os]\ncmd = ["true"]\n')
    tag(named)
    plan(named)
    furnish(named)
    write("jobs_run", COLUMNS, rows(named, runs))
    add_events(runs)
    write("jobs_logtext", ("run_id", "text"), words(max(1, runs - texts + 1), runs))
    settle()


def tag(jobs: list[Job]) -> None:
    """A few large groups, as farms of emulators are, and one small one."""
    from jobs.models import Job

    for number, job in enumerate(jobs):
        job.tags = [f"farm-{number % 7}", *(["backup"] if number % 40 == 0 else [])]
    Job.objects.bulk_update(jobs, ["tags"], batch_size=CHUNK)


def furnish(jobs: list[Job]) -> None:
    """What else has pages: an application, secrets, tokens, links, and what people did."""
    from django.contrib.auth.models import User

    from jobs import services
    from jobs.models import AuditEntry

    person = User.objects.create_superuser("mira")
    services.save_application(draft=services.ApplicationDraft("maa", path="/opt/maa", app="maa"))
    for number in range(20):
        services.set_secret(name=f"nas_{number}", value="quite a long value", by=person)
        services.make_token(user=person, name=f"builder {number}", job=jobs[number])
        services.make_link(job=jobs[500 % len(jobs)], name=f"door {number}", author=person)
    entries = [
        AuditEntry(action="run.started", target=job.name, who="mira") for job in jobs for _ in range(20)
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=CHUNK)


def plan(jobs: list[Job]) -> None:
    from jobs.models import Schedule
    from jobs.timing.table import read_schedule

    now, planned = datetime.now(UTC), []
    for number, job in enumerate(jobs):
        table = {"trigger": "cron", "expression": _rhythm(number), "timezone": "UTC"}
        timing = read_schedule(table, default_zone="UTC", created=now)
        row = Schedule(job=job, next_run_time=timing.trigger_object.after(now))
        row.take(timing, position=0)
        planned.append(row)
    Schedule.objects.bulk_create(planned, batch_size=CHUNK)


def _rhythm(number: int) -> str:
    if number < 10:
        return "*/15 * * * *" if number else "* * * * *"
    return f"{number * 7919 % 60} {number * 31 % 24} * * *"


def rows(jobs: list[Job], count: int) -> Iterator[tuple[Any, ...]]:
    dice = random.Random(20261021)
    statuses = dice.choices(list(STATUSES), list(STATUSES.values()), k=count)
    sources = dice.choices(list(SOURCES), list(SOURCES.values()), k=count)
    end = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=5)
    for number in range(1, count + 1):
        job = jobs[_whose(dice.random(), number, len(jobs))]
        status, queued = statuses[number - 1], end - YEARS * ((count - number) / count)
        began = None if status in NEVER_BEGAN else queued + timedelta(milliseconds=number % 40)
        ended = (began or queued) + timedelta(
            milliseconds=0 if began is None else 500 + number * 7919 % 60_000
        )
        reason = "" if status == "succeeded" else f"program 1 ended with code {number % 7 + 1}"
        yield (
            *(
                number,
                job.pk,
                job.name,
                job.revision_id,
                sources[number - 1],
                status,
                reason,
                False,
                "{}",
                0,
                1,
            ),
            *(0, "local", "bench", "bench", "", queued, began, ended, ""),
        )


def _whose(chance: float, number: int, jobs: int) -> int:
    if chance < 0.3:
        return 0
    return 1 + number % 9 if chance < 0.6 else 10 + number * 7919 % (jobs - 10)


def add_events(runs: int) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    events = (
        (run, 1, now, "hook", "os", point, 0.2, "", "{}")
        for run in range(max(1, runs - EVENTS), runs + 1)
        for point in ("pre_action", "action", "post_action")
    )
    columns = ("run_id", "attempt", "at", "kind", "plugin", "hook", "seconds", "message", "data")
    write("jobs_runevent", columns, events)


def words(first: int, last: int) -> Iterator[tuple[int, str]]:
    """Some 30 words a run, as they are kept: most in every run, `refused` in one of seven, its number in one alone."""
    for run in range(first, last + 1):
        lines = [line.format(n=run, m=run % 40) for line in LINES if run % 7 == 0 or "refused" not in line]
        yield run, "\n".join(lines)


def write(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """As fast as each database takes them. Moments in `rows` are UTC without saying so, as SQLite has them."""
    from django.db import connection, transaction

    names = ", ".join(columns)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([f"{value}+00" if isinstance(value, datetime) else value for value in row])
        return
    marks = ", ".join("?" * len(columns))
    while some := list(islice(rows, 50_000)):
        with transaction.atomic():
            texts = [[str(value) if isinstance(value, datetime) else value for value in row] for row in some]
            connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", texts)


def settle() -> None:
    """The numbers that were given go on behind; the planner knows what there is, as it does after a night."""
    from django.db import connection

    from jobs import services

    while services.keep_history("bench"):
        continue
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval('jobs_run_id_seq', (SELECT max(id) FROM jobs_run))")
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
