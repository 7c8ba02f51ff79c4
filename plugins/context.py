"""RunContext: what a plugin gets as `run`. It knows nothing of processes; a Host does what it asks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from plugins.exceptions import CannotLaunch, MxxError, UnknownApplication
from plugins.notes import Notes
from plugins.substitution import no_secret

if TYPE_CHECKING:
    from logging import Logger

TICK = 0.5
"""Seconds between two looks of the hold loop; news wakes it earlier."""


class TookTooLong(MxxError, TimeoutError):
    """A program took longer than it was given."""


@dataclass
class LaunchRequest:
    """What is to be started, and how; plain data, for it goes to the keeper as JSON. Nobody changes it."""

    argv: list[str]
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    stop: list[str] = field(default_factory=list)
    """The program's own stop command: run first at the end, before the program is asked."""
    detached: bool = False
    """It outlives the run on purpose."""
    lifetime: float | None = None
    """Seconds after which a detached program is ended; None: when it is stopped."""
    claim: str = ""
    """The file of the program that this one hands over to; it becomes part of the run."""
    claim_within: float = 30.0
    restart_of: int | None = None
    """The number of the launch that this one repeats."""

    @property
    def name(self) -> str:
        """As log and receipt call it: its label, else its file name."""
        return self.label or os.path.basename(self.argv[0])


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

    stopping: str
    """"cancelled" or "timed_out" once the run is being stopped, else ""."""

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
    """The run as plugins see it. began: when it began, on the host's clock; now by default."""

    host: Host
    id: int
    job: str
    plugins: dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    vars: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    """What the job's runs keep: as the last one left it, and for the next one. JSON, at most 64 KiB."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float | None = None
    began: float | None = None
    launches: list[Launch] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """Variables for every program that the run launches from now on, beside the user's own."""
    timezone: str = ""
    """The zone of this MXX, by name; "" is the machine's."""
    last_success: float | None = None
    """When a run of this job last succeeded, in seconds since the epoch; only told to jobs that use `once`."""
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Registered applications that the job names, as plain data."""
    notes: Notes = field(default_factory=Notes)
    kill_names: list[str] = field(default_factory=list)
    """Exact program names to end after the last hook, beside the run's own tree (the prototype's `kill`)."""
    currentError: BaseException | None = None
    """In `on_error`, what was raised."""

    def __post_init__(self) -> None:
        self._began = self.host.now() if self.began is None else self.began

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.host.now() - self._began

    @property
    def deadline(self) -> float | None:
        """Seconds left until the timeout; None without one."""
        return None if self.timeout is None else self.timeout - self.elapsed

    @property
    def cancelled(self) -> bool:
        """True once the run is being stopped, by a cancel or by its timeout."""
        return bool(self.host.stopping)

    @property
    def gcfg(self) -> dict[str, Any]:
        """The prototype's name for `vars`."""
        return self.vars

    @cached_property
    def log(self) -> Logger:
        """Its lines go to the run's log, behind "[mxx] "."""
        from plugins.runlog import logger_of  # few runs ask for it, and logging costs a fork 0.2 ms

        return logger_of(self.host)

    def launch(
        self,
        argv: Sequence[str | os.PathLike[str]] | str,
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        shell: bool = False,
        detached: bool = False,
        wait: bool = True,
        timeout: float | None = None,
        label: str = "",
        stop: Sequence[str | os.PathLike[str]] = (),
        lifetime: float | None = None,
        claim: str | os.PathLike[str] = "",
        claim_within: float = 30.0,
    ) -> Launch:
        """Start a program in the run's custody; everything it starts ends with the run.

        cwd: "~" is the user's home. wait: block until its main process exits (children and open pipes do not count).
        timeout: seconds to wait at most, then TimeoutError. shell: argv is one string for the platform's shell. label: what log and
        receipt call it instead of its file name. stop: a command that makes it end, run first when the run ends.
        detached: it outlives the run on purpose, in custody of its own, until it is stopped or its lifetime (seconds)
        is over; nobody waits for it.
        claim: the whole path of a program that this one hands over to and that is not below it: the one that appears
        within `claim_within` seconds becomes part of the run. Returns once it is there. Raises CannotLaunch.
        """
        if lifetime is not None and not detached:
            raise CannotLaunch("lifetime is for detached programs: those of a run end with it")
        if claim and detached:
            raise CannotLaunch("a detached program cannot claim another: what it hands over to is left alone")
        words = _shell(argv) if shell else _words(argv)
        folder = None if cwd is None else os.path.expanduser(os.fspath(cwd))
        variables = {str(name): _word(value) for name, value in {**self.environment, **(env or {})}.items()}
        request = LaunchRequest(
            words,
            folder,
            variables,
            _label(label),
            _words(stop) if stop else [],
            detached,
            lifetime,
            _word(claim),
            claim_within,
        )
        launch = self._start(request, holds=(not wait or bool(claim)) and not detached)
        if wait and not detached:
            self.wait_for(launch, timeout)
        return launch

    def relaunch(self, launch: Launch) -> Launch:
        """Start an ended program again, as it was. The receipt counts it as a restart."""
        assert launch.request is not None
        again = replace(launch.request, restart_of=launch.number)
        return self._start(again, holds=launch.holds)

    def _start(self, request: LaunchRequest, *, holds: bool) -> Launch:
        launch = self.host.launch(request, holds)
        launch.request, launch.holds = request, holds
        self.launches.append(launch)
        return launch

    def application(self, name: str) -> dict[str, Any]:
        """A registered application: `uid name path app cfgroute cfgow cfge exports restore`. Raises UnknownApplication."""
        if name not in self.applications:
            raise UnknownApplication(
                f"no application is registered as {name!r}: register it, or use one of its aliases"
            )
        return self.applications[name]

    def wait_for(self, launch: Launch, timeout: float | None = None) -> None:
        """Block until its main process has exited. Raises TookTooLong after `timeout` seconds."""
        until = None if timeout is None else self.host.now() + timeout
        while not launch.ended:
            left = TICK if until is None else min(TICK, until - self.host.now())
            if left <= 0:
                raise TookTooLong(f"{launch.name} took longer than {timeout:g} s")
            self.host.wait(left)

    def sleep(self, seconds: float) -> None:
        """Wait, but let a cancel or the timeout through."""
        until = self.host.now() + seconds
        while (left := until - self.host.now()) > 0:
            self.host.wait(left)

    def secret(self, name: str) -> str:
        """A secret that the job may read. Raises MxxError when there is none of this name."""
        if name not in self.secrets:
            raise MxxError(
                f"{no_secret(name)} for this run: its job file has to name it, as ${{secret.NAME}}"
            )
        return self.secrets[name]

    def progress(self, fraction: float, text: str = "") -> None:
        """How far the run is: fraction from 0 to 1, and a few words."""
        within = min(max(0.0, float(fraction)), 1.0)  # in this order NaN becomes 0
        self.host.report("progress", fraction=within, text=_one_line(text, 200))

    def saved_vars(self) -> dict[str, Any]:
        """The vars that survive the death of this process: those that JSON can hold."""
        return {
            name: value for name, value in self.vars.items() if isinstance(name, str) and _fits_json(value)
        }


def _words(argv: Sequence[str | os.PathLike[str]] | str) -> list[str]:
    if isinstance(argv, str | bytes):
        raise CannotLaunch(
            f"{argv!r} is one string where a list of words is needed, for example ['echo', 'hello'] (or shell=True)"
        )
    words = [_word(word) for word in argv]
    if not words or not words[0]:
        raise CannotLaunch("there is nothing to start: the command is empty")
    return words


def _label(label: object) -> str:
    return _one_line(label, 50)


def _one_line(text: object, most: int) -> str:
    """Without anything that a terminal would obey."""
    shown = "".join(character if character.isprintable() else " " for character in str(text)[: 4 * most])
    return " ".join(shown.split())[:most]


def _word(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, bytes | os.PathLike) else str(value)


def _shell(command: object) -> list[str]:
    if not isinstance(command, str):
        raise CannotLaunch("shell=True needs one string, for example 'sort names | uniq'")
    return ["/bin/sh", "-c", command]


def _fits_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
