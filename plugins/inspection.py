"""Has a plugin file looked at in a child process, so that no plugin code ever runs in web or supervisor.

The child (`plugins.inspector`) writes "ready", then its findings as one line of JSON, on its stdout. What the plugin
prints arrives on its stderr and is counted.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO, Any

from plugins.custody.spec import clean_environment
from plugins.exits import ended_how
from plugins.mishaps import AT_IMPORT
from plugins.rules import ENTRY, WrongPlugin
from plugins.safety import source_text

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 10.0
"""Seconds that the import of a plugin may take."""
START_LIMIT = 30.0
"""Seconds that the child itself may take to start, on a busy machine."""
MOST_OUTPUT = 64 << 10
"""Bytes that a plugin may print while it is imported."""
MOST_FINDINGS = 4 << 20
LAST_WORDS = 0.5
"""Seconds in which a child that is ended tells where it was."""
FORMAT = 1
"""Of the findings; what was remembered in another one is not read."""
READY = b"ready\n"
FRAME = re.compile(r'File "([^"]+)", line (\d+)')


@dataclass(frozen=True)
class Findings:
    """plugins: Description.as_dict() of each usable class; wrongs: code, message, example, name, file, line of each flaw."""

    plugins: list[dict[str, Any]] = field(default_factory=list)
    wrongs: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, wrong: WrongPlugin) -> Findings:
        return cls(wrongs=[told(wrong)])


def told(wrong: WrongPlugin, name: str = "") -> dict[str, Any]:
    """A flaw as plain data. name: the plugin that has it; "" for the whole file."""
    return {
        "code": wrong.code,
        "message": str(wrong),
        "example": wrong.example,
        "name": name,
        "file": wrong.file,
        "line": wrong.line,
    }


def inspect(source: str, limit: float = LIMIT) -> Findings:
    """What a source holds. Never raises for what the plugin does; takes `limit` seconds beside the child's start."""
    try:
        if not source.startswith(ENTRY):
            source_text(Path(source))
    except WrongPlugin as wrong:
        return Findings.of(wrong)
    with tempfile.TemporaryDirectory(prefix="mxx-inspector-") as folder:
        return _Child(source, folder, limit).findings()


class _Child:
    """One inspection. Two threads read its pipes: `select` knows no pipes on Windows."""

    def __init__(self, source: str, folder: str, limit: float) -> None:
        self.source, self.limit = source, limit
        self.process = subprocess.Popen(
            [sys.executable, "-m", "plugins.inspector", source],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.heard: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.findings_text = b""
        self.noise = b""
        self._readers = [
            self._reader("findings", self.process.stdout, MOST_FINDINGS),
            self._reader("noise", self.process.stderr, MOST_OUTPUT),
        ]

    def _reader(self, what: str, pipe: IO[bytes] | None, most: int) -> Thread:
        assert pipe is not None

        def read() -> None:
            size = 0
            with pipe:
                while chunk := os.read(pipe.fileno(), 1 << 16):
                    if (
                        size <= most
                    ):  # the chunk that goes beyond tells of the flood, the rest costs no memory
                        self.heard.put((what, chunk))
                    size += len(chunk)
            self.heard.put((what, b""))

        thread = Thread(target=read, daemon=True)
        thread.start()
        return thread

    def findings(self) -> Findings:
        try:
            end = self._listen()
            return self._told() if end == "told" else Findings.of(self._wrong(end))
        finally:
            self._end()

    def _told(self) -> Findings:
        try:
            return Findings(**json.loads(self._line))
        except (ValueError, TypeError):
            message = f"it writes where only the process that imports it may write: {AT_IMPORT}."
            return Findings.of(WrongPlugin(message, code="garbled", file=self.source))

    @property
    def _line(self) -> bytes:
        return self.findings_text.removeprefix(READY)

    def _listen(self) -> str:
        """Until it has "told", is "gone", "hangs", or "floods" us."""
        until = time.monotonic() + START_LIMIT
        while True:
            try:
                what, chunk = self.heard.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return "hangs"
            if what == "noise":
                self.noise += chunk
            elif not chunk:
                return "gone"
            else:
                was_ready = self.findings_text.startswith(READY)
                self.findings_text += chunk
                if not was_ready and self.findings_text.startswith(READY):
                    until = time.monotonic() + self.limit
            if self._line.startswith(b"{") and self._line.endswith(b"\n"):
                return "told"
            if len(self.noise) > MOST_OUTPUT or len(self.findings_text) > MOST_FINDINGS:
                return "floods"

    def _wrong(self, end: str) -> WrongPlugin:
        line = self._where() if end == "gone" else self._asked_where()
        what = {"gone": self._gone, "hangs": self._hangs, "floods": self._floods}[end]()
        return WrongPlugin(f"{what}: {AT_IMPORT}.", code=end, file=self.source, line=line)

    def _gone(self) -> str:
        code = self.process.wait()
        if code < 0:
            return f"the process that imported it {ended_how(code)}"
        return f"it ends the process that imports it with code {code} (os._exit?)"

    def _hangs(self) -> str:
        return f"its import takes longer than {self.limit:g} s"

    def _floods(self) -> str:
        return f"it prints more than {MOST_OUTPUT >> 10} KiB while it is imported"

    def _asked_where(self) -> int | None:
        """SIGTERM lets the child's faulthandler tell on which line it is."""
        self.process.terminate()
        until = time.monotonic() + LAST_WORDS
        while (line := self._where()) is None and (left := until - time.monotonic()) > 0:
            try:
                what, chunk = self.heard.get(timeout=left)
            except queue.Empty:
                break
            if what == "findings":
                self.findings_text += chunk
        return line

    def _where(self) -> int | None:
        own = self.source.encode("ascii", "backslashreplace").decode()
        frames = FRAME.findall(self.findings_text.decode(errors="replace"))
        return next((int(line) for file, line in frames if file == own), None)

    def _end(self) -> None:
        """With everything that it started, as long as that stayed in its session."""
        if sys.platform == "win32":
            self.process.kill()
        else:
            with suppress(ProcessLookupError):  # it had ended, and nobody is left
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _environment() -> dict[str, str]:
    """As a runner's: without what is MXX's own."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**clean_environment(), "PYTHONPATH": os.pathsep.join(paths)}
