"""Draft: a job file that was checked whole, but not saved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from django.conf import settings

from jobs.services.plugins import plugin_catalog
from jobs.services.secretstore import secret_names
from jobs.timing import clock
from jobs.timing.table import Timing, host_zone, read_schedule
from plugins import checking, jobfile
from plugins.exceptions import BadInput, Problem
from plugins.joblines import with_places
from plugins.params import read_params, values


@dataclass(frozen=True)
class Draft:
    checked: checking.CheckedJob
    timings: list[Timing]

    @property
    def toml(self) -> str:
        return self.checked.jobfile.text

    @property
    def warnings(self) -> list[str]:
        """Sentences about what was accepted, but may not be meant."""
        return self.checked.warnings


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
    secrets = secret_names() if "${secret." in parsed.text else None
    checked = _collect(problems, lambda: checking.check(parsed, plugin_catalog(parsed), secrets))
    timings = [
        _collect(problems, lambda table=table, position=position: _timing(parsed, table, position))
        for position, table in enumerate(parsed.schedules)
    ]
    problems += _twins([timing for timing in timings if timing])
    problems += _unfit_params(parsed)
    if problems or checked is None:
        raise BadInput(_with_lines(parsed, problems))
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


def _unfit_params(parsed: jobfile.JobFile) -> list[Problem]:
    """A schedule may set only what the job declares, as it is declared, and must set what has no default."""
    problems: list[Problem] = []
    try:
        params = read_params(parsed.params)
    except BadInput:
        return []  # told already: nothing can be said of what is given
    for position, table in enumerate(parsed.schedules):
        given = table.get("params", {})
        if isinstance(given, dict):
            _collect(problems, partial(values, params, given, f"schedule[{position}].params"))
    return problems


def _with_lines(parsed: jobfile.JobFile, problems: list[Problem]) -> list[Problem]:
    """From top to bottom of what the user wrote; YAML and JSON were converted, their lines are not known."""
    if parsed.format != "toml":
        return problems
    return sorted(with_places(parsed.text, problems), key=lambda problem: problem.line or 0)
