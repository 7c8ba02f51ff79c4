"""What the machine gives at the moment, and what the processes of one MXX use of it, as the kernel counts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.mxx import ROOT, Mxx, below
from tests.chaos.tables import Tables, tables_on
from tests.costs import FREE_CORE

TICK = os.sysconf("SC_CLK_TCK")
SERVER = (
    "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (datname = current_database()"
    " OR backend_type IN ('walwriter', 'background writer', 'checkpointer'))"
)


LOOP = "from tests.costs import plain_loop as loop; print(sum(loop() for _ in range(20)) / 20)"


def say_machine() -> None:
    """The floor of this run: what a plain loop gets of a free core, alone, and one on each processor at once. A virtual machine's
    processors may be cores of its own in one minute, and threads that share one, with each other or a neighbour, in the next:
    then every figure doubles."""
    alone, at_once = _share(1), _share(os.cpu_count() or 1)
    say("machine", 100 * alone, "% of a free core", at_once=f"{100 * at_once:.0f}%")


def _share(count: int) -> float:
    """What each of so many loops gets, 1 at best."""
    command = [sys.executable, "-c", LOOP]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return count * FREE_CORE / sum(float(one.communicate()[0]) for one in running)


@contextmanager
def laid_out(database: str) -> Iterator[tuple[Mxx, Tables]]:
    """An MXX in a temporary home, not started yet, on a database of its own; ended, whatever happens."""
    say_machine()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        tables = tables_on(database, home)
        mxx = Mxx(home, DATABASE_URL=tables.url)
        try:
            yield mxx, tables
        finally:
            if mxx.launcher:
                mxx.stop()
            tables.close()


def cpu_times(mxx: Mxx) -> dict[str, float]:
    """Seconds that launcher, web, supervisor, zygote and (together) keepers with runners and programs have used."""
    pids = mxx.children()
    found = {role: sum(_times(pid)[:2]) for role, pid in pids.items()}
    keepers = sum(sum(_times(pid)) for pid in below(pids["zygote"]))
    return {**found, "keepers": keepers + sum(_times(pids["zygote"])[2:])}


def server_times(tables: Tables) -> dict[int, float]:
    """Seconds that each process of PostgreSQL on this machine has used for this database, by pid; on SQLite there is none."""
    return {pid: sum(_times(pid)[:2]) for (pid,) in tables.ask(SERVER)} if tables.url else {}


def between(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {role: after[role] - before[role] for role in after}


def shares(mxx: Mxx) -> dict[str, float]:
    """Memory in MiB, what is shared counted in shares (PSS), of launcher, web, supervisor and zygote."""
    return {role: _pss(pid) / 1024 for role, pid in mxx.children().items()}


def say(name: str, value: float, unit: str, **facts: object) -> None:
    """One line, with the load of the machine beside the figure."""
    tail = " ".join(f"{key}={fact}" for key, fact in facts.items())
    sys.stdout.write(f"{name} {value:.1f} {unit} {tail} load={os.getloadavg()[0]:.1f}\n")
    sys.stdout.flush()


def spread(name: str, seconds: list[float]) -> None:
    """Percentiles in ms."""
    taken = sorted(1000 * one for one in seconds)
    for share in (50, 95, 99):
        say(f"{name}_p{share}", taken[min(len(taken) * share // 100, len(taken) - 1)], "ms", n=len(taken))


def _times(pid: int) -> list[float]:
    """user, system, and those of its children that it has buried; all 0 for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return [0.0] * 4
    return [int(field) / TICK for field in fields[11:15]]


def _pss(pid: int) -> int:
    """kB"""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
