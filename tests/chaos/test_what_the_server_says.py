from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx, until


class Talkative(Mxx):
    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "MXX_LOG": "debug"}


@pytest.fixture
def talkative(home: Path) -> Iterator[Mxx]:
    one = Talkative(home).up()
    yield one
    one.stop()


def lines_about(mxx: Mxx, run: int) -> list[str]:
    return [
        line.partition(": ")[2].split()[0]
        for line in mxx.log.read_text().splitlines()
        if f"run={run} " in line
    ]


def test_debug_tells_each_decision_with_the_number_of_the_run(talkative: Mxx) -> None:
    talkative.save("hello", '[os]\ncmd = ["true"]\n')
    run = talkative.trigger("hello")
    talkative.ended(run)
    said = until(lambda: (words := lines_about(talkative, run)) and "ended" in words and words)
    assert [word for word in said if word != "started"] == ["claimed", "handed", "ended"]


def test_info_tells_none_of_them(mxx: Mxx) -> None:
    mxx.save("hello", '[os]\ncmd = ["true"]\n')
    mxx.ended(mxx.trigger("hello"))
    assert " DEBUG " not in mxx.log.read_text()
    assert "run=" not in mxx.log.read_text()
