"""What a run uses, or used: from its keeper's file while it runs, from the database afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.models import Run, RunSamples
from jobs.services.watching import run_dir


@dataclass(frozen=True)
class Sample:
    """at: seconds since the start; cpu: percent of one core; memory: bytes, resident."""

    at: float
    cpu: float
    memory: int
    processes: int


@dataclass(frozen=True)
class Samples:
    """every: seconds between two samples; 600 at most, so a longer run is told more coarsely."""

    every: float
    points: list[Sample]


def samples_of(run: Run) -> Samples:
    """Of the last attempt; no points for a run that took less than a second."""
    if not run.is_over:
        told = run_dir(run).read("samples")
        return _samples(told) if told else Samples(1.0, [])
    kept = RunSamples.objects.filter(run=run).values("every", "points").first()
    return _samples(kept) if kept else Samples(1.0, [])


def _samples(told: Mapping[str, Any]) -> Samples:
    points: Sequence[Sequence[Any]] = told["points"]
    return Samples(told["every"], [Sample(*point) for point in points])
