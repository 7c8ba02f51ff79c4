"""The one seam through which everything learns what time it is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.timing import clock

MOMENT = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_shifted_clock_goes_on_from_another_time() -> None:
    before = clock.now()
    with clock.shifted(3600):
        assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, minutes=1)
    assert clock.now() - before < timedelta(minutes=1)


def test_shifts_add_up() -> None:
    with clock.frozen(MOMENT), clock.shifted(-60), clock.shifted(timedelta(days=1)):
        assert clock.now() == MOMENT + timedelta(days=1, seconds=-60)


def test_a_frozen_clock_stands_still_until_it_is_moved() -> None:
    with clock.frozen(MOMENT) as frozen:
        assert clock.now() == clock.now() == MOMENT
        frozen.move(90)
        assert clock.now() == MOMENT + timedelta(seconds=90)


def test_a_clock_is_not_frozen_at_a_naive_time() -> None:
    with pytest.raises(ValueError, match="aware"), clock.frozen(datetime(2026, 1, 1)):
        pass


def test_the_clock_is_set_right_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), clock.frozen(MOMENT):
        _ = 1 / 0
    assert clock.now() > MOMENT or abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_monotonic_is_moved_by_nobody() -> None:
    before = clock.monotonic()
    with clock.frozen(MOMENT), clock.shifted(3600):
        assert 0 <= clock.monotonic() - before < 60


def test_the_test_clock_file_is_read_again_at_every_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = tmp_path / "clock"
    monkeypatch.setenv("MXX_TEST", "1")
    monkeypatch.setenv("MXX_TEST_CLOCK", str(hands))
    with clock.frozen(MOMENT):
        assert clock.now() == MOMENT
        hands.write_text("28800\n")
        assert clock.now() == MOMENT + timedelta(hours=8)
        hands.write_text("-1.5")
        assert clock.now() == MOMENT - timedelta(seconds=1.5)


def test_a_file_that_is_just_being_rewritten_keeps_the_last_offset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = tmp_path / "clock"
    monkeypatch.setenv("MXX_TEST", "1")
    monkeypatch.setenv("MXX_TEST_CLOCK", str(hands))
    with clock.frozen(MOMENT):
        hands.write_text("60")
        assert clock.now() == MOMENT + timedelta(seconds=60)
        hands.write_text("")
        assert clock.now() == MOMENT + timedelta(seconds=60)


def test_without_mxx_test_no_file_moves_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hands = tmp_path / "clock"
    hands.write_text("28800")
    monkeypatch.delenv("MXX_TEST", raising=False)
    monkeypatch.setenv("MXX_TEST_CLOCK", str(hands))
    with clock.frozen(MOMENT):
        assert clock.now() == MOMENT


def test_the_file_moves_the_clock_of_another_process(tmp_path: Path) -> None:
    hands = tmp_path / "clock"
    hands.write_text(str(400 * 86400))
    told = subprocess.run(
        [sys.executable, "-c", "from jobs.timing import clock; print(clock.now().isoformat())"],
        env={**os.environ, "MXX_TEST": "1", "MXX_TEST_CLOCK": str(hands)},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    ahead = datetime.fromisoformat(told.strip()) - datetime.now(UTC)
    assert timedelta(days=399) < ahead < timedelta(days=401)
