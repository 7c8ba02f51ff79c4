"""A job file -> checked plugin calls: every section, option and policy looked at, every problem told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from plugins import registry
from plugins.exceptions import BadInput, Problem
from plugins.jobfile import MAX_PROBLEMS, JobFile, Section
from plugins.joblines import with_places
from plugins.jobtable import JobTable, job_table
from plugins.params import Param, read_params
from plugins.registry import Catalog, Description
from plugins.sections import Declared, PluginCall, read_section
from plugins.words import RESERVED, kind, listed, near

LATER = ("after", "watch", "notify")
Result = TypeVar("Result")


@dataclass(frozen=True)
class CheckedJob:
    jobfile: JobFile
    table: JobTable
    calls: list[PluginCall]
    params: dict[str, Param] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Of the custom plugins it uses: Description.source."""
    warnings: list[str] = field(default_factory=list)
    """Sentences about what was accepted, but may not be meant."""


def check(
    jobfile: JobFile, catalog: Catalog | None = None, secrets: Collection[str] | None = None
) -> CheckedJob:
    """catalog: the plugins to check against, the built-in ones by default. secrets: their names, if they are known.

    Raises BadInput with all problems; with their lines when the user wrote TOML.
    """
    known = registry.catalog() if catalog is None else catalog
    problems = [*_reserved(jobfile), *_globals(jobfile, known)]
    table = _collected(problems, lambda: job_table(jobfile.job))
    params = _collected(problems, lambda: read_params(jobfile.params))
    names = {name: Param(name, required=True) for name in jobfile.params}
    declared = Declared(names if params is None else params, jobfile.vars, secrets)
    calls = [_collected(problems, partial(_call, section, declared, known)) for section in jobfile.sections]
    problems += _unmet(jobfile, known)
    if problems or table is None:
        raise BadInput(_told(problems[:MAX_PROBLEMS], jobfile))
    sources = {call.key: known[call.key].source for call in calls if call and not known[call.key].builtin}
    warnings = [told for section in jobfile.sections for told in _unnamed(section, known[section.key])]
    return CheckedJob(jobfile, table, [call for call in calls if call], params or {}, sources, warnings)


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


def _globals(jobfile: JobFile, known: Catalog) -> list[Problem]:
    """A plugin's name with a bare value would be a global value that nobody reads."""
    return [
        Problem(key, "not_a_table", f"{key} is a plugin: it needs a table, not {kind(value)}", f"[{key}]")
        for key, value in jobfile.config.items()
        if key in known and key not in RESERVED and key not in {section.key for section in jobfile.sections}
    ]


def _call(section: Section, declared: Declared, known: Catalog) -> PluginCall:
    description = known.get(section.key)
    if description is None:
        raise BadInput(_unknown(section, known))
    if description.error:
        raise BadInput(
            Problem(
                section.path,
                "broken_plugin",
                f"[{section.key}] cannot be loaded: {description.refusal}",
            )
        )
    return read_section(section, description, declared)


def _unknown(section: Section, known: Catalog) -> Problem:
    meant = near(section.key, [*known, *RESERVED])
    if meant:
        message = f"there is no plugin [{section.key}]: did you mean [{meant}]?"
        return Problem(section.path, "unknown_section", message, f"[{meant}]")
    message = f"there is no plugin [{section.key}]; there are {listed(known, 'and')}"
    return Problem(section.path, "unknown_section", message, f"[{next(iter(known))}]")


def _unmet(jobfile: JobFile, known: Catalog) -> list[Problem]:
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
        if section.key in known
        for name in known[section.key].requires
        if name not in present
    ]


def _unnamed(section: Section, description: Description) -> list[str]:
    """Options that a plugin takes by its `**kwargs` only: perhaps meant, perhaps misspelt. [env] means them all."""
    if description.builtin:
        return []
    names = [option.name for option in description.options if not option.rest]
    return [
        f"{section.path}.{name}: [{section.key}] takes it, but knows nothing of it"
        + (f"; did you mean {meant}?" if (meant := near(name, names)) else "")
        for name in section.options
        if name not in names
    ]
