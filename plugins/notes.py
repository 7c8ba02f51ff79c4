"""Notes: what a clean-up runner must know of a dead one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plugins.custody.rundir import RunDir


@dataclass
class Notes:
    """Small facts of a run by name, on disk before `keep` returns; in memory only where a run has no folder (tests).

    `run.vars` reach the disk when a hook ends: too late for what must not be forgotten in the middle of one.
    """

    dir: RunDir | None = None
    _memory: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, name: str, **facts: Any) -> None:
        """Raises OSError when the disk does not take it."""
        if self.dir is None:
            self._memory[name] = facts
        else:
            self.dir.write(f"note-{name}", facts)

    def find(self, name: str) -> dict[str, Any] | None:
        if self.dir is None:
            return self._memory.get(name)
        return self.dir.read(f"note-{name}") or None
