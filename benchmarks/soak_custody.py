"""Does anybody get away? Every adversary x every death x every kind of user, in a real MXX.

    python benchmarks/soak_custody.py [ROUNDS] [SEED] [root|user]

Each cell is a run of a program that tries to escape, with a stranger of the same name and arguments beside it. What
lives at the end is read from the marks that the programs wrote themselves. Exit code 1 when one of ours survived, a
stranger was harmed, or a cell told nothing.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from plugins.custody.backends import cgroup  # noqa: E402
from plugins.custody.rundir import RunDir  # noqa: E402
from tests.chaos.mxx import Mxx, below, called, free_port, until  # noqa: E402
from tests.plugins.custody.kit import ADVERSARY, living, marks, python_for  # noqa: E402

ADVERSARIES = {
    "plain": 1,
    "grandchild": 3,
    "orphan": 1,
    "nohup": 1,
    "setsid": 2,
    "daemon": 1,
    "clearenv": 2,
    "everything": 2,
    "deaf": 1,
    "storm": 3,
    "hydra": 2,
    "phoenix": 1,
    "pipeholder": 1,
}
"""With the marks that stand there once it has arranged itself."""
DEATHS = ("stop", "runner", "keeper", "both", "supervisor")
NOBODY = 65534
JOB = """
[job]
grace = 0.5
overlap = "parallel"

[params.folder]

[os]
cmd = ["{python}", "-IS", "{program}", "{name}"]
cwd = "${{params.folder}}"
wait = false

[lifetime]
lifetime = 300
"""
CALM = 60.0
"""Seconds in which every run of a batch has to begin, and to end."""


@dataclass
class Place:
    """Who MXX is, and whether the kernel hands it groups."""

    user: int
    grouped: bool
    why_not: str = ""
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(adversary, what) -> how often; what: cells, survivors, harmed, silent."""

    @property
    def name(self) -> str:
        return f"{'root' if not self.user else 'user'}, {'cgroup' if self.grouped else 'no cgroup'}"


