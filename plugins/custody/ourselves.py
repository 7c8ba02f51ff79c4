"""Which processes are MXX itself: no name that a job gives ever ends them."""

from __future__ import annotations

from pathlib import Path

NAMES = ("mxx-zygote", "mxx-keeper", "mxx-runner")
"""The kernel's names of ours, where it has names; elsewhere the command line tells."""
MODULES = "plugins.custody."
MANAGE = str(Path(__file__).resolve().parents[2] / "manage.py")
CLIENTS = ("mxx-server", "mxx-server.exe")


def is_mxx(name: str, argv: list[str]) -> bool:
    """By the name and the command line of a process: keepers and their kin, server, supervisor, launcher."""
    if name in NAMES:
        return True
    if "-m" in argv[:4] and any(word.startswith(MODULES) for word in argv[:5]):
        return True
    return MANAGE in argv[:4] or any(Path(word).name in CLIENTS for word in argv[:2])
