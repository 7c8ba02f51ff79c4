"""Declared params: what a trigger may set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jobs.models import Job
from plugins import jobfile
from plugins.exceptions import BadInput
from plugins.params import Param, from_texts, read_params, values


@lru_cache(maxsize=4096)
def declared_in(toml: str) -> dict[str, Param]:
    """The params of a job file that passed its check once. Raises BadInput when it no longer does."""
    if "params" not in toml and "\\" not in toml:  # only an escape could hide the word
        return {}
    return read_params(jobfile.parse(toml).params)


def declared_params(job: Job) -> dict[str, Param]:
    """What a run of this job may be given, in the order of the file; none when the stored text no longer passes."""
    try:
        return declared_in(job.toml) if job.revision else {}
    except BadInput:
        return {}


def run_params(
    params: Mapping[str, Param], given: Mapping[str, Any], *, as_texts: bool = False
) -> dict[str, Any]:
    """The params of a new run. as_texts: they were typed into a form or on a command line. Raises BadInput."""
    return values(params, from_texts(params, given) if as_texts else given)


def schedule_params(toml: str, given: dict[str, Any]) -> dict[str, Any]:
    """Params of a scheduled run. They were checked when the job was saved; should they no longer pass, the run is
    recorded with them as they are, and fails with the sentence when it is to start: a due moment is never lost."""
    try:
        return values(declared_in(toml), given)
    except BadInput:
        return given
