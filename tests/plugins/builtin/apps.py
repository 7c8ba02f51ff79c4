"""Registered applications that are shell scripts, and what a run is told of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SLEEPS = "exec sleep 600"


@dataclass
class App:
    """An application below `place`, with JSON files in its folder `config`."""

    place: Path
    script: str = SLEEPS
    cfgow: dict[str, Any] = field(default_factory=dict)
    cfge: list[str] = field(default_factory=list)
    cfgroute: str = "config"

    def __post_init__(self) -> None:
        self.config.mkdir(parents=True)
        program = self.place / "bot"
        program.write_text(f"#!/bin/sh\n{self.script}\n")
        program.chmod(0o700)

    @property
    def config(self) -> Path:
        return self.place / "config"

    def has(self, name: str, content: Any) -> Path:
        """A configuration file, in a style of its own."""
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=7))
        return path

    def holds(self, name: str) -> Any:
        return json.loads((self.config / name).read_text())

    def facts(self, home: Path) -> dict[str, Any]:
        """As the supervisor tells them."""
        return {
            "bot": {
                **{"uid": "u1", "name": "bot", "path": str(self.place), "app": "bot"},
                **{"cfgroute": self.cfgroute, "cfgow": self.cfgow, "cfge": self.cfge},
                **{"exports": str(home / "exports" / "u1"), "restore": str(home / "restore")},
            }
        }
