"""How long the end of a run takes, and what the keeper costs at its start, beside the machine's own floor.

    python benchmarks/bench_custody.py [TIMES]

stop: from the request until the result is on disk, for a tree that obeys SIGTERM and one that is deaf to it (grace
0.5 s), and the first again among 500 unrelated processes. launch: from a plugin's wish until the program runs, beside
a bare start. Floors: SIGTERM and wait for one bare program; posix_spawn of the same program.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.plugins.custody.kit import Home, Section, Zygote, adversary, lifetime, living, sh, until  # noqa: E402

GRACE = 0.5
CROWD = 500
LAUNCHES = """
import os, sys, time
from plugins.base import Plugin
from plugins.hooks import hook

class Launches(Plugin):
    name = "launches"

    @hook("action")
    def act(self, run):
        for _ in range(TIMES):
            began = time.clock_gettime(time.CLOCK_REALTIME)
            run.launch(["/bin/date", "+%s.%N"], wait=True)
            print("wished", began)
"""


def stops(home: Home, mode: str, times: int) -> list[float]:
    """Milliseconds from the request to the result."""
    found = []
    for number in range(times):
        folder = home.path / f"{mode}-{len(home.runs)}-{number}"
        run = home.go(adversary(mode, folder), lifetime(3600), grace=GRACE)
        until(lambda: living(folder))  # noqa: B023 - asked at once
        began = time.perf_counter()
        run.stop()
        while not run.dir.result():
            time.sleep(0.001)
        found.append((time.perf_counter() - began) * 1000)
        assert not living(folder)
    return found


def bare_stops(times: int) -> list[float]:
    found = []
    for _ in range(times):
        process = subprocess.Popen(["sleep", "60"])
        began = time.perf_counter()
        process.terminate()
        process.wait()
        found.append((time.perf_counter() - began) * 1000)
    return found


def launches(home: Home, times: int) -> list[float]:
    """Milliseconds from the wish in the plugin until the program reads the clock."""
    home.plugin("launches", "pass")
    assert home.plugins is not None
    (home.plugins / "launches.py").write_text(LAUNCHES.replace("TIMES", str(times)))
    run = home.cold(("launches", "launches", {}))
    run.result()
    lines = run.output().splitlines()
    wished = [float(line.split()[1]) for line in lines if line.startswith("wished")]
    began = [float(line) for line in lines if line and not line.startswith("wished")]
    return [(at - wish) * 1000 for wish, at in zip(sorted(wished), sorted(began), strict=True)]


def bare_launches(times: int) -> list[float]:
    found = []
    for _ in range(times):
        reading, writing = os.pipe()
        began = time.time()
        actions = [(os.POSIX_SPAWN_DUP2, writing, 1)]
        pid = os.posix_spawn("/bin/date", ["date", "+%s.%N"], os.environ, file_actions=actions)
        os.close(writing)
        found.append((float(os.read(reading, 100)) - began) * 1000)
        os.close(reading)
        os.waitpid(pid, 0)
    return found


def among_a_crowd(measure: Callable[[], list[float]]) -> list[float]:
    crowd = [subprocess.Popen(["sleep", "600"]) for _ in range(CROWD)]
    try:
        return measure()
    finally:
        for process in crowd:
            process.kill()
        for process in crowd:
            process.wait()


def say(name: str, values: list[float], **facts: object) -> float:
    middle, worst = statistics.median(values), max(values)
    tail = " ".join(f"{key}={fact}" for key, fact in facts.items())
    print(f"{name} {middle:.1f} ms n={len(values)} max={worst:.1f} {tail}", flush=True)
    return middle


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    path = Path(tempfile.mkdtemp(prefix="mxx-bench-"))
    home = Home(path, Zygote().ready())
    warm: Section = sh("true")
    home.run(warm)
    print(f"load_before {os.getloadavg()[0]:.1f} processes", flush=True)
    say("stop_floor", bare_stops(times))
    alone = say("stop_obedient", stops(home, "grandchild", times), target=150)
    say("stop_deaf", stops(home, "deaf_child", times), target=f"{(GRACE + 0.3) * 1000:.0f}")
    crowded = say(
        "stop_obedient_in_crowd", among_a_crowd(lambda: stops(home, "grandchild", times)), others=CROWD
    )
    say("stop_crowd_costs", [crowded - alone], target=20)
    floor = say("launch_floor", bare_launches(times))
    kept = say("launch_kept", launches(home, times))
    say("launch_costs", [kept - floor], target=10)
    print(f"load_after {os.getloadavg()[0]:.1f} processes", flush=True)
    home.close()
    home.zygote.close()
    shutil.rmtree(path)


if __name__ == "__main__":
    main()
