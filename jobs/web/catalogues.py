"""Translations are kept as text (.po) and read as binaries (.mo): made here when the pages are first served.

So the tree holds no binaries, and no machine needs GNU gettext.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import polib

logger = logging.getLogger("mxx.web")


def compile_catalogues(source: Path, target: Path) -> None:
    """One .mo below target for each .po below source, unless it is of that very text already."""
    for text in sorted(source.rglob("*.po")):
        binary = target / text.relative_to(source).with_suffix(".mo")
        try:
            if not _is_of(text, binary):
                _compile(text, binary)
        except OSError as error:
            logger.warning("the pages speak English only: %s could not be written: %s", binary, error)


def _is_of(text: Path, binary: Path) -> bool:
    return binary.exists() and binary.stat().st_mtime_ns == text.stat().st_mtime_ns


def _compile(text: Path, binary: Path) -> None:
    """Whole or not at all: another process may read it now."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    part = binary.with_suffix(f".{os.getpid()}")
    age = text.stat().st_mtime_ns
    polib.pofile(str(text)).save_as_mofile(str(part))
    os.utime(part, ns=(age, age))
    part.replace(binary)
