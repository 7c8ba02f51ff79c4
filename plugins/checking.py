"""A job file -> checked plugin calls: every section, option and policy looked at, every problem told at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from plugins import registry
from plugins.exceptions import BadInput, Problem
from plugins.jobfile import MAX_PROBLEMS, JobFile, Section
from plugins.joblines import with_places
from plugins.jobtable import JobTable, job_table
from plugins.options import check_options
from plugins.words import RESERVED, kind, listed, near, shown

LATER = ("after", "watch", "notify")
PARAM_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

Result = TypeVar("Result")


@dataclass(frozen=True)
class PluginCall:
    """One plugin instance of a job, its options checked, coerced and plain."""

    instance: str
    key: str
    options: dict[str, Any]


@dataclass(frozen=True)
class CheckedJob:
    jobfile: JobFile
    table: JobTable
    calls: list[PluginCall]


def check(jobfile: JobFile) -> CheckedJob:
    """Raises BadInput with all problems; with their lines when the user wrote TOML."""
    problems = [*_reserved(jobfile), *_globals(jobfile), *_params(jobfile)]
    table = _collected(problems, lambda: job_table(jobfile.job))
    calls = [_collected(problems, partial(_call, section)) for section in jobfile.sections]
    problems += _unmet(jobfile)
    if problems or table is None:
        raise BadInput(_told(problems[:MAX_PROBLEMS], jobfile))
    return CheckedJob(jobfile, table, [call for call in calls if call])


def _told(problems: list[Problem], jobfile: JobFile) -> list[Problem]:
    """From top to bottom of what the user wrote; YAML and JSON were converted, their lines are not known."""
    if jobfile.format != "toml":
        return problems
    return sorted(with_places(jobfile.text, problems), key=lambda problem: problem.line or 0)


def _collected(problems: list[Problem], read: Callable[[], Result]) -> Result | None:
    try:
        return read()
    except BadInput as error:
        problems += error.problems
        return None


def _reserved(jobfile: JobFile) -> list[Problem]:
    return [
        Problem(
            name,
            "not_yet",
            f"[{name}] is reserved for a later version of MXX: leave it out for now",
            "no such table",
        )
        for name in LATER
        if name in jobfile.config
    ]


def _globals(jobfile: JobFile) -> list[Problem]:
    """A plugin's name with a bare value would be a global value that nobody reads."""
    return [
        Problem(key, "not_a_table", f"{key} is a plugin: it needs a table, not {kind(value)}", f"[{key}]")
        for key, value in jobfile.config.items()
        if key in registry.catalog() and key not in {section.key for section in jobfile.sections}
    ]


def _params(jobfile: JobFile) -> list[Problem]:
    return [
        Problem(
            f"params.{name}",
            "name",
            f"{shown(name)} is no name for a param: letters, digits and _",
            'target = "photos"',
        )
        for name in jobfile.params
        if not PARAM_NAME.fullmatch(name)
    ]


def _call(section: Section) -> PluginCall:
    description = registry.catalog().get(section.key)
    if description is None:
        raise BadInput(_unknown(section))
    if description.error:
        raise BadInput(
            Problem(
                section.path,
                "broken_plugin",
                f"[{section.key}] cannot be loaded: {description.error['message']}",
            )
        )
    options = check_options(section.key, description.options, section.options, section.path)
    found = registry.load(section.key).check(options)
    if found:
        raise BadInput(
            Problem(_field(section, option), "value", message, example) for option, message, example in found
        )
    return PluginCall(section.instance, section.key, options)


def _field(section: Section, option: str) -> str:
    return f"{section.path}.{option}" if option else section.path


def _unknown(section: Section) -> Problem:
    known = registry.catalog()
    meant = near(section.key, [*known, *RESERVED])
    if meant:
        message = f"there is no plugin [{section.key}]: did you mean [{meant}]?"
        return Problem(section.path, "unknown_section", message, f"[{meant}]")
    message = f"there is no plugin [{section.key}]; there are {listed(known, 'and')}"
    return Problem(section.path, "unknown_section", message, f"[{next(iter(known))}]")


def _unmet(jobfile: JobFile) -> list[Problem]:
    """No plugin at all, or one without those that it requires."""
    if not jobfile.sections:
        return [
            Problem(
                "", "no_section", "the job does nothing: it needs a plugin's section", '[os]\ncmd = "hello"'
            )
        ]
    present = {section.key for section in jobfile.sections}
    return [
        Problem(section.path, "requires", f"[{section.key}] needs [{name}] in the same job", f"[{name}]")
        for section in jobfile.sections
        if section.key in registry.catalog()
        for name in registry.catalog()[section.key].requires
        if name not in present
    ]
