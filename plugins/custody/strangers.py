"""Programs of the same name that are not the run's: seen, told, and left alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator

from plugins.custody.lines import read_whole
from plugins.custody.ourselves import is_mxx

KERNEL_CUT = 15


def strangers(names: Collection[str], ours: Collection[int]) -> list[tuple[int, str]]:
    """(pid, name) of this user's living processes of these names that are neither the run's nor MXX itself."""
    listed = _on_linux(names) if sys.platform == "linux" else _elsewhere(names)
    return [(pid, name) for pid, name, argv in listed if pid not in ours and not is_mxx(name, argv)]


def _on_linux(names: Collection[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Without psutil, whose import alone would cost more than the whole end of a run."""
    wanted, me = {os.fsencode(name)[:KERNEL_CUT] for name in names}, os.stat("/proc/self").st_uid
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            name = (read_whole(f"/proc/{entry}/comm") or b"").rstrip(b"\n")
            ours = name in wanted and os.stat(f"/proc/{entry}").st_uid == me
            argv = (read_whole(f"/proc/{entry}/cmdline") or b"") if ours else b""
        except OSError:  # it ended while we read
            continue
        if argv:  # a dead one has none
            yield int(entry), os.fsdecode(name), os.fsdecode(argv).split("\0")


def _elsewhere(names: Collection[str]) -> Iterator[tuple[int, str, list[str]]]:
    import psutil

    wanted, me = {os.path.normcase(name) for name in names}, psutil.Process().username()
    for process in psutil.process_iter(["name", "cmdline", "username"]):
        if os.path.normcase(process.info["name"] or "") in wanted and process.info["username"] == me:
            yield process.pid, process.info["name"], process.info["cmdline"] or []
