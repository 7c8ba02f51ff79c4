"""Timing: a schedule table that was read and found good; trigger_of: its trigger, built again from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from jobs.timing import moments
from jobs.timing.triggers import (
    Bounded,
    CronTrigger,
    DateTrigger,
    IntervalTrigger,
    StartupTrigger,
    Trigger,
    apart,
)

Spec = Mapping[str, Any]
BOUNDS = ("start", "end", "blackout")


@dataclass(frozen=True)
class Timing:
    """name: as the text names it, else its position, 1-based.
    spec: the trigger's own keys in their normal form, fit for JSON:
        cron {"expression", "days": "both" where the field form asks for both}, interval {"seconds", "anchor"},
        date {"run_date"}, startup {"delay"}; and "start", "end", "blackout" where given.
    text: the trigger as a sentence. notes: what the user should know before saving.
    misfire_window: seconds.
    """

    name: str
    trigger: str
    spec: dict[str, Any]
    timezone: str
    text: str
    trigger_object: Trigger
    params: dict[str, Any] = field(default_factory=dict)
    misfire: str | None = None
    misfire_window: float | None = None
    notes: list[str] = field(default_factory=list)


def trigger_of(trigger: str, spec: Spec, timezone: str) -> Trigger:
    """The trigger of a stored schedule. Raises BadInput when its zone left the zone database."""
    inner = BUILDERS[trigger](spec, timezone)
    return _bounded(inner, spec, timezone) if any(key in spec for key in BOUNDS) else inner


def _cron(spec: Spec, timezone: str) -> Trigger:
    return CronTrigger(spec["expression"], timezone, spec.get("days") == "both")


def _interval(spec: Spec, timezone: str) -> Trigger:
    anchor = moments.begin(moments.read(spec["anchor"]), timezone)
    return IntervalTrigger(timedelta(seconds=spec["seconds"]), anchor)


def _date(spec: Spec, timezone: str) -> Trigger:
    return DateTrigger(moments.begin(moments.read(spec["run_date"]), timezone))


def _startup(spec: Spec, timezone: str) -> Trigger:
    return StartupTrigger(timedelta(seconds=spec["delay"]))


def _bounded(inner: Trigger, spec: Spec, timezone: str) -> Trigger:
    return Bounded(
        inner,
        start=moments.begin(moments.read(spec["start"]), timezone) if "start" in spec else None,
        end=moments.end(moments.read(spec["end"]), timezone) if "end" in spec else None,
        blackouts=apart([moments.blackout(span, timezone) for span in spec.get("blackout", [])]),
    )


BUILDERS: dict[str, Callable[[Spec, str], Trigger]] = {
    "cron": _cron,
    "interval": _interval,
    "date": _date,
    "startup": _startup,
}
