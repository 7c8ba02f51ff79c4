"""Why and in which order: answers about a job without running anything."""

from __future__ import annotations

from typing import Any

from jobs.models import Job
from jobs.services.plugins import plugin_catalog
from plugins import checking, jobfile
from plugins.hooks import POINTS


def explain_job(job: Job) -> dict[str, Any]:
    """{"job", "hooks": [{"point", "plugin", "method", "priority"}]} in the order in which a run calls them.

    Raises BadInput when the text no longer passes its checks.
    """
    parsed = jobfile.parse(job.toml)
    known = plugin_catalog(parsed)
    checked = checking.check(parsed, known)
    rows = [
        {
            "point": hook["point"],
            "plugin": call.instance,
            "method": hook["method"],
            "priority": hook["priority"],
            "position": position,
        }
        for position, call in enumerate(checked.calls)
        for hook in known[call.key].hooks
    ]
    ordered = sorted(rows, key=_place)
    return {
        "job": job.name,
        "hooks": [{key: row[key] for key in row if key != "position"} for row in ordered],
    }


def _place(row: dict[str, Any]) -> tuple[int, int, int]:
    """By point, then priority, higher first, then position; at post_action ties go backwards."""
    backwards = -1 if row["point"] == "post_action" else 1
    return POINTS.index(row["point"]), -row["priority"], backwards * row["position"]
