"""Make .venv, install one locked set of packages into it and write its commands; do nothing when that is already so.

    python3 tools/venv.py runtime    what a server needs
    python3 tools/venv.py dev        the same, and what the tests and linters need

The commands mxx-cli, mxx-client and mxx (the same) and mxx-server (= manage.py up) start this checkout's code from any folder.

Plain enough for an old Python, so that one can say what is missing.
"""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
OLDEST = (3, 11)
# Holds the digest of the lock that was installed. Written last: a .venv without it was interrupted half-way.
STAMP = VENV / "installed-lock"
# The development lock holds the runtime lock whole, so it serves for both.
ENOUGH = {"runtime": ("runtime", "dev"), "dev": ("dev",)}

CLIENT, SERVER = (str(ROOT / "client"),), (str(ROOT / "manage.py"), "up")
COMMANDS = {"mxx-cli": CLIENT, "mxx-client": CLIENT, "mxx": CLIENT, "mxx-server": SERVER}


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def digest(name: str) -> str:
    return hashlib.sha256(lock(name).read_bytes()).hexdigest()


def is_installed(wanted: str) -> bool:
    if not (STAMP.exists() and PYTHON.exists()):
        return False
    return STAMP.read_text() in {digest(name) for name in ENOUGH[wanted]}


def install(wanted: str) -> None:
    if not (STAMP.exists() and PYTHON.exists()):
        print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    STAMP.unlink(missing_ok=True)
    print(f"Installing requirements/{wanted}.txt into .venv", flush=True)
    pip = (str(PYTHON), "-m", "pip", "-qq", "--disable-pip-version-check")
    run(*pip, "install", "--no-deps", "--require-hashes", "-r", str(lock(wanted)))
    STAMP.write_text(digest(wanted))


def write_commands(folder: Path) -> None:
    """A launcher for each command, unless it stands there already: a checkout that was moved gets new ones."""
    for name, words in COMMANDS.items():
        line = (str(PYTHON), *words)
        if sys.platform == "win32":
            path, content = folder / f"{name}.cmd", batch_file(line).encode("oem")
        else:
            path, content = folder / name, shell_script(line).encode()
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            path.chmod(0o755)


def shell_script(words: Iterable[str]) -> str:
    return f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'


def batch_file(words: Iterable[str]) -> str:
    quoted = " ".join(f'"{word}"' for word in words).replace("%", "%%")
    return f"@echo off\r\n{quoted} %*\r\n"


def run(*command: str) -> None:
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit("Set-up stopped: the lines above say why. The next try starts from scratch.")


def newer_python() -> str | None:
    """The newest other Python on PATH that MXX can run on."""
    probe = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    for minor in range(19, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", probe], stderr=subprocess.DEVNULL).returncode == 0:
            return found
    return None


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in ENOUGH:
        sys.exit(f"Say which packages: python3 tools/venv.py {'|'.join(ENOUGH)}")
    if is_installed(arguments[0]):
        write_commands(PYTHON.parent)
        return 0
    if sys.version_info < OLDEST:
        other = newer_python()
        if other is None:
            sys.exit(
                f"MXX needs Python 3.11 or newer; this is {sys.version.split()[0]}, and PATH has no other."
            )
        return subprocess.run([other, __file__, *arguments]).returncode
    install(arguments[0])
    write_commands(PYTHON.parent)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Set-up interrupted. The next try starts from scratch.")
