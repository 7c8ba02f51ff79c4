"""A PostgreSQL server of the test's own, which may be stopped and killed; the machine's is never touched."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.chaos.mxx import free_port


class Cluster:
    def __init__(self, *settings: str) -> None:
        self.bin, self.port = _programs(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="mxx-pg-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "mxx", "-A", "trust", "-N")
        self._options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        )
        self._options += "".join(f" -c {setting}" for setting in settings)
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://mxx@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._control("start", "-l", str(self.folder / "log"), "-o", self._options)

    def restart(self) -> None:
        """As after a crash: every connection breaks in the middle of what it did."""
        self._control("restart", "-m", "immediate", "-l", str(self.folder / "log"), "-o", self._options)

    def close(self) -> None:
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self.folder)

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-s", "-w", "-D", str(self.folder / "data"), *words)

    def _run(self, program: str, *words: str) -> None:
        """PostgreSQL refuses to be root."""
        user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        subprocess.run(
            [str(self.bin / program), *words],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **user,  # type: ignore[call-overload]
        )


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        found = found if os.getuid() else []
    if not found:
        if os.environ.get("MXX_REQUIRE_SERVICES") == "1":
            pytest.fail("no initdb in /usr/lib/postgresql")
        pytest.skip("no PostgreSQL programs to start a server of our own")
    return found[-1].parent
