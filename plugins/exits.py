"""Exit codes in words."""

from __future__ import annotations

import signal


def ended_how(code: int) -> str:
    """ "ended with code 3", or "was ended by signal 9 (SIGKILL)" for a negative code (as subprocess gives it)."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"was ended by signal {-code}"
