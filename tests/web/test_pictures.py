"""Geometry: shapes say the outcome, nothing lies on top of anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.web.outcomes import Outcome, Usual
from jobs.web.pictures.lengths import lengths
from jobs.web.pictures.ribbon import Bar, Happening, ribbon
from jobs.web.pictures.strip import strip
from jobs.web.pictures.timeline import Stretch, timeline
from jobs.web.viewer import Viewer

NOON = datetime(2026, 10, 21, 12, 20, tzinfo=UTC)
VIEWER = Viewer(ZoneInfo("Europe/Berlin"), NOON)


def outcome(status: str = "succeeded", minutes: float | None = 50, **fields: object) -> Outcome:
    end = NOON + timedelta(minutes=minutes) if minutes is not None else NOON
    values = {
        "id": 1,
        "job_id": 1,
        "status": status,
        "warned": False,
        "reason": "",
        "attempt": 1,
        "queued_at": NOON,
        "scheduled_for": NOON,
        "started_at": None if minutes is None else NOON,
        "finished_at": end,
        **fields,
    }
    return Outcome(**values)  # type: ignore[arg-type]


def test_a_failed_run_hangs_below_the_line() -> None:
    drawn = strip([outcome(), outcome("failed", 10)])
    assert [path.css for path in drawn.paths] == ["ran", "broke"]
    assert "M153 21h6v10h-6z" in drawn.paths[1].d


def test_a_missed_run_is_a_ring_not_a_bar() -> None:
    drawn = strip([outcome("missed", None), outcome("skipped", None)])
    assert [dot.css for dot in drawn.dots] == ["odd", "none"]
    assert drawn.paths == []


def test_the_strip_says_in_words_what_it_shows() -> None:
    assert (
        strip([outcome(), outcome(), outcome("failed")]).label
        == "Last 3 runs: 2 succeeded and 1 failed; the latest failed"
    )


def test_bars_of_the_ribbon_never_overlap() -> None:
    runs = [Happening(NOON - timedelta(minutes=10 * n), NOON, "ran", str) for n in range(1, 9)]
    drawn = ribbon(runs, VIEWER)
    assert len(drawn.bars) == 3
    assert len(drawn.ticks) > 0
    assert not any(_overlap(a, b) for a in drawn.bars for b in drawn.bars if a is not b)


def _overlap(a: Bar, b: Bar) -> bool:
    first, second = sorted((float(bar.x[:-1]), float(bar.width[:-1])) for bar in (a, b))
    return a.y == b.y and first[0] + first[1] > second[0]


def test_now_stands_a_third_from_the_left() -> None:
    assert ribbon([], VIEWER).now.x == "33.33%"


def test_hooks_and_programs_share_one_axis() -> None:
    begin = NOON.timestamp()
    hooks = [Stretch("action", "os", "hook", begin, begin + 10)]
    programs = [Stretch("sh", "", "program", begin, begin + 10)]
    drawn = timeline([hooks, programs], NOON, NOON + timedelta(seconds=20), VIEWER)
    assert drawn is not None
    assert drawn.groups[0][0].x == drawn.groups[1][0].x == "0.00%"
    assert drawn.groups[0][0].width == "48.75%"


def test_a_run_of_no_time_at_all_is_drawn() -> None:
    moment = NOON.timestamp()
    drawn = timeline([[Stretch("action", "os", "hook", moment, moment)]], NOON, NOON, VIEWER)
    assert drawn is not None and drawn.ticks


def test_two_runs_say_nothing_about_durations() -> None:
    assert lengths([outcome(), outcome()], None, VIEWER) is None
    assert lengths([outcome()] * 3, Usual(3000, 2900, 3100), VIEWER) is not None
