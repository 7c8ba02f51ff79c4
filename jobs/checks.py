"""What `manage.py check` and every start tell of this machine."""

from __future__ import annotations

from typing import Any

from django.core import checks

from jobs.services.custody import custody_here


def custody(**_: Any) -> list[checks.CheckMessage]:
    """A machine on which a program may get away is told of, whoever asks."""
    told = custody_here()
    if told["strength"] == "none":
        return [checks.Error(told["weakness"], id="mxx.E001")]
    if told["strength"] == "best_effort":
        hint = "docs/custody.md tells what may escape here."
        return [
            checks.Warning(
                f"custody of programs is best effort only: {told['weakness']}", hint, id="mxx.W001"
            )
        ]
    return []
