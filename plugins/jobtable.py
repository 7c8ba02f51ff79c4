"""The `[job]` table: the policies of a job, and how a duration is written."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from typing import Any

from plugins.exceptions import BadInput, Problem
from plugins.output.segments import LIMIT
from plugins.sizes import GB, KB, MB, size_within
from plugins.words import kind, listed, near, shown

DAY = 86_400.0
LONGEST = 3650 * DAY
UNITS = {"d": DAY, "h": 3600.0, "m": 60.0, "s": 1.0}
DURATION = re.compile("".join(rf"(?:([0-9]{{1,9}}(?:\.[0-9]{{1,9}})?){unit})?" for unit in UNITS))
OVERLAPS = ("skip", "queue", "parallel", "replace")
MISFIRES = ("skip", "latest", "all")
RETRIED = ("failed", "timed_out", "lost")
LATER = ("needs",)
MAX_TAGS = 50
MAX_KEYS = 50
"""More keys than there are policies: what comes behind them is wrong anyway, and told no more."""


@dataclasses.dataclass(frozen=True)
class JobTable:
    """Policies of a job. Times in seconds, sizes in bytes; None: no limit."""

    description: str = ""
    tags: list[str] = dataclasses.field(default_factory=list)
    timeout: float | None = None
    grace: float = 5.0
    cleanup: float = 30.0
    log_limit: int = LIMIT
    overlap: str = "skip"
    max_parallel: int | None = None
    queue_max: int = 100
    retries: int = 0
    retry_delay: float = 0.0
    retry_backoff: float = 1.0
    retry_on: list[str] = dataclasses.field(default_factory=lambda: ["failed", "timed_out"])
    priority: int = 0
    pool: str = "local"
    memory: int | None = None
    processes: int | None = None
    nice: int = 0
    misfire: str = "latest"
    misfire_window: float | None = None


def job_table(raw: dict[str, Any]) -> JobTable:
    """Check a raw `[job]` table. Raises BadInput with every problem, fields `job.KEY`."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in list(raw.items())[:MAX_KEYS]:
        try:
            values[key] = _reader(key)(value, f"job.{key}")
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return JobTable(**values)


def _reader(key: str) -> Callable[[Any, str], Any]:
    if key in READERS:
        return READERS[key]
    if key in LATER:
        raise BadInput(
            Problem(
                f"job.{key}",
                "not_yet",
                "is reserved for a later version of MXX: leave it out for now",
                "no line at all",
            )
        )
    meant = near(key, READERS)
    message = "[job] has no such key" + (f": did you mean {meant}?" if meant else "")
    raise BadInput(Problem(f"job.{key}", "unknown_key", message, meant or listed(READERS, "and")))


def seconds(value: Any, field: str) -> float:
    """Seconds of a duration: a number, or "90s" "5m" "2h" "1d" "1h30m". Raises BadInput for the field."""
    if isinstance(value, str):
        return _checked_seconds(_spelled(value), field, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(Problem(field, "type", f"must be a duration, not {kind(value)}", '"90s"'))
    return _checked_seconds(value, field, value)


def _spelled(text: str) -> float | None:
    match = DURATION.fullmatch(text)
    if not text or not match:
        return None
    return math.fsum(
        float(count) * unit for count, unit in zip(match.groups(), UNITS.values(), strict=True) if count
    )


def _checked_seconds(value: float | None, field: str, given: Any) -> float:
    if value is None:
        message = f"{shown(given)} is not a duration: seconds as a number, or a text with d, h, m or s"
        raise BadInput(Problem(field, "duration", message, '90 or "1h30m"'))
    if not math.isfinite(value) or not 0 <= value <= LONGEST:
        raise BadInput(
            Problem(field, "range", f"{shown(given)} is outside 0 to {LONGEST / DAY:.0f} days", '"90s"')
        )
    return float(value)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise BadInput(Problem(field, "type", f"must be a text, not {kind(value)}", '"Backs up my photos"'))
    return value


def _tags(value: Any, field: str) -> list[str]:
    example = '["home", "nightly"]'
    if not isinstance(value, list):
        raise BadInput(Problem(field, "type", f"must be a list of texts, not {kind(value)}", example))
    if len(value) > MAX_TAGS:
        raise BadInput(Problem(field, "too_many", f"{len(value)} tags, at most {MAX_TAGS} fit", example))
    for index, tag in enumerate(value):
        if not isinstance(tag, str) or not 1 <= len(tag.strip()) <= 50 or "\n" in tag:
            message = f"a tag is a text of 1 to 50 characters on one line, not {kind(tag)}"
            raise BadInput(Problem(f"{field}[{index}]", "type", message, example))
    return list(dict.fromkeys(tag.strip() for tag in value))


def _above_zero(value: Any, field: str) -> float:
    if (found := seconds(value, field)) > 0:
        return found
    raise BadInput(Problem(field, "range", "must be above 0: leave it out for none", '"2h"'))


def _whole(least: int, most: int, example: str) -> Callable[[Any, str], int]:
    def read(value: Any, field: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadInput(Problem(field, "type", f"must be a whole number, not {kind(value)}", example))
        if not least <= value <= most:
            raise BadInput(Problem(field, "range", f"{shown(value)} is outside {least} to {most}", example))
        return value

    return read


def _backoff(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(Problem(field, "type", f"must be a number, not {kind(value)}", "2.0"))
    if not 1 <= value <= 100:
        raise BadInput(
            Problem(field, "range", f"{shown(value)} is outside 1 to 100: it multiplies retry_delay", "2.0")
        )
    return float(value)


def _one_of(*allowed: str) -> Callable[[Any, str], str]:
    def read(value: Any, field: str) -> str:
        if value in allowed and isinstance(value, str):
            return value
        meant = near(value, allowed) if isinstance(value, str) else None
        message = f"must be {listed(allowed)}, not {kind(value)}" + (
            f": did you mean {meant}?" if meant else ""
        )
        raise BadInput(Problem(field, "choice", message, shown(meant or allowed[0])))

    return read


def _retry_on(value: Any, field: str) -> list[str]:
    if not isinstance(value, list):
        raise BadInput(
            Problem(field, "type", f"must be a list, not {kind(value)}", '["failed", "timed_out"]')
        )
    one = _one_of(*RETRIED)
    return [one(status, f"{field}[{index}]") for index, status in enumerate(value)]


def _pool(value: Any, field: str) -> str:
    if value == "local":
        return "local"
    raise BadInput(
        Problem(field, "not_yet", "pools other than local are reserved for a later version of MXX", '"local"')
    )


READERS: dict[str, Callable[[Any, str], Any]] = {
    "description": _text,
    "tags": _tags,
    "timeout": _above_zero,
    "grace": seconds,
    "cleanup": seconds,
    "log_limit": size_within(100 * KB, GB, '"50MB"'),
    "overlap": _one_of(*OVERLAPS),
    "max_parallel": _whole(1, 1000, "2"),
    "queue_max": _whole(1, 10_000, "100"),
    "retries": _whole(0, 1000, "3"),
    "retry_delay": seconds,
    "retry_backoff": _backoff,
    "retry_on": _retry_on,
    "priority": _whole(-1000, 1000, "10"),
    "pool": _pool,
    "memory": size_within(MB, 1024 * GB, '"2GB"'),
    "processes": _whole(1, 100_000, "50"),
    "nice": _whole(0, 19, "10"),
    "misfire": _one_of(*MISFIRES),
    "misfire_window": _above_zero,
}
