"""A child of the launcher ends when the launcher is gone, even by kill -9: its standard input reaches its end."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable


def when_parent_is_gone(stop: Callable[[], None]) -> None:
    """Call stop() at the end of standard input; in a thread of its own."""

    def wait() -> None:
        while sys.stdin.buffer.read(1):
            continue
        stop()

    threading.Thread(target=wait, name="mxx-parent", daemon=True).start()
