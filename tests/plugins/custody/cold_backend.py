"""A ColdBackend for the machine at hand: PollingBackend's means, with children that are waited for one by one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from plugins.custody.backends.polling import PollingBackend
from plugins.custody.stations.cold import Fresh

ROOT = Path(__file__).parents[3]


class ColdPollingBackend(PollingBackend):
    def start_python(
        self, module: str, env: Mapping[str, str], line: socket.socket, output: int, errors: int
    ) -> Fresh:
        child = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            pass_fds=[line.fileno()],
        )
        assert child.stdin is not None
        self.child = child  # or Python would wait for it
        return Fresh(child.pid, child.stdin, str(line.fileno()))  # type: ignore[arg-type]

    def wait(self, pid: int) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def end_child(self, pid: int) -> None:
        os.kill(pid, 9)
