"""Starting keepers: through the zygote (fast, POSIX), or cold, one process a run."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import time
from typing import Any, Protocol

from django.conf import settings

from plugins.apart import apart
from plugins.custody.spec import RunSpec, clean_environment

log = logging.getLogger("mxx.keepers")

COLD_LOOK = 0.1
"""Seconds between two looks at keepers that cannot tell."""


def _python(module: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start `python -m module` from the checkout, in a session of its own, with a clean environment."""
    return subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=settings.BASE_DIR,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        **apart(),
        **options,
    )


class Keepers(Protocol):
    """Of one supervisor."""

    @property
    def alive(self) -> bool: ...

    def open(self) -> None: ...

    def start(self, spec: RunSpec) -> object: ...

    def wait(self, seconds: float) -> bool: ...

    def heard(self) -> list[dict[str, Any]]: ...

    def close(self) -> None: ...


def keepers() -> Keepers:
    return ColdKeepers() if os.name == "nt" else ZygoteKeepers()


class ColdKeepers:
    """A process a run, for where nothing can fork. What they do is seen on disk, some times a second."""

    alive = True

    def __init__(self) -> None:
        self._going: list[tuple[RunSpec, subprocess.Popen[bytes]]] = []
        self._started: set[tuple[int, int]] = set()
        self._news: list[dict[str, Any]] = []

    def open(self) -> None:
        """There is nothing to prepare."""

    def start(self, spec: RunSpec) -> None:
        self._going.append((spec, start_cold(spec)))

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not self._look() and time.monotonic() < until:
            time.sleep(COLD_LOOK)
        return bool(self._news)

    def heard(self) -> list[dict[str, Any]]:
        news, self._news = self._news, []
        return news

    def close(self) -> None:
        """They live on."""

    def _look(self) -> bool:
        for spec, keeper in list(self._going):
            key, ended = (spec.run, spec.attempt), keeper.poll() is not None
            at = (spec.dir.started() or {}).get("at")
            if at and key not in self._started:
                self._started.add(key)
                self._tell("started", spec, at)
            if ended:
                self._going.remove((spec, keeper))
                self._started.discard(key)
                self._tell("ended" if spec.dir.result() else "gone", spec, time.time())
        return bool(self._news)

    def _tell(self, kind: str, spec: RunSpec, at: float) -> None:
        self._news.append({"kind": kind, "run": spec.run, "attempt": spec.attempt, "at": at})


class ZygoteKeepers:
    """One zygote; each `start` is one line to it. Notices of all its keepers arrive on one pipe."""

    def __init__(self) -> None:
        self.notices, self._writing = os.pipe()
        os.set_blocking(self.notices, False)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._rest = b""

    @property
    def alive(self) -> bool:
        return self._zygote is not None and self._zygote.poll() is None

    def open(self) -> None:
        """Start the zygote, also in place of one that died."""
        if self._zygote is not None:
            log.error("the zygote ended with %s; starting another", self._zygote.poll())
            self._hang_up()
        self._zygote = _python("plugins.custody.zygote", stdout=self._writing)

    def start(self, spec: RunSpec) -> None:
        """Hand the go token over. Raises BrokenPipeError when the zygote is gone."""
        assert self._zygote is not None and self._zygote.stdin is not None
        line, giving = spec.line(), self._zygote.stdin
        try:
            giving.write(line)
            giving.flush()
        except ValueError as error:  # another thread has just put a new zygote in its place
            raise BrokenPipeError("this zygote was hung up") from error

    def heard(self) -> list[dict[str, Any]]:
        """Notices that have arrived: {"kind": "started" | "ended" | "gone", "run", "attempt", "at"}."""
        try:
            chunk = os.read(self.notices, 1 << 16)
        except BlockingIOError:
            return []
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]

    def wait(self, seconds: float) -> bool:
        """True as soon as there is news."""
        return bool(select.select([self.notices], [], [], seconds)[0])

    def close(self) -> None:
        """The zygote ends at the end of its input; keepers with a run live on."""
        if self._zygote is not None:
            self._hang_up()
            self._zygote.wait()

    def _hang_up(self) -> None:
        assert self._zygote is not None and self._zygote.stdin is not None
        try:
            self._zygote.stdin.close()
        except BrokenPipeError:
            log.info("the zygote was gone before its input ended")


def start_cold(spec: RunSpec) -> subprocess.Popen[bytes]:
    """A keeper for one run, without a zygote; it outlives this process."""
    keeper = _python("plugins.custody.keeper", stdout=subprocess.DEVNULL)
    assert keeper.stdin is not None
    keeper.stdin.write(spec.line())
    keeper.stdin.close()
    return keeper
