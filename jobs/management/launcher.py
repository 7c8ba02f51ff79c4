"""The launcher: starts web and supervisor, starts them again when they die, and stops them. Needs no Django, which is 60 MiB."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn, TextIO

from plugins.apart import apart

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
CHILDREN = ("runweb", "runscheduler")
SPARING = {"MALLOC_ARENA_MAX": "2"}
"""For glibc: threads that share two heaps leave 3 MiB less behind than with a heap each. Only web: runs inherit from the other."""
STOP_WITHIN = 10.0
AGAIN_AFTER = (1.0, 30.0)
"""Seconds before a child that died is started again: the first time, doubled up to the last."""


@dataclass(frozen=True)
class Launch:
    """host, port: where web will answer; greeting: lines to print once it does."""

    host: str
    port: int
    greeting: list[str]


def become_launcher(launch: Launch) -> NoReturn:
    """This process goes on as the launcher, with the same pid; its Django is gone (on Windows it stays)."""
    if os.name == "nt":
        sys.exit(run(launch))
    reading, writing = os.pipe()
    os.write(writing, json.dumps(asdict(launch)).encode())  # not on argv: it may hold the set-up link
    os.close(writing)
    os.set_inheritable(reading, True)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(MANAGE), "launch", str(reading)])


def main(reading: int) -> int:
    with open(reading, encoding="utf-8") as pipe:
        return run(Launch(**json.load(pipe)))


def run(launch: Launch) -> int:
    """Until SIGINT or SIGTERM."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    children = [Child(command) for command in CHILDREN]
    for child in children:
        child.start()
    greet(launch, stopping, children)
    while not stopping.wait(0.2):
        mend(children)
    stop(children)
    return 0


class Child:
    """One process of ours; started again when it dies."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.pause, self.due = AGAIN_AFTER[0], 0.0
        self.began = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In a session of its own: a Ctrl-C in the terminal reaches the launcher only."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(MANAGE), self.command, "--child"],
            env={**SPARING, **os.environ} if self.command == "runweb" else None,
            stdin=subprocess.PIPE,
            **apart(),
        )

    def mend(self) -> str:
        """Start it again if it died; says so in words, "" when all is well."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return ""
        if self.process.poll() is None:
            return ""
        code, self.process = self.process.returncode, None
        self.pause = AGAIN_AFTER[0] if now - self.began > 60 else min(self.pause * 2, AGAIN_AFTER[1])
        self.due = now + self.pause
        return f"{self.command} ended with {code}; starting it again in {self.pause:g} s"

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def mend(children: list[Child]) -> None:
    for said in filter(None, [child.mend() for child in children]):
        say(sys.stderr, f"mxx: {said}")


def greet(launch: Launch, stopping: threading.Event, children: list[Child]) -> None:
    """Only once it answers, so that the lines are true."""
    while not stopping.is_set() and not answers(launch.host, launch.port):
        mend(children)
        stopping.wait(0.05)
    if not stopping.is_set():
        say(sys.stdout, *launch.greeting)


def stop(children: list[Child]) -> None:
    say(sys.stdout, "mxx: stopping; running jobs go on and are adopted by the next start")
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + STOP_WITHIN
    for child in children:
        child.wait(until)


def say(stream: TextIO, *lines: str) -> None:
    stream.write("".join(f"{line}\n" for line in lines))
    stream.flush()


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
