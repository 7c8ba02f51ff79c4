"""RunContext: what a plugin gets as `run`. It knows nothing of processes; a Host does what it asks."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

TICK = 0.5
"""Seconds between two looks of the hold loop; news wakes it earlier."""


@dataclass(frozen=True)
class LaunchRequest:
    argv: list[str]
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    detached: bool = False


@dataclass
class Launch:
    """One program that the run started. exit_code: of the main process, negative for a signal, None while it runs."""

    number: int
    argv: list[str]
    name: str
    pid: int
    exit_code: int | None = None
    gone: bool = False
    """True once its whole tree is empty, not only the main process."""
    holds: bool = False
    """Started without waiting: a run without hold hooks lasts until its tree is empty."""
    request: LaunchRequest | None = None

    @property
    def ended(self) -> bool:
        return self.exit_code is not None


class Host(Protocol):
    """What stands between the lifecycle and the machine: the keeper's channel, or a fake in tests."""

    def launch(self, request: LaunchRequest, holds: bool = False) -> Launch:
        """Start a program. holds: say when its whole tree is empty. Raises CannotLaunch."""

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or earlier when a program ended; updates the launches."""

    def report(self, kind: str, **facts: Any) -> None:
        """Tell the keeper: a hook began or ended, vars changed, progress was made."""

    def now(self) -> float:
        """Monotonic seconds."""


@dataclass
class RunContext:
    """The run as plugins see it."""

    host: Host
    id: int
    job: str
    plugins: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    vars: dict[str, Any] = field(default_factory=dict)
    timeout: float | None = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("mxx.run"))
    launches: list[Launch] = field(default_factory=list)
    kill_names: list[str] = field(default_factory=list)
    """Exact program names to end after the last hook, beside the run's own tree (the prototype's `kill`)."""
    interrupted: str = ""
    """"cancel" or "timeout" once the run is being stopped."""

    def __post_init__(self) -> None:
        self.began = self.host.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the hooks began."""
        return self.host.now() - self.began

    @property
    def deadline(self) -> float | None:
        """Seconds left until the timeout; None without one."""
        return None if self.timeout is None else self.timeout - self.elapsed

    @property
    def cancelled(self) -> bool:
        return bool(self.interrupted)

    def launch(
        self,
        argv: Sequence[str],
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        shell: bool = False,
        detached: bool = False,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Launch:
        """Start a program in the run's custody; everything it starts ends with the run.

        wait: block until its main process exits (children and open pipes do not count). timeout: seconds to
        wait at most, then TimeoutError. shell: argv is one string for the platform's shell.
        """
        words = _shell(argv) if shell else [str(word) for word in argv]
        request = LaunchRequest(words, cwd, dict(env or {}), detached)
        launch = self._start(request, holds=not wait and not detached)
        if wait:
            self.wait_for(launch, timeout)
        return launch

    def relaunch(self, launch: Launch) -> Launch:
        """Start an ended program again, as it was."""
        assert launch.request is not None
        return self._start(launch.request, holds=launch.holds)

    def _start(self, request: LaunchRequest, *, holds: bool) -> Launch:
        launch = self.host.launch(request, holds)
        launch.request, launch.holds = request, holds
        self.launches.append(launch)
        return launch

    def wait_for(self, launch: Launch, timeout: float | None = None) -> None:
        until = None if timeout is None else self.host.now() + timeout
        while not launch.ended:
            left = TICK if until is None else min(TICK, until - self.host.now())
            if left <= 0:
                raise TimeoutError(f"{launch.name} took longer than {timeout:g} s")
            self.host.wait(left)

    def sleep(self, seconds: float) -> None:
        """Wait, but let a cancel or the timeout through."""
        until = self.host.now() + seconds
        while (left := until - self.host.now()) > 0:
            self.host.wait(left)

    def progress(self, fraction: float, text: str = "") -> None:
        """How far the run is: fraction from 0 to 1, and a few words."""
        self.host.report("progress", fraction=min(max(float(fraction), 0.0), 1.0), text=str(text)[:200])

    def saved_vars(self) -> dict[str, Any]:
        """The vars that survive the death of this process: those that JSON can hold."""
        return {name: value for name, value in self.vars.items() if _fits_json(value)}


def _shell(command: Sequence[str]) -> list[str]:
    text = command if isinstance(command, str) else " ".join(command)
    return ["/bin/sh", "-c", text]


def _fits_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
