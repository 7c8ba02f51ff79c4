"""Where a keeper works: how it starts its runner, hears its programs and learns of their ends. One file a way."""

from __future__ import annotations

import sys

from plugins.custody.backends import Backend
from plugins.custody.stations.base import Ends, Station

__all__ = ["Ends", "Station", "prepare_keeper", "station"]


def station(machine: Backend) -> Station:
    """A new one. Windows can neither fork nor wait for pipes."""
    if sys.platform == "win32":
        from plugins.custody.backends.windows import WindowsBackend
        from plugins.custody.stations.cold import ColdStation

        assert isinstance(machine, WindowsBackend)
        return ColdStation(machine)
    else:
        from plugins.custody.stations import posix

        return posix.PosixStation()


def prepare_keeper() -> None:
    """Once in a keeper process, before its first marker: Ctrl-C and its like are for the launcher."""
    if sys.platform != "win32":  # there a console of its own does it: plugins.apart
        from plugins.custody.stations import forking, posix

        forking.prepare_fork()
        posix.prepare_signals()
        posix.lead_a_session()
