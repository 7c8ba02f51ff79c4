"""The programs of one run: spawned, drained and reaped by the keeper."""

from __future__ import annotations

import errno
import json
import os
import selectors
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

from plugins.custody.backends.base import Backend, Identity, marked
from plugins.custody.spec import RunSpec
from plugins.exceptions import CannotLaunch
from plugins.output.segments import ERR, MXX, OUT, Writer

CHUNK = 1 << 16
DRAIN = 0.2
"""Seconds to wait for the rest of the output after the tree is empty: somebody outside may hold the pipe."""


@dataclass
class Program:
    """One launch as the receipt tells it; times are epoch seconds."""

    number: int
    argv: list[str]
    identity: Identity
    started: float
    holds: bool = False
    ended: float | None = None
    code: int | None = None
    gone: bool = False
    how: str = ""
    asked: bool = False
    """The run's end ended it, not the program itself."""
    popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return os.path.basename(self.argv[0])

    def told(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "argv": self.argv,
            "name": self.name,
            "pid": self.identity.pid,
            "started": self.started,
            "ended": self.ended,
            "exit_code": self.code if self.code is not None and self.code >= 0 else None,
            "signal": -self.code if self.code is not None and self.code < 0 else None,
            "how": self.how,
        }


class Programs:
    def __init__(
        self, spec: RunSpec, backend: Backend, writer: Writer, selector: selectors.BaseSelector
    ) -> None:
        self._spec, self._backend, self._writer, self._selector = spec, backend, writer, selector
        self._environment = {**os.environ, **spec.environment()}
        self._ledger = os.open(spec.dir.path / "ledger", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.all: list[Program] = []
        self._pipes: set[int] = set()

    def spawn(self, argv: list[str], cwd: str | None, env: dict[str, str], holds: bool) -> Program:
        """Start one program in a session of its own. Raises CannotLaunch with a sentence."""
        number = len(self.all) + 1
        self._note(intent=number, argv=argv)
        try:
            popen = subprocess.Popen(
                argv,
                cwd=cwd or self._spec.dir.work,
                env=marked({**self._environment, **env}, self._spec.mark, number),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise CannotLaunch(_why_not(argv, cwd, error)) from error
        identity = self._backend.identity(popen.pid) or Identity(popen.pid, 0)
        self._note(launch=number, pid=identity.pid, start=identity.start, boot=self._backend.boot())
        program = Program(number, argv, identity, time.time(), holds, popen=popen)
        self.all.append(program)
        for stream, pipe in ((OUT, popen.stdout), (ERR, popen.stderr)):
            assert pipe is not None
            self.watch(pipe.fileno(), stream, number)
        self.say(f"started {program.name}, process {popen.pid}")
        return program

    def say(self, text: str) -> None:
        """A line of MXX's own in the log."""
        self._writer.append(MXX, 0, text.encode(errors="replace") + b"\n")

    def _note(self, **facts: Any) -> None:
        os.write(self._ledger, json.dumps({"at": time.time(), **facts}).encode() + b"\n")

    # ---- ends

    def exited(self, pid: int, code: int) -> Program | None:
        """Note the end of a main process; None when the pid was an adopted orphan."""
        program = next((one for one in self.all if one.identity.pid == pid and one.ended is None), None)
        if program is None:
            return None
        program.code, program.ended = code, time.time()
        program.how = program.how or "ended by itself"
        if program.popen:
            program.popen.returncode = code  # reaped by us: Popen must not wait for it again
        return program

    def last_code(self) -> int | None:
        """Of the program that ended last by itself; None when none did."""
        ended = [program for program in self.all if program.ended and not program.asked]
        return max(ended, key=lambda program: program.ended or 0.0).code if ended else None

    # ---- output

    def watch(self, pipe: int, stream: int, launch: int) -> None:
        os.set_blocking(pipe, False)
        self._pipes.add(pipe)
        self._selector.register(pipe, selectors.EVENT_READ, lambda: self._drain(pipe, stream, launch))

    def _drain(self, pipe: int, stream: int, launch: int) -> None:
        try:
            chunk = os.read(pipe, CHUNK)
        except BlockingIOError:
            return
        if chunk:
            self._writer.append(stream, launch, chunk)
        else:
            self._selector.unregister(pipe)
            self._pipes.discard(pipe)

    @property
    def draining(self) -> bool:
        """True while some pipe is open for writing somewhere."""
        return bool(self._pipes)


def _why_not(argv: list[str], cwd: str | None, error: Exception) -> str:
    name = argv[0] if argv else ""
    if isinstance(error, ValueError):
        return f"cannot start {name!r}: {error}"
    assert isinstance(error, OSError)
    if cwd and not os.path.isdir(cwd):
        return f"cannot start {name}: its folder {cwd} does not exist"
    if error.errno == errno.ENOENT:
        where = "" if os.sep in name else f" on PATH={os.environ.get('PATH', '')}"
        return f"cannot start {name}: not found{where}"
    if error.errno == errno.EACCES:
        return f"cannot start {name}: not executable, or no permission"
    if error.errno == errno.ENOEXEC:
        return f"cannot start {name}: not a program (a script needs a #! line)"
    return f"cannot start {name}: {error.strerror}"
