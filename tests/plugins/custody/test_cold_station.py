"""Runs through Windows' way of keeping (no fork, threads for pipes and exits), on the machine at hand."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from plugins.custody.backends import backend
from tests.plugins.custody.kit import Going, Home, Section, lifetime, living, program, sh, until
from tests.plugins.custody.test_escapes import adversary

COLD = """
import sys
sys.path.insert(0, '.')
from plugins.custody.stations.cold import ColdStation
from tests.plugins.custody.cold_backend import ColdPollingBackend
keeper.backend, keeper.station = ColdPollingBackend, ColdStation
"""


def cold(home: Home, *sections: Section, **facts: object) -> Going:
    return home.cold(*sections, before=COLD, **facts)


def custom(home: Home, name: str) -> dict[str, str]:
    """A fresh interpreter knows only what the run's spec tells of."""
    return {name: f"{home.plugins}/{name}.py"}


def test_a_run_goes_through_its_hooks_and_says_what_its_program_said(home: Home) -> None:
    run = cold(home, sh("echo out; echo err >&2; exit 3", check=False))
    result = run.result()
    assert (result["status"], result["exit_code"]) == ("succeeded", 3)
    assert sorted(run.output().split()) == ["err", "out"]


def test_a_flood_is_drained_to_its_end(home: Home) -> None:
    run = cold(home, program("/bin/sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' 'x'; echo; echo end"))
    assert run.result()["status"] == "succeeded"
    assert run.output().endswith("end\n")
    assert run.output().count("x") == 5_000_000


def test_a_cancel_interrupts_its_hook_and_ends_its_programs(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = cold(home, adversary("setsid", folder), lifetime(60), grace=0.5)
    until(lambda: len(living(folder)) == 2)
    run.stop()
    result = run.result()
    assert (result["status"], living(folder), result["receipt"]["left"]) == ("cancelled", [], 0)


def test_a_runner_that_dies_is_replaced_for_the_clean_up(home: Home) -> None:
    home.plugin(
        "crash",
        "@hook('action')\ndef act(self):\n    os._exit(7)\n"
        "@hook('post_action')\ndef clean(self, run):\n    print('cleaned')",
    )
    run = cold(home, ("crash", "crash", {}), sources=custom(home, "crash"))
    assert (run.result()["status"], run.output()) == ("failed", "cleaned\n")


def test_its_runner_ends_with_its_keeper(home: Home) -> None:
    home.plugin("sleepy", "@hook('action')\ndef act(self):\n    print(os.getpid())\n    time.sleep(60)")
    run = cold(home, ("sleepy", "sleepy", {}), sources=custom(home, "sleepy"))
    runner = backend().identity(int(until(run.output)))
    assert runner is not None
    os.kill(run.keeper().pid, signal.SIGKILL)
    until(lambda: not backend().alive(runner))
