"""When: next, preview, pause, resume, quiet."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from client import screen
from client.commands.base import JOB, Session
from client.commands.jobs import next_time
from client.failures import Refused

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
SCHEDULE = click.option("--schedule", metavar="NAME", help="Only this one of its schedules.")


@click.command("next")
@click.option("--count", type=click.IntRange(1, 200), default=20, show_default=True)
@click.pass_obj
def next_moments(session: Session, count: int) -> None:
    """List the next due moments of all jobs, and which of their runs would meet within 24 hours."""
    found = session.api.get("schedules", "next", count=count)
    if session.json:
        screen.write_json(found)
        return
    if found["quiet_until"]:
        screen.say(f"quiet until {screen.when(found['quiet_until'])}")
    screen.table(
        ["when", "job", "schedule"],
        ([screen.when(row["at"]), row["job"], row["text"]] for row in found["results"]),
        empty="nothing is due",
    )
    for one in found["collisions"]:
        wait = f" {one['seconds']:.0f} s" if one["seconds"] else ""
        screen.say(f"{screen.when(one['at'])} {one['job']} {one['what']}{wait}: {one['because']}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def preview(session: Session, file: Path) -> None:
    """Tell in words, and with the next 10 times, when a job file's schedules are due; nothing is saved."""
    told = [session.api.post("schedules", "preview", body=table) for table in _schedules(file)]
    if session.json:
        screen.write_json({"results": told})
        return
    for one in told:
        screen.say(one["text"])
        for line in (*(screen.when(moment) for moment in one["next"]), *one["notes"]):
            screen.say(f"  {line}")
    if not told:
        screen.say("no schedules: it runs when you say so")


def _schedules(file: Path) -> list[dict[str, Any]]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("schedule", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} is no TOML file: {error}") from None
    rows = tables if isinstance(tables, list) else [tables]
    if not all(isinstance(row, dict) for row in rows):
        raise click.UsageError(f"{file}: schedule must be a table, [schedule] or [[schedule]]")
    return [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """TOML has dates, JSON has their texts."""
    return value if isinstance(value, str | int | float | list | dict) else str(value)


@click.command()
@JOB
@SCHEDULE
@click.pass_obj
def pause(session: Session, job: str, schedule: str | None) -> None:
    """Let a job's schedules rest, or one of them; runs by hand stay allowed."""
    _turn(session, "pause", job, schedule)


@click.command()
@JOB
@SCHEDULE
@click.pass_obj
def resume(session: Session, job: str, schedule: str | None) -> None:
    """Let a paused job's schedules, or one of them, count again."""
    _turn(session, "resume", job, schedule)


def _turn(session: Session, verb: str, job: str, schedule: str | None) -> None:
    if schedule is None:
        _told(session, session.api.post("jobs", job, verb))
        return
    rows = session.api.get("jobs", job)["schedules"]
    found = next((row for row in rows if row["name"] == schedule), None)
    if found is None:
        raise Refused(
            f"{job} has no schedule {schedule!r}; it has: {', '.join(row['name'] for row in rows) or 'none'}"
        )
    one = session.api.post("schedules", found["id"], verb)
    if session.json:
        screen.write_json(one)
    else:
        upcoming = f"on; next: {screen.when(one['next_run_time']) or 'when its job is resumed'}"
        screen.say(f"{job}, {one['text']}: {upcoming if one['enabled'] else 'paused'}")


def _told(session: Session, job: dict[str, Any]) -> None:
    if session.json:
        screen.write_json(job)
    elif job["enabled"]:
        screen.say(f"{job['name']} is on; next: {screen.when(next_time(job)) or 'when you say so'}")
    else:
        screen.say(f"{job['name']} is paused")


@click.command()
@click.argument("until", required=False)
@click.option("--off", is_flag=True, help="End it now.")
@click.pass_obj
def quiet(session: Session, until: str | None, off: bool) -> None:
    """Let no schedule start anything until a moment (2026-12-24T18:00:00Z) or for a while (90m, 2h, 1d). Alone: ask."""
    if off and until:
        raise click.UsageError("give a time, or --off, not both")
    if off:
        session.api.delete("quiet")
    told = session.api.post("quiet", body={"until": _moment(until)}) if until else session.api.get("quiet")
    if session.json:
        screen.write_json(told)
    elif told.get("why"):
        screen.say(f"{told['why']}: no schedule starts anything; an admin resumes with: mxx-cli quiet --off")
    elif told["until"]:
        screen.say(
            f"quiet until {screen.when(told['until'])}: no schedule starts anything; runs by hand go on"
        )
    else:
        screen.say("not quiet: schedules start their runs")


def _moment(text: str) -> str:
    """A while from now, as the moment it ends at; anything else is for the server to judge."""
    match = re.fullmatch(r"([0-9]{1,7})([dhms])", text, re.ASCII)
    if not match:
        return text
    end = datetime.now(UTC) + timedelta(seconds=int(match[1]) * UNITS[match[2]])
    return end.isoformat(timespec="seconds").replace("+00:00", "Z")


COMMANDS = (next_moments, preview, pause, resume, quiet)
