"""What the plugins of a run have to know of the database: looked up once, when the run is handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobs import services
from jobs.models import Run, Status

Call = tuple[str, str, dict[str, Any]]

APPLICATION_PLUGINS = ("mxxrun", "mxxset")


def facts_for(run: Run, calls: Iterable[Call]) -> dict[str, Any]:
    """Fields of RunSpec. calls: (instance, key, options), with every value in its place. At most two queries."""
    calls = list(calls)
    keys = {key for _, key, _ in calls}
    names = {str(options.get("app_name")) for _, key, options in calls if key in APPLICATION_PLUGINS}
    return {
        "timezone": services.default_zone(),
        "last_success": last_success(run) if "once" in keys else None,
        "applications": services.applications_named(names) if names else {},
    }


def last_success(run: Run) -> float | None:
    """When a run of the same job last succeeded, in seconds since the epoch; a file's runs go by its name."""
    others = Run.objects.exclude(pk=run.pk).filter(job=run.job_id, status=Status.SUCCEEDED)
    if run.job_id is None:
        others = others.filter(job_name=run.job_name)
    latest = others.order_by("-id").values_list("finished_at", flat=True).first()
    return latest.timestamp() if latest else None
