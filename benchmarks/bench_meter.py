"""What it costs a keeper to look at what its programs use: a tree of 20, and one of 20 programs of 20 threads.

    python benchmarks/bench_meter.py

Prints `name value unit n=...`; the share of a core is that of one look a second.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plugins.custody.usage import own_memory, usage  # noqa: E402

PROGRAMS, LOOKS = 20, 200
SLEEPER = "import threading, time; [threading.Thread(target=time.sleep, args=(60,), daemon=True).start() for _ in range({})]; print(flush=True); time.sleep(60)"


def cost(look: object, threads: int) -> float:
    """Milliseconds of processor time for one look, median."""
    command = [sys.executable, "-c", SLEEPER.format(threads - 1)]
    programs = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(PROGRAMS)]
    try:
        for program in programs:
            assert program.stdout is not None
            program.stdout.readline()
        assert usage(os.getpid(), 0).processes == PROGRAMS
        return statistics.median(_one(look) for _ in range(LOOKS))
    finally:
        for program in programs:
            program.kill()
            program.communicate()


def _one(look: object) -> float:
    assert callable(look)
    began = time.thread_time()
    look(os.getpid(), 0)
    return 1000 * (time.thread_time() - began)


def main() -> None:
    sys.stdout.write(f"load_before {os.getloadavg()[0]:.1f} processes\n")
    for name, look, threads in (
        ("usage_of_20", usage, 1),
        ("usage_of_20_with_20_threads", usage, 20),
        ("own_memory_of_20", own_memory, 1),
    ):
        taken = cost(look, threads)
        sys.stdout.write(f"{name} {taken:.2f} ms n={LOOKS} share_of_a_core={taken / 10:.2f}%\n")


if __name__ == "__main__":
    main()
