"""A trigger as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.timing.table import read_schedule

NOW = datetime(2026, 10, 21, 12, tzinfo=UTC)


def text(table: dict[str, Any]) -> str:
    return read_schedule(table, default_zone="Europe/Berlin", created=NOW).text


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("30 4 * * *", "Every day at 04:30"),
        ("0 8,12,18 * * *", "Every day at 08:00, 12:00 and 18:00"),
        ("15 30 4 * * *", "Every day at 04:30:15"),
        ("0 21 * * MON", "Mondays at 21:00"),
        ("0 9 * * 1-5", "Mondays to Fridays at 09:00"),
        ("0 10 * * 6,0", "Saturdays and Sundays at 10:00"),
        ("0 3 * 6-8 1,3,5", "Mondays, Wednesdays and Fridays in June to August at 03:00"),
        ("0 9 * * FRI#2", "On the second Friday of every month at 09:00"),
        ("0 9 * * 5L", "On the last Friday of every month at 09:00"),
        ("0 0 1 * *", "On the 1st of every month at 00:00"),
        ("0 0 1,15,22 * *", "On the 1st, 15th and 22nd of every month at 00:00"),
        ("0 9 L * *", "On the last day of every month at 09:00"),
        ("0 9 LW 3 *", "On the last weekday of March at 09:00"),
        ("0 0 1 1 *", "Every year on 1 January at 00:00"),
        ("0 9 1 */3 *", "On the 1st of January, April, July and October at 09:00"),
        ("0 0 13 * 5", "On the 13th of every month and every Friday at 00:00"),
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("*/7 * * * *", "At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"),
        ("0 * * * *", "Every hour"),
        ("30 */2 * * *", "Every 2 hours at minute 30"),
        ("0 */6 * * *", "Every 6 hours"),
        ("*/15 8-18 * * 1-5", "Every 15 minutes from 08:00 to 18:59, Mondays to Fridays"),
        ("30 8-18 * * *", "Every hour from 08:30 to 18:30"),
        ("5,35 8-18 * * *", "At minutes 5 and 35 of hours 8 to 18"),
        ("*/10 * * * * *", "Every 10 seconds"),
        ("15 * * * * *", "Every minute at second 15"),
        ("* 30 2 * * *", "Every second of minute 30 of hour 2"),
    ],
)
def test_an_expression_is_told_in_plain_english(expression: str, sentence: str) -> None:
    assert text({"trigger": "cron", "expression": expression}) == sentence


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"trigger": "interval", "minutes": 15}, "Every 15 minutes"),
        ({"trigger": "interval", "seconds": 1}, "Every second"),
        ({"trigger": "interval", "hours": 1, "minutes": 30}, "Every 90 minutes"),
        ({"trigger": "interval", "days": 1}, "Every 24 hours"),
        ({"trigger": "interval", "weeks": 2}, "Every 14 days"),
        ({"trigger": "interval", "seconds": 1.5}, "Every 1.5 seconds"),
        ({"trigger": "date", "run_date": "2026-12-24T18:00:00"}, "Once on 24 Dec 2026 at 18:00"),
        ({"trigger": "date", "run_date": "2026-12-24T18:00:00Z"}, "Once on 24 Dec 2026 at 19:00"),
        ({"trigger": "startup"}, "When MXX starts"),
        ({"trigger": "startup", "delay": "5m"}, "5 min after MXX starts"),
        ({"trigger": "startup", "delay": 5430}, "1 h 30 min 30 s after MXX starts"),
        (
            {"trigger": "cron", "day": 13, "day_of_week": "fri"},
            "On the 13th of every month if it is a Friday at 00:00",
        ),
    ],
)
def test_each_trigger_has_its_sentence(table: dict[str, Any], sentence: str) -> None:
    assert text(table) == sentence


def test_another_zone_than_the_default_is_told() -> None:
    table = {"trigger": "cron", "expression": "0 21 * * MON", "timezone": "Asia/Shanghai"}
    assert text(table) == "Mondays at 21:00, Shanghai time"
    assert text({**table, "timezone": "America/New_York"}) == "Mondays at 21:00, New York time"
    assert text({**table, "timezone": "UTC"}) == "Mondays at 21:00, UTC"
    assert text({**table, "timezone": "Europe/Berlin"}) == "Mondays at 21:00"


def test_bounds_are_told() -> None:
    table = {"trigger": "cron", "hour": 4, "start": "2026-12-01", "end": "2026-12-31T18:00:00"}
    assert text(table) == "Every day at 04:00, from 1 Dec 2026, until 31 Dec 2026 at 18:00"
    table = {"trigger": "cron", "hour": 4, "blackout": ["2026-12-24/2026-12-26"]}
    assert text(table) == "Every day at 04:00, not from 24 Dec 2026 to 26 Dec 2026"


def test_a_sentence_that_would_be_a_page_falls_back_to_the_expression() -> None:
    many = ",".join(str(number) for number in range(1, 60, 2))
    sentence = text({"trigger": "cron", "expression": f"{many} 1,3,5 1,3,5,7,9,11,13 1,3,5,7,9 MON,WED,FRI"})
    assert len(sentence) < 450
    assert sentence.startswith(("At minutes 1, 3", "By the expression 1,3,5"))
