"""One file a platform behind the Backend protocol."""

from __future__ import annotations

import sys

from plugins.custody.backends.base import Backend, Identity
from plugins.exceptions import MxxError

__all__ = ["Backend", "Identity", "Unsupported", "backend"]


class Unsupported(MxxError):
    """This version of MXX keeps custody of programs on Linux only; Windows and macOS are being built."""


def backend() -> Backend:
    """The one for this platform. Raises Unsupported rather than promise a custody that is not there."""
    if sys.platform == "linux":
        from plugins.custody.backends.linux import LinuxBackend

        return LinuxBackend()
    raise Unsupported
