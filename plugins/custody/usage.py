"""What the programs of a run use together: processor time, memory, processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from typing import NamedTuple

TELLS_ALL = os.path.exists("/proc/self/smaps_rollup")
"""Linux, where plain files tell it all."""
if sys.platform != "win32":
    TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGESIZE")
else:
    TICKS = PAGE = 1


class Usage(NamedTuple):
    """cpu: seconds that the tree has used so far, those of its dead included; memory: bytes, resident."""

    cpu: float
    memory: int
    processes: int


def usage(root: int, runner: int, without: Collection[int] = ()) -> Usage:
    """Of everything below `root`, this process. The runner itself does not count (0: there is none), nor do pids in `without`.

    Linux: 0.5 ms for a tree of 20 (benchmarks/bench_meter.py), whatever else the machine has.
    """
    return _on_linux(root, runner, without) if TELLS_ALL else _elsewhere(root, runner, without)


def own_memory(root: int, runner: int, without: Collection[int] = ()) -> int:
    """Bytes of memory with what processes share counted once; dear (the kernel walks the maps), so asked only when it matters.

    Where the kernel does not tell, the resident memory.
    """
    if not TELLS_ALL:
        return _elsewhere(root, runner, without).memory
    from plugins.custody.backends import proc

    return sum(_proportional(pid) for pid in proc.below(root).difference(without) if pid != runner)


def _on_linux(root: int, runner: int, without: Collection[int]) -> Usage:
    from plugins.custody.backends import proc

    ticks = pages = count = 0
    for pid in proc.below(root).difference(without):
        if (found := _stat(pid)) is None:
            continue
        user, system, *of_dead = map(int, found[11:15])
        ticks += sum(of_dead)
        if pid != runner:
            ticks += user + system
            pages += int(found[21])
            count += found[0] != b"Z"
    return Usage(ticks / TICKS + _of_dead_children(), pages * PAGE, count)


def _stat(pid: int) -> list[bytes] | None:
    """The fields of /proc/PID/stat behind the name."""
    from plugins.custody.lines import read_whole

    try:
        content = read_whole(f"/proc/{pid}/stat")
    except ProcessLookupError:
        return None
    return content.rpartition(b")")[2].split() if content else None


def _of_dead_children() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def _proportional(pid: int) -> int:
    from plugins.custody.lines import read_whole

    try:
        lines = (read_whole(f"/proc/{pid}/smaps_rollup") or b"").splitlines()
    except OSError:  # gone, or another user's
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:"))


def _elsewhere(root: int, runner: int, without: Collection[int]) -> Usage:
    import psutil

    below = psutil.Process(root).children(recursive=True)
    return _summed(one for one in below if one.pid != runner and one.pid not in without)


def _summed(processes: Iterable[object]) -> Usage:
    import psutil

    cpu, memory, count = _of_dead_children(), 0, 0
    for process in processes:
        assert isinstance(process, psutil.Process)
        try:
            with process.oneshot():
                times = process.cpu_times()
                cpu += times.user + times.system
                memory += process.memory_info().rss
        except psutil.Error:  # it ended meanwhile, or may not be asked
            continue
        count += 1
    return Usage(cpu, memory, count)
