"""A cell of the chaos tests: one home, one database, some supervisors, a web server, programs that tell what they did.

There is no launcher, so that each process can be killed and started again alone and at once.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.chaos import processes
from tests.chaos.mxx import ROOT, Mxx, free_port, until
from tests.chaos.tables import Tables, as_moment

JOB = """
[job]
overlap = "parallel"
max_parallel = 100
misfire = "all"
grace = 1

[os]
cmd = "echo start $MXX_RUN_ID $PWD $$ >> {effects}; sleep {nap}; echo end $MXX_RUN_ID $PWD $$ >> {effects}"
shell = true
"""
EVERY = '\n[schedule]\ntrigger = "interval"\nseconds = 1\nanchor = "{anchor}"\nend = "{end}"\n'
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NAPS = ("0", "0.2", "0.7", "1.5")


class Effect(NamedTuple):
    """A line that a program wrote about itself. attempt comes from the folder in which it found itself."""

    word: str
    run: int
    attempt: int
    pid: int


@dataclass
class Load:
    """jobs interval jobs, due every second after `anchor`, `seconds` times; lead: seconds for servers to start."""

    jobs: int
    seconds: int
    lead: float = 2.0
    anchor: datetime = LONG_AGO
    known: datetime = LONG_AGO
    """When MXX knew all jobs: what would have been due before is not due."""

    def begin(self) -> None:
        self.anchor = datetime.now(UTC) + timedelta(seconds=self.lead)

    def moments(self, number: int) -> list[datetime]:
        """When job `number` is due; spread over the second, so that there are many wake-ups."""
        return [moment for moment in self._grid(number) if moment >= self.known]

    @property
    def due(self) -> int:
        return sum(len(self.moments(number)) for number in range(self.jobs))

    def _grid(self, number: int) -> list[datetime]:
        first = self.anchor + timedelta(seconds=number / self.jobs)
        return [first + timedelta(seconds=count + 1) for count in range(self.seconds)]

    @property
    def end(self) -> datetime:
        return self.anchor + timedelta(seconds=self.seconds + 1)

    def texts(self, effects: Path) -> dict[str, str]:
        """Job files by name."""
        return {f"every-{number}": self._text(number, effects) for number in range(self.jobs)}

    def _text(self, number: int, effects: Path) -> str:
        moments = self._grid(number)
        anchor, end = moments[0] - timedelta(seconds=1), moments[-1]
        job = JOB.format(effects=effects, nap=NAPS[number % len(NAPS)])
        return job + EVERY.format(anchor=anchor.isoformat(), end=end.isoformat())


class Cell:
    """tables: its database. skew: seconds by which the clock of every second supervisor is ahead."""

    def __init__(self, home: Path, tables: Tables, *, skew: float = 0.0, **environment: str) -> None:
        self.home, self.tables, self.skew = home, tables, skew
        self.mark = secrets.token_hex(8)
        self.effects_file = home.parent / "effects"
        self.environment_of_test = environment
        self.mxx = Mxx(home, DATABASE_URL=tables.url)
        self.mxx.port = free_port()
        self.started: dict[int, subprocess.Popen[bytes]] = {}
        self.logs: list[Path] = []
        self.strangers = [self._stranger() for _ in range(2)]

    # ---- before

    def prepare(self, load: Load | None = None) -> None:
        """Home, database, and the jobs of the load; "by-hand" is there always."""
        preparing = self._start("prepare", {}, stdin=subprocess.PIPE)
        until(lambda: "migrated" in self.said(), 120, "the migration")
        folder = self.home / "jobs"
        folder.mkdir(mode=0o700)
        if load:
            load.begin()
        texts = {"by-hand": JOB.format(effects=self.effects_file, nap="0.1")}
        for name, text in (texts | (load.texts(self.effects_file) if load else {})).items():
            (folder / f"{name}.toml").write_text(text)
        preparing.communicate(b"\n", 120)
        assert preparing.returncode == 0, self.said()
        if load:
            [(first,)] = self.tables.ask("SELECT min(next_run_time) FROM jobs_schedule")
            load.known = as_moment(first)

    # ---- processes

    def start_supervisor(self, number: int = 0, /, **more: str) -> int:
        """Pid. more: environment. Number 1, 3, ... have the clock that is ahead."""
        clock = self.home.parent / "clock"
        clock.write_text(str(self.skew))
        ahead = {"MXX_TEST": "1", "MXX_TEST_CLOCK": str(clock)} if number % 2 and self.skew else {}
        return self._start("runscheduler", {"MXX_LOG": "debug"} | ahead | more).pid

    def start_web(self, **more: str) -> int:
        return self._start("runweb", more).pid

    def up(self, supervisors: int = 1) -> None:
        for number in range(supervisors):
            self.start_supervisor(number)
        self.start_web()

    def kill(self, pid: int) -> bool:
        """kill -9; False when it was gone already."""
        killed = processes.signal_to(pid, signal.SIGKILL)
        if pid in self.started:
            self.started[pid].wait()
        return killed

    def stop(self) -> None:
        """In order: running runs go on, and are looked for by the audit."""
        ours = [process for process in self.started.values() if process.poll() is None]
        for process in ours:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in ours:
            process.wait(30)

    def close(self) -> None:
        """Nothing outlives the test, whatever became of it."""
        while pids := processes.marked(self.mark):
            for pid in pids:
                processes.signal_to(pid, signal.SIGKILL)
        for process in (*self.started.values(), *self.strangers):
            if process.poll() is None:
                process.kill()
            process.wait()
        self.tables.close()

    def healthy(self) -> None:
        until(self.mxx.healthy, 60, f"healthy\n{self.said()}")

    # ---- what is to be seen

    def effects(self) -> list[Effect]:
        if not self.effects_file.exists():
            return []
        return [_effect(line.split()) for line in self.effects_file.read_text().splitlines()]

    def leftovers(self) -> list[int]:
        return processes.marked(self.mark)

    def harmed_strangers(self) -> int:
        return sum(stranger.poll() is not None for stranger in self.strangers)

    def said(self, lines: int = 15) -> str:
        """The ends of all logs."""
        return "\n".join("\n".join(log.read_text().splitlines()[-lines:]) for log in self.logs)

    # ----

    def _start(
        self, command: str, more: dict[str, str], *, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        instrumented = command == "prepare" or any(
            name.startswith("CHAOS_") for name in self.environment_of_test | more
        )
        words = ["-m", "tests.chaos.instrumented"] if instrumented else ["manage.py"]
        log = self.home.parent / f"{len(self.logs):03d}-{command}.log"
        self.logs.append(log)
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, *words, command],
                cwd=ROOT,
                env={**self.environment, **more},
                stdin=stdin,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.started[process.pid] = process
        return process

    @property
    def environment(self) -> dict[str, str]:
        ours = {processes.MARK: self.mark, "MXX_SLOTS": "100", **self.environment_of_test}
        return {**self.mxx.environment, **ours}

    def _stranger(self) -> subprocess.Popen[bytes]:
        """Looks like a program of a run, and is none of ours."""
        environment = {"PATH": os.environ["PATH"], "MXX_RUN_ID": "1", "MXX_JOB": "every-0"}
        return subprocess.Popen(
            ["sleep", "9999"], env=environment, start_new_session=True, stdout=subprocess.DEVNULL
        )


def _effect(words: list[str]) -> Effect:
    """`start 17 /home/runs/000000/17-1/work 4711`"""
    word, run, folder, pid = words
    return Effect(word, int(run), int(Path(folder).parent.name.partition("-")[2]), int(pid))
