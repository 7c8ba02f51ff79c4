"""An MXX without a supervisor: nothing is dispatched, whatever is queued. And what stands in its tables."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.mxx import ROOT, Mxx, free_port, until

Rows = dict[str, list[tuple[Any, ...]]]
OF_ITSELF = {"sqlite_sequence", "jobs_auditentry"}
"""Who was denied something is noted; so these change."""


class Scratch(Mxx):
    """keys: of an editor, a viewer and a link."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.keys: dict[str, str] = {}

    @contextmanager
    def served(self) -> Iterator[Scratch]:
        self.port = free_port()
        self.home.mkdir(mode=0o700)
        seeding = [sys.executable, str(ROOT / "benchmarks/apifuzz/seeding.py")]
        told = subprocess.run(seeding, env=self.environment, check=True, stdout=subprocess.PIPE)
        self.keys = json.loads(told.stdout)
        with self.log.open("ab") as log:
            web = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "runweb"],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            until(self._answers, 60, "an answer of the web server")
            yield self
        finally:
            web.terminate()
            web.wait(30)

    @property
    def token(self) -> str:
        return self.keys["editor"]

    def _answers(self) -> bool:
        try:
            return bool(self.ask("GET", "health/")[0])
        except OSError:
            return False

    def rows(self) -> Rows:
        """Of all tables, but for what every request writes: when a token was used, and who was denied what."""
        with closing(sqlite3.connect(self.home / "db.sqlite3")) as database:
            tables = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            return {name: _rows(database, name) for name in tables if name not in OF_ITSELF}

    def audited(self) -> set[str]:
        with closing(sqlite3.connect(self.home / "db.sqlite3")) as database:
            return {action for (action,) in database.execute("SELECT DISTINCT action FROM jobs_auditentry")}


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    columns = [
        row[1] for row in database.execute(f'PRAGMA table_info("{table}")') if row[1] != "last_used_at"
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    return sorted(database.execute(f'SELECT {names} FROM "{table}"').fetchall(), key=repr)
