"""Draft: a job file that was checked whole, but not saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from jobs.timing import clock
from jobs.timing.table import Timing, host_zone, read_schedule
from plugins import checking, jobfile
from plugins.exceptions import BadInput, Problem


@dataclass(frozen=True)
class Draft:
    checked: checking.CheckedJob
    timings: list[Timing]

    @property
    def toml(self) -> str:
        return self.checked.jobfile.text


def default_zone() -> str:
    """The zone of schedules that name none: MXX_TIMEZONE, else the host's."""
    return settings.MXX_TIMEZONE or host_zone()


def read_draft(
    *,
    text: str | bytes | None = None,
    config: dict[str, Any] | None = None,
    format: Literal["toml", "yaml", "json"] = "toml",  # noqa: A002 - the word users know
    filename: str = "",
) -> Draft:
    """Check a job file given as text or as a JSON object. Raises BadInput with every problem at once."""
    parsed = (
        jobfile.from_config(config)
        if config is not None
        else jobfile.parse(text or "", format=format, filename=filename)
    )
    problems: list[Problem] = []
    checked = _collect(problems, lambda: checking.check(parsed))
    timings = [
        _collect(problems, lambda table=table, position=position: _timing(parsed, table, position))
        for position, table in enumerate(parsed.schedules)
    ]
    problems += _twins([timing for timing in timings if timing])
    if problems or checked is None:
        raise BadInput(problems)
    return Draft(checked, [timing for timing in timings if timing])


def _collect(problems: list[Problem], read: Any) -> Any:
    try:
        return read()
    except BadInput as error:
        problems.extend(error.problems)
        return None


def _timing(parsed: jobfile.JobFile, table: dict[str, Any], position: int) -> Timing:
    return read_schedule(
        table,
        path=f"schedule[{position}]",
        default_zone=default_zone(),
        created=clock.now(),
        position=position,
    )


def _twins(timings: list[Timing]) -> list[Problem]:
    names = [timing.name for timing in timings]
    return [
        Problem(
            f"schedule[{position}].name", "duplicate", f"a schedule named {name!r} stands above", f"{name} 2"
        )
        for position, name in enumerate(names)
        if name in names[:position]
    ]
