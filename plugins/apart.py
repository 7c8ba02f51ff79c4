"""Starting a process that a Ctrl-C in our terminal does not reach, and that lives on when we end."""

from __future__ import annotations

import sys
from typing import Any

BREAKAWAY_FROM_JOB, NEW_PROCESS_GROUP, NO_WINDOW = 0x01000000, 0x200, 0x08000000


def apart() -> dict[str, Any]:
    """Options for subprocess.Popen: a session of its own; on Windows a console of its own that nobody sees."""
    if sys.platform == "win32":
        return {"creationflags": NEW_PROCESS_GROUP | NO_WINDOW}
    else:
        return {"start_new_session": True}
