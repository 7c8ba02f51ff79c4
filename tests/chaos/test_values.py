"""Values on their whole way: through the API into a real run, from one run to the next, to whoever watches."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from plugins.custody.rundir import RunDir
from tests.chaos.mxx import Mxx, until

COUNTER = """
from plugins.base import Plugin
from plugins.hooks import hook


class Counter(Plugin):
    name = "counter"

    def __init__(self, go: str) -> None:
        self.go = go

    @hook("action")
    def count(self, run):
        import os
        run.state["runs"] = run.state.get("runs", 0) + 1
        run.progress(run.state["runs"] / 10, f"run {run.state['runs']}")
        run.launch(["echo", str(run.state["runs"])], label="farm")
        while not os.path.exists(self.go):
            run.sleep(0.05)
"""
ECHO = """
[params]
path = {}
times = { type = "int", default = 1, max = 3 }

[[os]]
cmd = "printf [%s] ${params.path} ${params.times} ${MXX_JOB} $${HOME}"

[[os]]
cmd = 'printf "[%s]" "$MXX_PARAM_PATH"'
shell = true
"""
HOSTILE = [
    "; touch canary",
    "$(touch canary)",
    "`touch canary`",
    "--help",
    "a\ntouch canary",
    "${params.times}",
    "' \" |",
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"path": "a\x1bb"}, "params.path"),
    ({"path": "x" * 2**16}, "params.path"),
    ({"path": ["a"]}, "params.path"),
    ({}, "params.path"),
    ({"path": "a", "times": 4}, "params.times"),
    ({"path": "a", "times": "2"}, "params.times"),
    ({"path": "a", "LD_PRELOAD": "x.so"}, "params.LD_PRELOAD"),
]


def log_of(mxx: Mxx, run_id: int) -> str:
    """Without MXX's own lines."""
    lines = str(mxx.ask("GET", f"runs/{run_id}/log/")[1]).splitlines(True)
    return "".join(line for line in lines if not line.startswith("[mxx] "))


def started(mxx: Mxx, **params: Any) -> int:
    status, run = mxx.ask("POST", "jobs/echo/trigger/", {"params": params})
    assert status == 202, run
    return int(run["id"])


def test_hostile_values_are_text_on_their_whole_way(served: Mxx) -> None:
    served.save("echo", ECHO)
    for run_id, value in [(started(served, path=value), value) for value in HOSTILE]:
        assert served.ended(run_id)["status"] == "succeeded"
        told = f"[{value}][1][echo][${{HOME}}][{value}]"
        assert log_of(served, run_id).replace("\n", "") == told.replace("\n", "")
    assert not list(served.home.rglob("canary")) and not Path("canary").exists()


def test_values_that_do_not_fit_are_refused_by_name(served: Mxx) -> None:
    served.save("refuses", ECHO)
    for params, field in REFUSED:
        status, answer = served.ask("POST", "jobs/refuses/trigger/", {"params": params})
        (problem,) = answer["error"]["fields"]
        assert (status, problem["field"], bool(problem["example"])) == (400, field, True)
    assert served.runs("job=refuses") == []


def test_state_goes_from_run_to_run_and_progress_to_whoever_watches(served: Mxx) -> None:
    home = served.home
    plugins = home / "plugins"
    plugins.mkdir(mode=0o700, exist_ok=True)
    (plugins / "counter.py").write_text(COUNTER)
    (plugins / "counter.py").chmod(0o600)
    served.save("count", f'[params]\nflag = "go"\n[counter]\ngo = "{home}/${{params.flag}}"\n')
    for number in (1, 2):
        (home / "go").unlink(missing_ok=True)
        run_id = served.trigger("count")
        progress = until(partial(RunDir.of(str(home), run_id, 1).read, "progress"), what="progress")
        assert progress == {"fraction": number / 10, "text": f"run {number}"}
        (home / "go").touch()
        run = served.ended(run_id)
        assert (run["status"], log_of(served, run_id)) == ("succeeded", f"{number}\n"), json.dumps(run)
        assert run["receipt"]["launches"][0]["name"] == "farm"


def test_two_hundred_connections_that_are_held_open_keep_nobody_out(served: Mxx) -> None:
    """Browsers that watch a run hold one each."""
    with ExitStack() as held:
        for _ in range(200):
            held.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=10))
        assert served.ask("GET", "health/")[0] == 200
