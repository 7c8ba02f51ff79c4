from __future__ import annotations

import logging

import pytest
from django.db import OperationalError

from jobs.execution.loops import Loop
from tests.chaos.mxx import until


def test_a_database_that_is_away_is_told_in_a_sentence_and_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise OperationalError("server closed\n\tthe connection")

    loop = Loop("dispatcher", turn)
    with caplog.at_level(logging.ERROR):
        loop.start()
        until(lambda: len(turns) > 1)
        loop.stop()
        loop.join(5)
    [told] = caplog.records
    assert told.exc_info is None
    assert told.getMessage() == (
        "dispatcher: the database does not answer (server closed the connection); trying again in 0.2 s"
    )
