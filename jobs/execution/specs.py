"""Run row -> RunSpec: what the keeper is told."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from jobs.models import Revision, Run
from plugins import checking, jobfile
from plugins.custody.spec import RunSpec

HIDDEN = ("MXX_", "DJANGO_")
"""Variables of MXX itself, which may hold keys and addresses: no program of a run sees them."""


@lru_cache(maxsize=1024)
def checked_revision(revision_id: int) -> checking.CheckedJob:
    """A revision never changes, so it is parsed and checked once a process. Raises BadInput when plugins changed."""
    return checking.check(jobfile.parse(Revision.objects.get(pk=revision_id).toml))


def spec_of(run: Run) -> RunSpec:
    checked = checked_revision(run.revision_id)
    table = checked.table
    return RunSpec(
        run=run.pk,
        attempt=run.attempt,
        job=run.job_name,
        home=str(Path(settings.MXX_HOME).absolute()),
        mark=secrets.token_hex(8),
        plugins=[(call.instance, call.key, call.options) for call in checked.calls],
        vars=checked.jobfile.vars,
        params=run.params,
        source=run.source,
        timeout=table.timeout,
        grace=table.grace,
        cleanup=table.cleanup,
    )


def clean_environment() -> dict[str, str]:
    """The user's own environment, without what is MXX's."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(HIDDEN) and name != "DATABASE_URL"
    }
