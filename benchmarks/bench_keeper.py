"""Runs through the zygote: keeper + runner + program + marker + result, beside the machine's own floor.

    python benchmarks/bench_keeper.py [RUNS]

Prints `name value unit n=...`, with the load of the machine before and after.
"""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plugins.custody.spec import RunSpec  # noqa: E402
from plugins.output import segments  # noqa: E402

SLOTS = 16
PATIENCE = 60.0
"""Seconds without any news after which the measurement gives up."""


class Zygote:
    """A zygote of our own in a temporary home, and the notices of its keepers."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.notices, writing = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "plugins.custody.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=writing,
        )
        os.close(writing)
        self._rest = b""

    def go(self, run: int, command: list[str]) -> RunSpec:
        call = ("os", "os", {"cmd": command})
        spec = RunSpec(run, 1, "bench", str(self.home), f"{run:016x}", [call])
        assert self._process.stdin is not None
        self._process.stdin.write(spec.line())
        self._process.stdin.flush()
        return spec

    def ended(self) -> list[int]:
        """Block until runs have ended; their numbers."""
        found: list[int] = []
        while not found:
            if not select.select([self.notices], [], [], PATIENCE)[0]:
                raise SystemExit(f"nothing was heard for {PATIENCE:g} s")
            *lines, self._rest = (self._rest + os.read(self.notices, 1 << 16)).split(b"\n")
            notices: list[dict[str, Any]] = [json.loads(line) for line in lines]
            found = [notice["run"] for notice in notices if notice["kind"] == "ended"]
        return found

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        os.close(self.notices)


@contextmanager
def zygote() -> Iterator[Zygote]:
    home = Path(tempfile.mkdtemp(prefix="mxx-bench-"))
    opened = Zygote(home)
    try:
        yield opened
    finally:
        opened.close()
        shutil.rmtree(home)


def floor(count: int) -> float:
    """/bin/true per second, spawned as lean as it goes, SLOTS at once."""
    began, running, left = time.perf_counter(), 0, count
    while left or running:
        while left and running < SLOTS:
            os.posix_spawn("/bin/true", ["true"], os.environ)
            left, running = left - 1, running + 1
        os.wait()
        running -= 1
    return count / (time.perf_counter() - began)


def throughput(keepers: Zygote, count: int) -> float:
    """Runs of /bin/true per second until the last result is on disk, SLOTS at once."""
    began, done, last = time.perf_counter(), 0, 0
    while done < count:
        while last < count and last - done < SLOTS:
            last += 1
            keepers.go(last, ["/bin/true"])
        done += len(keepers.ended())
    return count / (time.perf_counter() - began)


def latencies(keepers: Zygote, count: int) -> list[float]:
    """Milliseconds from the go token until the program itself reads the clock, one run at a time."""
    found = []
    for run in range(1_000_000, 1_000_000 + count):
        began = time.time()
        spec = keepers.go(run, ["/bin/date", "+%s.%N"])
        keepers.ended()
        output = b"".join(one.data for one in segments.read(spec.dir.log) if one.stream == segments.OUT)
        found.append((float(output) - began) * 1000)
    return found


def flood(keepers: Zygote, size: int) -> float:
    """Megabytes per second that a program can write."""
    began = time.perf_counter()
    keepers.go(2_000_000, ["head", "-c", str(size), "/dev/zero"])
    keepers.ended()
    return size / 1e6 / (time.perf_counter() - began)


def spent() -> tuple[float, int]:
    """Of all that was started here and has ended: seconds of processor time, and page faults (most are copies after a
    fork: on two busy cores a quarter of a run's time)."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime, found.ru_minflt


def say(name: str, value: float, unit: str, **facts: object) -> None:
    tail = " ".join(f"{key}={fact}" for key, fact in facts.items())
    sys.stdout.write(f"{name} {value:.1f} {unit} {tail}\n")
    sys.stdout.flush()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    say("load_before", os.getloadavg()[0], "processes")
    lean = floor(count)
    say("floor", lean, "spawns/s", n=count)
    cpu, faults = spent()
    with zygote() as keepers:
        keepers.go(999_999, ["/bin/true"])
        keepers.ended()  # warm
        rate = throughput(keepers, count)
        say("throughput", rate, "runs/s", n=count, ratio_to_floor=f"{rate / lean:.2f}")
        times = sorted(latencies(keepers, 100))
        say("output", flood(keepers, 1 << 30), "MB/s", n=1)
        time.sleep(2)  # the zygote lets its free keepers go: their time is counted when it has reaped them
    say("start_p50", statistics.median(times), "ms", n=len(times))
    say("start_p99", times[int(len(times) * 0.99) - 1], "ms", n=len(times))
    runs = count + 101
    say("cpu_per_run", (spent()[0] - cpu) / runs * 1000, "ms", n=runs)
    say("faults_per_run", (spent()[1] - faults) / runs, "pages", n=runs)
    say("load_after", os.getloadavg()[0], "processes")


if __name__ == "__main__":
    main()
