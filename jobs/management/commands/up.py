"""`manage.py up`: everything with one command. The launcher of web and supervisor."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs import services
from jobs.management.firststart import Start, prepare
from plugins.apart import apart

CHILDREN = ("runweb", "runscheduler")
STOP_WITHIN = 10.0
AGAIN_AFTER = (1.0, 30.0)
"""Seconds before a child that died is started again: the first time, doubled up to the last."""


class Child:
    """One process of ours; started again when it dies."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.pause, self.due = AGAIN_AFTER[0], 0.0
        self.began = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """In a session of its own: a Ctrl-C in the terminal reaches the launcher only."""
        manage = Path(settings.BASE_DIR) / "manage.py"
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, str(manage), self.command, "--child"],
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


class Command(BaseCommand):
    help = "Start MXX: pages, API and scheduler. Ctrl-C stops it; running jobs go on."

    def handle(self, **options: Any) -> None:
        host, port = settings.MXX_BIND
        refuse_taken_port(host, port)
        start = prepare()
        self.tell_loaded(start)
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        children = [Child(command) for command in CHILDREN]
        for child in children:
            child.start()
        self.tell_address(start, host, port, stopping, children)
        while not stopping.wait(0.2):
            self.mend(children)
        self.stop(children)

    def mend(self, children: list[Child]) -> None:
        for said in filter(None, [child.mend() for child in children]):
            self.stderr.write(f"mxx: {said}")

    def tell_loaded(self, start: Start) -> None:
        loaded = start.loaded
        count = len(loaded.created) + len(loaded.changed) + len(loaded.unchanged)
        if count:
            self.stdout.write(
                f"mxx: {count} job file{'s' if count != 1 else ''} from {settings.MXX_JOBS_DIR}"
            )
        if start.paused and loaded.created:
            self.stdout.write(
                "mxx: this is a home of the prototype: its jobs are loaded paused; resume them one by one"
            )
        for name in loaded.let_go:
            self.stdout.write(f"mxx: the file of {name} is gone; the job stays and can be edited now")
        for file, problem in loaded.refused:
            self.stderr.write(f"mxx: {file} is not loaded: {problem}")

    def tell_address(
        self, start: Start, host: str, port: int, stopping: threading.Event, children: list[Child]
    ) -> None:
        """Only once it answers, so that the line is true."""
        name = f"[{host}]" if ":" in host else host
        while not stopping.is_set() and not answers(host, port):
            self.mend(children)
            stopping.wait(0.05)
        if stopping.is_set():
            return
        if start.setup:
            self.stdout.write(f"mxx: make the first admin, once: http://{name}:{port}/setup/{start.setup}/")
        custody = services.custody_in_words(services.custody_here())
        self.stdout.write(f"mxx: custody of programs: {custody or services.custody_here()['weakness']}")
        self.stdout.write(f"mxx: serving at http://{name}:{port}/ (Ctrl-C stops it; running jobs go on)")
        self.stdout.flush()

    def stop(self, children: list[Child]) -> None:
        self.stdout.write("mxx: stopping; running jobs go on and are adopted by the next start")
        for child in children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_WITHIN
        for child in children:
            child.wait(until)


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"MXX_BIND={host}:{port} cannot be used: {error.strerror}. "
                f"Is MXX running already? Another port: MXX_BIND={host}:{port + 1 if port < 65535 else 8765}",
                returncode=2,
            ) from error


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
