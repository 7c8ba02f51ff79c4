"""Why and in which order: answers about a job without running anything."""

from __future__ import annotations

from typing import Any

from jobs.models import Job
from jobs.services.drafts import Draft
from jobs.services.plugins import plugin_catalog
from plugins import checking, jobfile
from plugins.hooks import POINTS
from plugins.registry import Catalog


def explain_job(job: Job) -> dict[str, Any]:
    """{"job", "hooks": [{"point", "plugin", "method", "priority"}]} in the order in which a run calls them.

    Raises BadInput when the text no longer passes its checks.
    """
    parsed = jobfile.parse(job.toml)
    known = plugin_catalog(parsed)
    return {"job": job.name, "hooks": _in_order(checking.check(parsed, known), known)}


def explain_draft(draft: Draft) -> list[dict[str, Any]]:
    """The hooks of a job file that is not saved, as in explain_job."""
    return _in_order(draft.checked, plugin_catalog(draft.checked.jobfile))


def _in_order(checked: checking.CheckedJob, known: Catalog) -> list[dict[str, Any]]:
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
    return [{key: row[key] for key in row if key != "position"} for row in sorted(rows, key=_place)]


def _place(row: dict[str, Any]) -> tuple[int, int, int]:
    """By point, then priority, higher first, then position; at post_action ties go backwards."""
    backwards = -1 if row["point"] == "post_action" else 1
    return POINTS.index(row["point"]), -row["priority"], backwards * row["position"]
