"""RunDir: the folder of one attempt, where keeper, runner and supervisor meet, and what outlives all of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.binary import WRITING
from plugins.custody.lines import encoded, read_lines, read_whole

Key = tuple[str, str, str]
SHARD = 1000
LEDGER = {"intent", "launch", "claimed"}
STARTED, CLEANUP = "started", "cleanup"
"""Start markers: of the attempt, and of the keeper that cleans up after a dead one."""


@dataclass(frozen=True)
class RunDir:
    """place: the folder. Within, plain strings: pathlib is a tenth of what a short run costs."""

    place: str | os.PathLike[str]

    @classmethod
    def of(cls, home: str | os.PathLike[str], run: int, attempt: int) -> RunDir:
        """`home/runs/SHARD/RUN-ATTEMPT`: at most 1,000 runs a folder."""
        return cls(f"{os.fspath(home)}/runs/{run // SHARD:06d}/{run}-{attempt}")

    @property
    def path(self) -> Path:
        return Path(self.place)

    @property
    def log(self) -> Path:
        """Where the output's segments lie: no folder of their own, which would cost a short run as much as a file."""
        return self.path

    @property
    def work(self) -> Path:
        """Where the run's programs start; its own, so that two runs never meet by accident."""
        return self.path / "work"

    # ---- the start marker

    def take_marker(self, owner: dict[str, Any], name: str = STARTED) -> bool:
        """Create the marker exclusively. False: this attempt was started (or fenced off) before; touch nothing.

        Raises OSError when there is no room for it, and leaves none then: an empty one would tell of nobody."""
        try:
            descriptor = self._new_file(name)
        except FileExistsError:
            return False
        try:
            write_all(descriptor, encoded(owner) + b"\n")
        except OSError:
            os.unlink(self.file(name))
            raise
        finally:
            os.close(descriptor)
        return True

    def _new_file(self, name: str) -> int:
        flags = WRITING | os.O_EXCL
        try:
            return os.open(self.file(name), flags, 0o600)
        except FileNotFoundError:  # no keeper was ever here: somebody fences the attempt off
            self.make()
            return os.open(self.file(name), flags, 0o600)

    def started(self, name: str = STARTED) -> dict[str, Any] | None:
        """Who started the attempt; None: nobody; {}: somebody this instant, or died while writing it."""
        if not os.path.exists(self.file(name)):
            return None
        return next(iter(read_lines(self.file(name))), {})

    def ledger(self) -> list[dict[str, Any]]:
        """What was launched: an intent before each spawn, the identity after it."""
        return [entry for entry in self._journal() if LEDGER & entry.keys()]

    # ---- the end

    def result(self) -> dict[str, Any] | None:
        """None while there is none. Its events stand in events()."""
        return {name: fact for name, fact in self.read("result").items() if name != "events"} or None

    def ending(self) -> dict[str, Any] | None:
        """The result with the events that stand in it; None while there is none."""
        return self._read("result") or None

    # ---- what happens meanwhile

    def ask_to_stop(self, reason: str, status: str = "cancelled") -> None:
        self.make()
        self.write("cancel", {"reason": reason, "status": status})

    def stop_request(self) -> dict[str, Any] | None:
        return self._read("cancel") or None

    def saved_vars(self) -> dict[str, Any] | None:
        """`run.vars` as a dead runner last told them; None when it never changed any."""
        return self._read("vars")

    def events(self, ending: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """What the keeper has told so far, oldest first; of a run that is over, everything. ending: if it is known."""
        told: list[dict[str, Any]] = (self.read("result") if ending is None else ending).get("events", [])
        return read_lines(self.file("events")) + told

    def owed(self) -> set[Key] | None:
        """Once pre_action had begun every post_action is owed, but those that have begun: (point, plugin, method).

        None when nothing is owed."""
        journal = self._journal()
        if not any("acting" in entry for entry in journal):
            return None
        return {_key(*entry["begun"]) for entry in journal if "begun" in entry}

    def _journal(self) -> list[dict[str, Any]]:
        """The lines behind the marker's own."""
        return read_lines(self.file(STARTED))[1:]

    # ---- files

    def file(self, name: str) -> str:
        return f"{self.place}/{name}"

    def make_work(self) -> None:
        _make(self.file("work"))

    def make(self) -> None:
        try:
            _make(self.place)
        except FileNotFoundError:  # the first of a thousand
            os.makedirs(self.place, exist_ok=True)

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Atomically: a reader sees the old text or the new one. Raises OSError and leaves the old one."""
        draft = self.file(f".{name}.{os.getpid()}")
        descriptor = os.open(draft, WRITING | os.O_TRUNC, 0o600)
        try:
            write_all(descriptor, encoded(content))
        finally:
            os.close(descriptor)
        os.replace(draft, self.file(name))

    def read(self, name: str) -> dict[str, Any]:
        return self._read(name) or {}

    def _read(self, name: str) -> dict[str, Any] | None:
        content = read_whole(self.file(name))
        if content is None:
            return None
        try:
            found = json.loads(content) if content else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _make(folder: str | os.PathLike[str]) -> None:
    try:
        os.mkdir(folder)
    except FileExistsError:
        return


def write_all(descriptor: int, data: bytes) -> None:
    """Raises OSError when something is left."""
    while data:
        data = data[os.write(descriptor, data) :]


def _key(point: str, plugin: str, method: str) -> Key:
    return (point, plugin, method)
