"""What time it is. Everything in MXX asks here, so that a test can move the clock.

In one process: `with clock.shifted(3600)` or `with clock.frozen(moment)`. In real processes: the file named by
MXX_TEST_CLOCK holds an offset in seconds and is read at every call, but only where MXX_TEST=1.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass
class _Hands:
    offset: timedelta = field(default_factory=timedelta)
    frozen_at: datetime | None = None
    file_offset: float = 0.0


_hands = _Hands()


def now() -> datetime:
    """The present moment, aware, UTC."""
    base = _hands.frozen_at or datetime.now(UTC)
    return base + _hands.offset + timedelta(seconds=_offset_from_file())


def monotonic() -> float:
    """Seconds that only go forward. Never moved by a test: deadlines and waits keep working."""
    return time.monotonic()


@contextmanager
def shifted(by: float | timedelta) -> Iterator[None]:
    """Step the clock by seconds or a timedelta, forward or back; it goes on from there. Nests by adding."""
    step = by if isinstance(by, timedelta) else timedelta(seconds=by)
    with _kept_hands():
        _hands.offset += step
        yield


class FrozenClock:
    """A clock that stands still until it is moved."""

    def move(self, by: float | timedelta) -> None:
        _hands.offset += by if isinstance(by, timedelta) else timedelta(seconds=by)


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[FrozenClock]:
    """Stop the clock, at an aware moment or now."""
    if at is not None and at.tzinfo is None:
        raise ValueError("the clock is frozen at an aware moment: datetime(..., tzinfo=UTC)")
    moment = at.astimezone(UTC) if at else now()
    with _kept_hands():
        _hands.frozen_at, _hands.offset = moment, timedelta()
        yield FrozenClock()


@contextmanager
def _kept_hands() -> Iterator[None]:
    before = replace(_hands)
    try:
        yield
    finally:
        _hands.frozen_at, _hands.offset = before.frozen_at, before.offset


def _offset_from_file() -> float:
    """Seconds from the test clock's file: 0 while there is none, the last one while it is being rewritten."""
    if os.environ.get("MXX_TEST") != "1" or not (name := os.environ.get("MXX_TEST_CLOCK")):
        return 0.0
    try:
        text = Path(name).read_text().strip()
    except FileNotFoundError:
        return 0.0
    if text:
        _hands.file_offset = float(text)
    return _hands.file_offset
