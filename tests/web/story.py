"""A believable history for pictures and tests: rows, logs and events of a small machine's day.

Times are told in minutes before now, so that the story fits whatever the clock says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from jobs import services
from jobs.models import Job, Run, RunEvent, Source, Status, Supervisor
from jobs.timing import clock
from plugins.custody.rundir import RunDir
from plugins.output import segments

PASSWORD = "four unrelated words"
DAY = 24 * 60.0


def admin(name: str = "mira") -> User:
    return User.objects.create_superuser(name, password=PASSWORD)


def supervisor(*, heard_ago: float = 1.0) -> Supervisor:
    now = clock.now() - timedelta(seconds=heard_ago)
    return Supervisor.objects.create(
        id="atlas-1", host="atlas", pid=1, identity="1", slots=16, heartbeat_at=now, scheduler_beat_at=now
    )


def beat() -> None:
    """The supervisor is alive at this moment."""
    Supervisor.objects.update(heartbeat_at=clock.now(), scheduler_beat_at=clock.now())


def job(name: str, toml: str, **kwargs: Any) -> Job:
    return services.save_job(name=name, draft=services.read_draft(text=toml), source="page", **kwargs)


def run(
    of: Job, status: str = Status.SUCCEEDED, *, ago: float = 60, lasted: float | None = 1, **fields: Any
) -> Run:
    """ago: minutes since it began; lasted: minutes, None for one that never started."""
    began = clock.now() - timedelta(minutes=ago)
    over = status not in (Status.QUEUED, Status.CLAIMED, Status.RUNNING, Status.STOPPING)
    ended = began + timedelta(minutes=lasted or 0) if over else None
    values: dict[str, Any] = {
        "source": Source.SCHEDULE,
        "schedule": of.schedules.present().first(),
        "attempt": 1 if lasted is not None else 0,
        "host": "atlas" if lasted is not None else "",
        "started_at": began if lasted is not None else None,
        "finished_at": ended,
        "queued_at": began,
        "scheduled_for": began.replace(microsecond=of.runs.count()),  # a moment that no other run of it has
    }
    values.update(fields)
    return Run.objects.create(
        job=of, job_name=of.name, revision=values.pop("revision", of.revision), status=status, **values
    )


def history(of: Job, *, count: int, every: float, lasted: float, since: float = 0.0) -> None:
    """Good runs, one every so many minutes, the newest `since` minutes ago."""
    dice = random.Random(of.name)
    for number in range(count, 0, -1):
        run(of, ago=since + number * every, lasted=lasted * dice.uniform(0.86, 1.16))


def writer(of: Run) -> segments.Writer:
    """What the keeper writes with, in the folder that the keeper makes."""
    folder = services.run_dir(of)
    folder.path.mkdir(parents=True, exist_ok=True)
    return segments.Writer(folder.log)


@dataclass
class Said:
    """One piece of output: minutes after the start, text, stream, launch."""

    after: float
    text: str
    stream: int = segments.OUT
    launch: int = 1


def log(of: Run, pieces: list[Said]) -> None:
    """Write the log as the keeper does, but with times of the past."""
    assert of.started_at is not None
    folder = services.run_dir(of).log
    folder.mkdir(parents=True, exist_ok=True)
    content = b""
    for piece in pieces:
        data = piece.text.encode()
        stamp = (of.started_at + timedelta(minutes=piece.after)).timestamp()
        content += segments.HEADER.pack(stamp, piece.stream, piece.launch, len(data)) + data
    (folder / f"{0:015d}{segments.SUFFIX}").write_bytes(content)


def live_event(of: Run, kind: str, after: float, **facts: Any) -> None:
    """One line of the keeper's event file."""
    import json

    folder = RunDir.of(Path(settings.MXX_HOME), of.pk, of.attempt).path
    folder.mkdir(parents=True, exist_ok=True)
    assert of.started_at is not None
    event = {
        "at": (of.started_at + timedelta(minutes=after)).timestamp(),
        "kind": kind,
        "plugin": "",
        "hook": "",
        "seconds": None,
        "message": facts.pop("message", ""),
        "data": facts,
    }
    with (folder / "events").open("a") as file:
        file.write(json.dumps(event) + "\n")


def hook(of: Run, point: str, plugin: str, after: float, seconds: float, message: str = "") -> None:
    assert of.started_at is not None
    RunEvent.objects.create(
        run=of,
        attempt=of.attempt,
        at=of.started_at + timedelta(minutes=after),
        kind="hook",
        plugin=plugin,
        hook=point,
        seconds=seconds,
        message=message,
    )


def launch(
    name: str, pid: int, began: datetime, ended: datetime | None, how: str, code: int | None = None
) -> dict[str, Any]:
    return {
        "number": 1,
        "argv": [name],
        "name": name,
        "pid": pid,
        "started": began.timestamp(),
        "ended": ended.timestamp() if ended else None,
        "exit_code": code,
        "signal": None,
        "how": how,
    }


def toml(description: str, tags: str, schedule: str, timeout: str = "2h") -> str:
    told = f'description = "{description}"\n' if description else ""
    tail = f"\n[schedule]\n{schedule}\n" if schedule else ""
    return f'[job]\n{told}tags = [{tags}]\ntimeout = "{timeout}"\n\n[os]\ncmd = ["work", "now"]\n{tail}'


def cron(expression: str) -> str:
    return f'trigger = "cron"\nexpression = "{expression}"'
