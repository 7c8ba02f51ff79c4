"""RunSpec: everything a keeper needs to know of a run, as one JSON line. The line is the go token."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from plugins.custody.rundir import RunDir
from plugins.output.segments import LIMIT
from plugins.words import text_of

HIDDEN = ("MXX_", "DJANGO_")
"""Variables of MXX itself, which may hold keys and addresses: no program of a run sees them."""


@dataclass
class RunSpec:
    """times in seconds; plugins: [instance, key, options] in the order of the job file, options checked and plain.

    Nobody changes it. It is not frozen, because that would double the time that it takes to make one."""

    run: int
    attempt: int
    job: str
    home: str
    mark: str
    """16 hex digits, of this attempt only: by them its processes are known."""
    plugins: list[tuple[str, str, dict[str, Any]]]
    vars: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    blanks: list[Any] = field(default_factory=list)
    """Texts that the runner completes from its environment and the secrets: substitution.Blank."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    state: str = ""
    """What the job's runs keep between them, as JSON; "" for nothing."""
    sources: dict[str, str] = field(default_factory=dict)
    """Of the custom plugins: the file of each, or "entry:NAME"."""
    source: str = "manual"
    timezone: str = ""
    last_success: float | None = None
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    timeout: float | None = None
    grace: float = 5.0
    cleanup: float = 30.0
    log_limit: int = LIMIT
    """Bytes of output kept on disk."""
    memory: int | None = None
    """Bytes that its programs may use together."""
    processes: int | None = None
    """How many they may be at once."""
    nice: int = 0
    umask: int = 0o022
    """The user's own, for programs and plugins; MXX itself writes for its owner alone."""
    lost: str = ""
    """Why the run is lost: then only the post_actions that its dead keeper had not begun are done."""

    def __post_init__(self) -> None:
        self.dir = RunDir.of(self.home, self.run, self.attempt)

    def line(self) -> bytes:
        told = {
            name: getattr(self, name) for name in self.__dataclass_fields__
        }  # asdict would copy all of it
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> RunSpec:
        return cls(**json.loads(line.decode()))

    def environment(self) -> dict[str, str]:
        """What a run's programs get beside the user's own environment."""
        params = {f"MXX_PARAM_{name.upper()}": text_of(value) for name, value in self.params.items()}
        return {"MXX_RUN_ID": str(self.run), "MXX_JOB": self.job, **params}


@cache
def outer_environment() -> dict[str, str]:
    """The environment as this process found it, asked once: a zygote asks for all its keepers. Read-only."""
    return dict(os.environ)


def clean_environment() -> dict[str, str]:
    """The user's own environment, without what is MXX's."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(HIDDEN) and name != "DATABASE_URL"
    }


def hide_our_variables() -> None:
    """Take from this process's environment what is MXX's: programs and plugins inherit the rest."""
    for name in os.environ.keys() - clean_environment().keys():
        del os.environ[name]
