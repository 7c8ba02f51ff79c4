"""A storm: kill -9 at random over a cell under load, then rest. Everything random comes from one seed."""

from __future__ import annotations

import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import IncompleteRead
from typing import Any

from tests.chaos import processes
from tests.chaos.audit import Done
from tests.chaos.cell import Cell, Load
from tests.chaos.tables import Row

VICTIMS = {"supervisor": 20, "web": 10, "zygote": 10, "keeper": 30, "runner": 30}
PATIENCE = 1.5
"""Seconds to wait for a process of the kind that was drawn; then another kind is drawn."""
REST = 40.0
"""Seconds without the end of any run, after the last due moment, in which everything must be over."""


class Storm:
    """kills over the time of the load; freezes: "supervisor" or "zygote" -> (every so many seconds, for so long)."""

    def __init__(
        self,
        cell: Cell,
        load: Load,
        *,
        seed: int,
        kills: int,
        supervisors: int = 1,
        freezes: dict[str, tuple[float, float]] | None = None,
        victims: dict[str, int] | None = None,
    ) -> None:
        self.cell, self.load, self.kills, self.supervisors = cell, load, kills, supervisors
        self.random = random.Random(seed)
        self.freezes = freezes or {}
        self.victims = victims or VICTIMS
        self.killed: dict[str, int] = dict.fromkeys(VICTIMS, 0)
        self.done = Done(hand_overs=supervisors)
        self._numbers: dict[int, int] = {}
        """Pid of each supervisor -> which of them it is."""
        self._frozen: dict[int, float] = {}
        """Pid -> when it goes on."""
        self._freeze_due = {role: time.monotonic() + every for role, (every, _) in self.freezes.items()}

    def rage(self) -> None:
        """Until the last due moment, then until all is over; the cell is stopped."""
        for number in reversed(range(self.supervisors)):  # the one whose clock is ahead is there first
            self._numbers[self.cell.start_supervisor(number)] = number
        self.cell.start_web()
        by_hand = ByHand(self.cell, self.done)
        by_hand.start()
        self._kill_on_the_way()
        for pid in list(self._frozen):
            self._thaw(pid)
        by_hand.stop()
        come_to_rest(self.cell, self.load)

    # ---- on the way

    def _kill_on_the_way(self) -> None:
        pause = (self.load.end - datetime.now(UTC)).total_seconds() / self.kills
        begin = time.monotonic()
        for number in range(self.kills):
            self._wait_until(begin + pause * (number + self.random.random()))
            self._kill_one()
        self._wait_until(begin + pause * self.kills)

    def _wait_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))
            self._freeze_and_thaw()

    def _kill_one(self) -> None:
        """A kind is drawn, then the first of it that is there, or comes soon."""
        while True:
            [role] = self.random.choices(list(self.victims), list(self.victims.values()))
            if self._kill_a(role):
                return

    def _kill_a(self, role: str) -> bool:
        until_then = time.monotonic() + PATIENCE
        while time.monotonic() < until_then:
            pids = [pid for pid in self._of_role(role) if pid not in self._frozen]
            if pids:
                self._kill(role, self.random.choice(pids))
                return True
            self._freeze_and_thaw()
            time.sleep(0.02)
        return False

    def _of_role(self, role: str) -> list[int]:
        """What a supervisor starts bears its name for a moment; only those that were started here are one."""
        pids = processes.of_role(self.cell.mark, role)
        return [pid for pid in pids if pid in self._numbers] if role == "supervisor" else pids

    def _kill(self, role: str, pid: int) -> None:
        if not self.cell.kill(pid):
            return
        self.killed[role] += 1
        if role in ("keeper", "runner"):
            self.done.custody_kills += 1
        elif role == "web":
            self.cell.start_web()
        elif role == "supervisor":
            self.done.hand_overs += 2
            number = self._numbers.pop(pid)
            self._numbers[self.cell.start_supervisor(number)] = number

    # ---- SIGSTOP and SIGCONT

    def _freeze_and_thaw(self) -> None:
        now = time.monotonic()
        for pid, until_then in list(self._frozen.items()):
            if now >= until_then:
                self._thaw(pid)
        for role, due in self._freeze_due.items():
            if now >= due:
                every, seconds = self.freezes[role]
                self._freeze_due[role] = now + every
                self._freeze(role, now + seconds)

    def _freeze(self, role: str, until_then: float) -> None:
        pids = processes.of_role(self.cell.mark, role)
        if pids:
            pid = leader_of(self.cell) if role == "supervisor" else self.random.choice(pids)
            if processes.signal_to(pid, signal.SIGSTOP):
                self._frozen[pid] = until_then
                self.done.hand_overs += 2 * (role == "supervisor")

    def _thaw(self, pid: int) -> None:
        del self._frozen[pid]
        processes.signal_to(pid, signal.SIGCONT)


def come_to_rest(cell: Cell, load: Load) -> None:
    """Until all that was due is over, and the cell has been stopped. Who is not over or still there is for the audit."""
    while (left := _not_over(cell, load)) and _until_or(REST, lambda: _not_over(cell, load) < left):
        continue
    cell.stop()
    _until_or(5.0, lambda: not cell.leftovers())  # keepers without a run end with their zygote


def _not_over(cell: Cell, load: Load) -> int:
    """Runs that are still to end, and due moments that have no row yet."""
    rows = cell.tables.rows()
    due = sum(row.scheduled_for is not None for row in rows)
    return max(0, load.due - due) + sum(not row.is_over for row in rows)


def _until_or(seconds: float, condition: Callable[[], bool]) -> bool:
    """False when it did not become true."""
    deadline = time.monotonic() + seconds
    while not (true := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return true


def leader_of(cell: Cell) -> int:
    """The supervisor that holds the lease, whose id tells its pid; any, when that one is gone."""
    pids = processes.of_role(cell.mark, "supervisor")
    found = [int(holder.split(":")[1]) for (holder,) in cell.tables.ask(HOLDER) if holder]
    return next((pid for pid in found if pid in pids), pids[0])


HOLDER = "SELECT holder FROM jobs_lease WHERE name = 'scheduler'"


class ByHand(threading.Thread):
    """Somebody who presses "run now" and, when there is no answer, presses again with the same key."""

    def __init__(self, cell: Cell, done: Done) -> None:
        super().__init__(daemon=True)
        self.cell, self.done = cell, done
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        while not self._stopping.wait(0.5):
            key = uuid.uuid4().hex
            self.done.asked.add(key)
            while not self._stopping.is_set() and not self._pressed(key):
                self._stopping.wait(0.2)

    def _pressed(self, key: str) -> bool:
        try:
            status, _ = self.cell.mxx.ask("POST", "jobs/by-hand/trigger/", {}, {"Idempotency-Key": key})
        except (OSError, IncompleteRead):  # a killed web may end in the midst of its answer
            return False
        if status == 202:
            self.done.acknowledged.add(key)
        return bool(status == 202)


def findings(storm: Storm) -> dict[str, Any]:
    """Figures of the storm, for whoever reads them."""
    rows = storm.cell.tables.rows()
    return {
        "kills": storm.killed,
        "due": storm.load.due,
        "runs": len(rows),
        "by hand": len(storm.done.acknowledged),
        "ended": ended(rows),
        "requeued": sum(row.attempt > 1 for row in rows),
    }


def ended(rows: list[Row]) -> dict[str, int]:
    """Status -> how many."""
    return dict(Counter(row.status for row in rows))
