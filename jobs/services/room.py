"""Is there room where MXX keeps its data? Running runs go on without; nothing new starts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from plugins.sizes import GB, MB, in_words

FOR_A_START = 1 * MB
FILES_FOR_A_START = 20
"""What a run needs before it begins: its folder, its marker, room for its result, the first of its log."""
LITTLE, SHARE, AT_MOST = 200 * MB, 0.02, 2 * GB
"""Little is left when it is less than LITTLE, or than this share of the disk, though never more than AT_MOST."""


class Disk(NamedTuple):
    free: int
    total: int


WAITS = f"waits: less than {in_words(FOR_A_START)} is free on the disk where MXX keeps its data"
WAITS_FOR_FILES = "waits: the disk where MXX keeps its data takes no more files"


def why_no_start() -> str:
    """The reason for which nothing can start now; "" when there is room."""
    if shutil.disk_usage(_home()).free < FOR_A_START:
        return WAITS
    return WAITS_FOR_FILES if _files_left() < FILES_FOR_A_START else ""


def little_room() -> str:
    """A sentence once the disk is nearly full; "" before."""
    disk = shutil.disk_usage(_home())
    if why := why_no_start():
        return f"Nothing starts: {why.removeprefix('waits: ')} ({_home()})."
    if disk.free < max(LITTLE, min(AT_MOST, SHARE * disk.total)):
        return f"Only {in_words(disk.free)} are free where MXX keeps its data ({_home()})."
    return ""


def disk_of_home() -> Disk:
    """Bytes where MXX keeps its data."""
    usage = shutil.disk_usage(_home())
    return Disk(free=usage.free, total=usage.total)


def _home() -> Path:
    return Path(settings.MXX_HOME)


def _files_left() -> int:
    """Many file systems have no limit; they say 0 of 0."""
    if not hasattr(os, "statvfs"):
        return FILES_FOR_A_START
    facts = os.statvfs(_home())
    return facts.f_favail if facts.f_files else FILES_FOR_A_START
