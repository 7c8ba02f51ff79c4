"""Run row -> RunSpec: what the keeper is told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from jobs import services
from jobs.execution.facts import facts_for
from jobs.models import JobState, Run
from plugins import checking, jobfile, params
from plugins.custody.spec import RunSpec
from plugins.exceptions import MxxError
from plugins.jobtable import JobTable, job_table
from plugins.registry import Catalog
from plugins.substitution import Blank, secrets_in


@lru_cache(maxsize=4096)
def _parsed(toml: str) -> jobfile.JobFile:
    """Each text is parsed once a process. By the text, not by the revision's number: a rollback gives that away again."""
    return jobfile.parse(toml)


@lru_cache(maxsize=4096)
def policies_of(toml: str) -> JobTable:
    """Its [job] table, whatever became of its plugins. Raises BadInput."""
    return job_table(_parsed(toml).job)


@lru_cache(maxsize=4096)
def _checked(toml: str, catalog: Catalog) -> checking.CheckedJob:
    """Once for each state of the plugins it may use. Raises BadInput when they do not fit any more."""
    return checking.check(_parsed(toml), catalog)


def make_ready(toml: str) -> None:
    """So that a run of this text starts sooner. What is wrong with it is told when it starts."""
    with suppress(MxxError):
        _checked(toml, services.plugin_catalog(_parsed(toml)))


def spec_of(run: Run, state: str | None = None) -> RunSpec:
    """state: of its job, where it is known. Raises MxxError with the sentence for which the run cannot start."""
    toml = run.revision.toml
    checked = _checked(toml, services.plugin_catalog(_parsed(toml)))
    table = checked.table
    given = params.values(checked.params, run.params)
    plugins, blanks = filled_in(checked, given)
    return RunSpec(
        run=run.pk,
        attempt=run.attempt,
        job=run.job_name,
        home=str(Path(settings.MXX_HOME).absolute()),
        mark=secrets.token_hex(8),
        plugins=plugins,
        vars=checked.jobfile.vars,
        params=given,
        blanks=blanks,
        secrets=services.open_secrets(secrets_in(blanks)),
        sources=checked.sources,
        state=JobState.objects.text_of(run.job_id) if state is None else state,
        source=run.source,
        timeout=table.timeout,
        grace=table.grace,
        cleanup=table.cleanup,
        log_limit=table.log_limit,
        umask=settings.MXX_UMASK,
        memory=table.memory,
        processes=table.processes,
        nice=table.nice,
        **facts_for(run, plugins),
    )


def filled_in(
    checked: checking.CheckedJob, given: Mapping[str, Any]
) -> tuple[list[tuple[str, str, dict[str, Any]]], list[Blank]]:
    """The plugin calls with their params and vars, checked again, and what the runner fills in. Raises BadInput."""
    plugins: list[tuple[str, str, dict[str, Any]]] = []
    blanks: list[Blank] = []
    for number, call in enumerate(checked.calls):
        options = call.options
        if call.template:
            options, left = call.template.fill(given, checked.jobfile.vars)
            blanks += [(number, steps, parts) for steps, parts in left]
        plugins.append((call.instance, call.key, options))
    return plugins, blanks
