"""How well programs are kept is said in words, wherever somebody looks."""

from __future__ import annotations

import pytest

from jobs import checks, services
from plugins.custody.backends import backend

KEPT = {"strength": "strong", "weakness": "no cgroup here"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (KEPT, "strong (no cgroup here)"),
        ({"strength": "kernel", "weakness": ""}, "the kernel's own"),
        ({"strength": "best_effort", "weakness": "a daemon hides"}, "best effort only (a daemon hides)"),
        ({}, ""),
    ],
)
def test_a_receipt_says_how_strong_custody_was_and_why_no_stronger(told: dict[str, str], words: str) -> None:
    assert services.custody_in_words(told) == words


def test_what_is_promised_here_has_a_reason_unless_it_is_the_kernels() -> None:
    told = services.custody_here()
    assert told["strength"] in ("kernel", "strong")
    assert bool(told["weakness"]) == (told["strength"] == "strong")
    assert tuple(told.values()) == backend().promise()


def test_a_machine_where_programs_may_get_away_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = {"strength": "best_effort", "weakness": "the platform does not tell"}
    monkeypatch.setattr(checks, "custody_here", lambda: weak)
    (found,) = checks.custody()
    assert (found.id, found.level) == ("mxx.W001", 30)
    assert "the platform does not tell" in found.msg


def test_a_machine_where_nothing_can_be_kept_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "custody_here", lambda: {"strength": "none", "weakness": "unknown system"})
    assert [found.id for found in checks.custody()] == ["mxx.E001"]
