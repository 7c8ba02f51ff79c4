"""What changed since a job last worked."""

from __future__ import annotations

from dataclasses import dataclass

from jobs import services
from jobs.models import Revision, Run, Status

MOST = 40


@dataclass(frozen=True)
class Change:
    """kind: ins, del or same."""

    kind: str
    text: str


@dataclass(frozen=True)
class Changes:
    old: Revision
    new: Revision
    good: Run
    lines: list[Change]
    more: int


def since_it_worked(run: Run) -> Changes | None:
    """The difference to the revision of the last good run before this one; None when there is none."""
    if run.job_id is None:
        return None
    good = (
        Run.objects.filter(job=run.job_id, pk__lt=run.pk, status=Status.SUCCEEDED)
        .select_related("revision", "revision__author")
        .order_by("-id")
        .first()
    )
    if good is None or good.revision.toml == run.revision.toml:
        return None
    lines = difference(good.revision.toml, run.revision.toml)
    return Changes(good.revision, run.revision, good, lines[:MOST], max(0, len(lines) - MOST))


def difference(old: str, new: str) -> list[Change]:
    """Changed lines with one line around them and the section they stand in."""
    return changes_in(services.difference(old, new, context=1))


def changes_in(diff: str) -> list[Change]:
    """Of a unified diff, without its head."""
    found: list[Change] = []
    for line in diff.splitlines()[2:]:
        if line.startswith("@@"):
            if found:
                found.append(Change("same", " …"))
            continue
        found.append(Change({"+": "ins", "-": "del"}.get(line[:1], "same"), line))
    return found
