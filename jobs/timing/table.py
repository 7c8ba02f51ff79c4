"""Read a `[schedule]` table: every problem at once, or a Timing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobs.timing import moments, zones
from jobs.timing.ownkeys import OWN_KEYS, READERS
from jobs.timing.plan import BOUNDS, Timing, trigger_of
from jobs.timing.preview import notes, preview
from jobs.timing.reading import Reader
from jobs.timing.remarks import remarks
from jobs.timing.words import describe
from jobs.timing.zones import host_zone
from plugins.exceptions import BadInput, Problem
from plugins.jobfile import check_name
from plugins.jobtable import MISFIRES, seconds
from plugins.words import kind, listed, near

__all__ = ["Timing", "host_zone", "notes", "preview", "read_schedule", "trigger_of"]

COMMON = ("name", "trigger", "timezone", *BOUNDS, "misfire", "misfire_window", "params")
MOST_BLACKOUTS = 100
BLACKOUT = '["2026-12-24/2026-12-26"]'


def read_schedule(
    table: dict[str, Any],
    *,
    path: str = "schedule",
    default_zone: str,
    created: datetime,
    position: int = 0,
) -> Timing:
    """Check a schedule table. Raises BadInput with all its problems, fields `{path}.KEY`.

    created: an interval without an anchor counts from here. position: 0-based, names a schedule without a name.
    """
    if not isinstance(table, dict):
        raise BadInput(
            Problem(path, "not_a_table", f"must be a table, not {kind(table)}", 'trigger = "cron"')
        )
    reader = Reader(table, path)
    trigger = _trigger(reader)
    _refuse_unknown_keys(reader, trigger)
    zone = _zone(reader, default_zone)
    spec = READERS[trigger](reader, zone, created) if trigger else {}
    spec.update(_bounds(reader, zone))
    common = _common(reader, position)
    reader.finish()
    assert trigger is not None
    timing = Timing(
        trigger=trigger,
        spec=spec,
        timezone=zone,
        text=describe(trigger, spec, zone, default_zone),
        trigger_object=trigger_of(trigger, spec, zone),
        **common,
    )
    return replace(timing, notes=remarks(timing))


def _trigger(reader: Reader) -> str | None:
    if "trigger" not in reader:
        guess = next((name for name, keys in OWN_KEYS.items() if set(keys) & set(reader.table)), "cron")
        reader.fail("trigger", "missing", f"is missing: one of {listed(OWN_KEYS)}", f'trigger = "{guess}"')
    return reader.choice("trigger", OWN_KEYS)


def _refuse_unknown_keys(reader: Reader, trigger: str | None) -> None:
    own = OWN_KEYS.get(trigger, ()) if trigger else [key for keys in OWN_KEYS.values() for key in keys]
    for key in reader.table:
        if key in COMMON or key in own:
            continue
        meant = near(key, (*own, *COMMON))
        hint = f": did you mean {meant}?" if meant else ""
        owner = next((name for name, keys in OWN_KEYS.items() if key in keys), None)
        if owner:
            message = f'belongs to trigger = "{owner}", this one is "{trigger}"{hint}'
            reader.fail(key, "mixed", message, f'trigger = "{owner}"')
        else:
            example = meant or listed(own, "and")
            reader.fail(key[:80], "unknown_key", f"a schedule has no such key{hint}", example)


def _zone(reader: Reader, default_zone: str) -> str:
    """The zone the other keys are read in, even while this one is wrong."""
    name = reader.text("timezone", "Europe/Berlin")
    if name is None:
        return default_zone
    if name in zones.names():
        return name
    reader.problems.append(zones.unknown_zone(f"{reader.path}.timezone", name))
    return default_zone


def _common(reader: Reader, position: int) -> dict[str, Any]:
    return {
        "name": reader.read("name", check_name, "characters", "nightly") or str(position + 1),
        "params": reader.read("params", _params, "params", 'params = { stage = "annihilation" }') or {},
        "misfire": reader.choice("misfire", MISFIRES),
        "misfire_window": reader.read("misfire_window", _seconds, "duration", '"24h"'),
    }


def _params(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a table of values, not {kind(value)}")
    for name, given in value.items():
        if not isinstance(given, str | int | float | bool):
            raise ValueError(f"{name}: must be a text, a number, true or false, not {kind(given)}")
    return dict(value)


def _seconds(value: Any) -> float:
    return seconds(value, "")


def _bounds(reader: Reader, zone: str) -> dict[str, Any]:
    start = reader.read("start", moments.read, "moment", "2026-12-01")
    end = reader.read("end", moments.read, "moment", "2026-12-31T18:00:00")
    if start and end and moments.end(end, zone) < moments.begin(start, zone):
        reader.fail("end", "range", "lies before start", moments.stored(start))
    blackout = _blackout(reader, zone)
    given: Mapping[str, Any] = {
        "start": start and moments.stored(start),
        "end": end and moments.stored(end),
        "blackout": blackout,
    }
    return {key: value for key, value in given.items() if value}


def _blackout(reader: Reader, zone: str) -> list[str]:
    """Spans "from/to"; of two days both are whole, a time after the slash is free again."""
    spans = reader.table.get("blackout", [])
    if not isinstance(spans, list) or len(spans) > MOST_BLACKOUTS:
        what = f"{len(spans)}" if isinstance(spans, list) else kind(spans)
        reader.fail(
            "blackout", "type", f"must be a list of at most {MOST_BLACKOUTS} spans, not {what}", BLACKOUT
        )
        return []
    return [text for place, span in enumerate(spans) if (text := _span(reader, place, span, zone))]


def _span(reader: Reader, place: int, span: Any, zone: str) -> str | None:
    """The normal form, or None and a problem."""
    try:
        if not isinstance(span, str):
            raise ValueError(f"must be a text from/to, not {kind(span)}")
        moments.blackout(span, zone)
    except ValueError as error:
        reader.fail(f"blackout[{place}]", "span", str(error), '"2026-12-24/2026-12-26"')
        return None
    first, _, last = span.partition("/")
    return f"{moments.stored(moments.read(first))}/{moments.stored(moments.read(last))}"
