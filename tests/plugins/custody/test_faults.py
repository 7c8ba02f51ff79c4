"""The table of fault x hook: whatever plugin code does, its run ends rightly and soon, the others clean up, nothing
is left alive, and the next run is fine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.custody.kit import Home, living, marks, sh

FAULTS = {
    "raises": "raise ValueError('broken')",
    "exits by SystemExit(0)": "raise SystemExit(0)",
    "exits by os._exit(0)": "os._exit(0)",
    "segfaults": "import ctypes; ctypes.string_at(0)",
    "recurses": "(lambda f: f(f))(lambda f: f(f))",
    "hangs": "time.sleep(60)",
    "leaves a thread": "threading.Thread(target=time.sleep, args=(60,)).start()",
}
PLACES = (
    "import",
    "__init__",
    "all_cond",
    "any_cond",
    "pre_action",
    "action",
    "on_true",
    "on_false",
    "post_action",
    "on_error",
)
BEFORE_ACTING = ("import", "__init__", "all_cond", "any_cond")
ANSWERS = {"on_true": "False", "on_false": "True"}
"""What ends the hold at once; every other hook answers True."""

TIMEOUT, CLEANUP, GRACE = 0.6, 0.6, 0.5

# its hold is asked last, so that a fault in the hold is met; it cleans up first, since the budget is everybody's
GOOD = """
@hook("pre_action")
def start(self, run):
    run.launch([sys.executable, "-c", MARKING, os.environ["HOME"]], wait=False)
@hook(HOLD, priority=-1)
def hold(self):
    return HOLD == "on_false"
@hook("post_action", priority=1)
def clean(self):
    open(os.environ["HOME"] + "/cleaned", "w").close()
"""
MARKING = """
MARKING = '''
import os, sys, time
start = open("/proc/self/stat").read().rpartition(")")[2].split()[19]
open(f"{sys.argv[1]}/mark-{os.getpid()}", "w").write(start)
time.sleep(60)
'''
"""


@pytest.fixture(autouse=True)
def home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def body_with(fault: str, place: str) -> tuple[str, str]:
    """(class body, module top) of a plugin that has the fault in one place."""
    code = FAULTS[fault]
    idle = "@hook('action')\ndef idle(self): pass"
    if place == "import":
        return idle, code
    if place == "__init__":
        return f"def __init__(self):\n    {code}\n{idle}", ""
    body = f"@hook('{place}')\ndef part(self):\n    {code}\n    return {ANSWERS.get(place, 'True')}"
    return (body + "\n@hook('action')\ndef act(self): 1 / 0" if place == "on_error" else body), ""


def expected(fault: str, place: str) -> str:
    if place == "on_error":
        return "failed"  # the action that raised comes first
    if fault == "leaves a thread":
        return "succeeded"
    return "timed_out" if fault == "hangs" and place != "post_action" else "failed"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_its_own_run_and_harms_nothing_else(fault: str, place: str, home: Home) -> None:
    hold = "on_false" if place == "on_false" else "on_true"
    good = home.plugin("good", GOOD, f'{MARKING}\nHOLD = "{hold}"')
    bad = home.plugin("bad", *body_with(fault, place))
    run = home.cold(good, bad, timeout=TIMEOUT, cleanup=CLEANUP, grace=GRACE)
    result = run.result(TIMEOUT + CLEANUP + GRACE + 8)
    assert result["status"] == expected(fault, place), result["reason"]
    assert result["finished_at"] - result["started_at"] < TIMEOUT + CLEANUP + GRACE + 2
    assert (home.path / "cleaned").exists() == (place not in BEFORE_ACTING or fault == "leaves a thread")
    assert (living(home.path), result["receipt"]["left"]) == ([], 0)
    assert home.run(("os", "os", {"cmd": ["true"]}))["status"] == "succeeded"


def test_the_marks_of_this_table_are_real(home: Home) -> None:
    """Without them an empty list of the living would prove nothing."""
    body = "@hook('action')\ndef wait(self, run):\n    while not any(n.startswith('mark-') for n in os.listdir(os.environ['HOME'])): run.sleep(0.02)"
    home.cold(home.plugin("good", GOOD, f'{MARKING}\nHOLD = "on_true"'), home.plugin("bad", body)).result()
    assert len(marks(home.path)) == 1


def test_a_program_that_removes_the_runs_folder_costs_its_log_and_not_its_result(home: Home) -> None:
    result = home.run(sh('rm -rf "$(dirname "$PWD")"; exit 3'))
    assert (result["status"], result["exit_code"], result["receipt"]["gone"]) == ("failed", 3, 1)