class PlacedMxx(Mxx):
    """`up` as another user, in a cgroup of its own or where none can be made."""

    def __init__(self, folder: Path, place: Place) -> None:
        super().__init__(folder / "home", PYTHONPATH=_packages(), HOME=str(folder))
        self.place, self.group = place, Path(cgroup.ground().path, f"soak-{os.getpid()}")

    def up(self) -> PlacedMxx:
        self.port = free_port()
        with self.log.open("ab") as log:
            self.launcher = subprocess.Popen(
                [*self._way_in(), python_for(self.place.user), str(ROOT / "manage.py"), "up"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.healthy, 90, "healthy")
        return self

    def _way_in(self) -> list[str]:
        become = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        as_user = become if self.place.user else []
        if self.place.grouped:
            self.group.mkdir(exist_ok=True)
            for path in (self.group, self.group / "cgroup.procs"):
                os.chown(path, self.place.user, -1)
            return ["sh", "-c", f'echo $$ > {self.group}/cgroup.procs; exec "$@"', "sh", *as_user]
        mount = cgroup.ground().path
        closed = f'mount -o remount,bind,ro {mount}; exec "$@"'
        return as_user or ["unshare", "-m", "sh", "-c", closed, "sh"]

    def close(self) -> None:
        self.stop()
        until(lambda: not self.group.exists() or _removed(self.group), 20, "an empty group")


@dataclass
class Cell:
    adversary: str
    death: str
    folder: Path
    stranger: subprocess.Popen[bytes]
    run: int = 0

    @property
    def beside(self) -> Path:
        return self.folder / "beside"

    def is_arranged(self) -> bool:
        inside = len(marks(self.folder)) >= ADVERSARIES[self.adversary] and living(self.folder)
        return bool(inside and living(self.beside))

    def verdict(self) -> str:
        if living(self.folder):
            return "survivors"
        return "" if len(living(self.beside)) == 1 else "harmed"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seed = sys.argv[2] if len(sys.argv) > 2 else secrets.token_hex(4)
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    say(f"seed {seed}, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
    places = [
        Place(user, grouped, why_not(user, grouped)) for user in (0, NOBODY) for grouped in (True, False)
    ]
    places = [place for place in places if place.name.startswith(only)]
    for place in places:
        if place.why_not:
            say(f"{place.name}: {len(ADVERSARIES) * len(DEATHS) * rounds} cells not run: {place.why_not}")
            continue
        play(place, rounds, random.Random(f"{seed} {place.name}"))
    for place in places:
        show(place)
    bad = sum(count for place in places for (_, what), count in place.found.items() if what != "cells")
    say(f"load {os.getloadavg()[0]:.1f}; {'FAILED' if bad else 'nobody survived, no stranger was harmed'}")
    sys.exit(1 if bad else 0)


def why_not(user: int, grouped: bool) -> str:
    if os.getuid():
        return "only root can become another user and hand out cgroups"
    if not python_for(user):
        return "this user can reach no Python of this machine"
    return cgroup.ground().why_not if grouped else ""


def play(place: Place, rounds: int, chance: random.Random) -> None:
    folder = Path(tempfile.mkdtemp(prefix="mxx-soak-"))
    (folder / "home").mkdir()
    for path in (folder, folder / "home"):
        os.chown(path, place.user, -1)
    mxx = PlacedMxx(folder, place).up()
    try:
        for name in ADVERSARIES:
            mxx.save(name, JOB.format(python=python_for(place.user), program=ADVERSARY, name=name))
        for number in range(1, rounds + 1):
            began = time.monotonic()
            for death in chance.sample(DEATHS, len(DEATHS)):
                batch(mxx, death, folder / f"{number}-{death}", chance)
            say(f"{place.name}: round {number} took {time.monotonic() - began:.0f} s")
    finally:
        mxx.close()
        shutil.rmtree(folder)


def batch(mxx: PlacedMxx, death: str, folder: Path, chance: random.Random) -> None:
    """All adversaries side by side, one death for all of them."""
    names = chance.sample(list(ADVERSARIES), len(ADVERSARIES))
    cells = [begin(mxx, name, death, folder / name) for name in names]
    try:
        wait(lambda: all(cell.is_arranged() for cell in cells), f"{death}: every adversary at work")
        time.sleep(
            chance.uniform(0, 0.3)
        )  # the moment of death is part of the dice, not something to wait for
        strike(mxx, death, cells)
        wait(
            lambda: all(run["finished_at"] for run in mxx.runs("limit=13")), f"{death}: every run at its end"
        )
        for cell in cells:
            judge(mxx.place, cell, mxx.run(cell.run))
    finally:
        for cell in cells:
            cell.stranger.kill()
            cell.stranger.wait()


def begin(mxx: PlacedMxx, name: str, death: str, folder: Path) -> Cell:
    for path in (folder.parent, folder, folder / "beside"):
        path.mkdir(exist_ok=True)
        os.chown(path, mxx.place.user, -1)
    (folder / "beside" / "stranger").touch()
    user = mxx.place.user
    command = [python_for(user), "-IS", ADVERSARY, name]
    stranger = subprocess.Popen(command, cwd=folder / "beside", user=user, group=user)
    status, run = mxx.ask("POST", f"jobs/{name}/trigger/", {"params": {"folder": str(folder)}})
    assert status == 202, run
    return Cell(name, death, folder, stranger, run["id"])


def strike(mxx: PlacedMxx, death: str, cells: list[Cell]) -> None:
    if death == "stop":
        for cell in cells:
            mxx.ask("POST", f"runs/{cell.run}/cancel/", {})
        return
    pids: list[int] = []
    for cell in cells:
        keeper = (RunDir.of(mxx.home, cell.run, 1).started() or {})["pid"]
        runner = [pid for pid in below(keeper) if called(pid) == "mxx-runner"]
        pids += {"runner": runner, "keeper": [keeper]}.get(death, [*runner, keeper])
    if death == "supervisor":
        pids.append(mxx.children()["supervisor"])
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:  # a runner dies with its keeper
            continue


def judge(place: Place, cell: Cell, run: dict[str, Any]) -> None:
    place.found[cell.adversary, "cells"] += 1
    told = (run["receipt"] or {}).get("strength", "kernel")
    wrong = cell.verdict() or ("" if (told == "kernel") == place.grouped else "silent")
    if wrong:
        place.found[cell.adversary, wrong] += 1
        say(
            f"{place.name}: {cell.adversary} x {cell.death}: {wrong}; {run['status']}: {run['reason']} ({told})"
        )


def show(place: Place) -> None:
    say(
        f"\n{place.name:16} cells survivors harmed silent"
        + (f"  not run: {place.why_not}" if place.why_not else "")
    )
    for name in ADVERSARIES if not place.why_not else ():
        counts = [place.found[name, what] for what in ("cells", "survivors", "harmed", "silent")]
        say(f"{name:16} {counts[0]:5} {counts[1]:9} {counts[2]:6} {counts[3]:6}")


def wait(condition: Callable[[], bool], what: str) -> None:
    """Looks seldom: the machine is busy enough."""
    limit = time.monotonic() + CALM
    while not condition():
        assert time.monotonic() < limit, f"not within {CALM:g} s: {what}"
        time.sleep(0.3)


def say(text: str) -> None:
    print(text, flush=True)


def _packages() -> str:
    import django

    return str(Path(django.__file__).parents[1])


def _removed(group: Path) -> bool:
    for leaf in group.glob("mxx-*"):
        cgroup.disband(str(leaf))
    try:
        group.rmdir()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
