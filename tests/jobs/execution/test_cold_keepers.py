"""Keepers where nothing can fork: what a zygote would tell is seen on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jobs.execution.keepers import ColdKeepers
from plugins.custody.spec import RunSpec


def test_a_run_is_told_to_have_started_and_ended(tmp_path: Path) -> None:
    keepers = ColdKeepers()
    keepers.start(RunSpec(1, 1, "hello", str(tmp_path), "mark", [("os", "os", {"cmd": ["true"]})]))
    heard: list[dict[str, Any]] = []
    while "ended" not in [one["kind"] for one in heard]:
        assert keepers.wait(20)
        heard += keepers.heard()
    assert [(one["kind"], one["run"], one["attempt"]) for one in heard] == [
        ("started", 1, 1),
        ("ended", 1, 1),
    ]


def test_there_is_no_news_without_a_run() -> None:
    assert not ColdKeepers().wait(0)
