"""One file a platform behind the Backend protocol."""

from __future__ import annotations

import sys

from plugins.custody.backends.base import Backend, Identity
from plugins.exceptions import MxxError

__all__ = ["Backend", "Identity", "Unsupported", "backend"]


class Unsupported(MxxError):
    """MXX keeps custody of programs on Linux, macOS and Windows; it does not know this system."""


def backend() -> Backend:
    """The one for this platform. Raises Unsupported rather than promise a custody that is not there."""
    if sys.platform == "linux":
        from plugins.custody.backends.linux import LinuxBackend

        return LinuxBackend()
    elif sys.platform == "darwin":
        from plugins.custody.backends.macos import MacosBackend

        return MacosBackend()
    elif sys.platform == "win32":
        from plugins.custody.backends.windows import WindowsBackend

        return WindowsBackend()
    else:
        raise Unsupported
