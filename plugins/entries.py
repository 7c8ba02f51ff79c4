"""Plugins of installed packages: their `mxx.plugins` entry points, found without importing one."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NamedTuple

from plugins.rules import ENTRY

GROUP = "mxx.plugins"
Stamp = tuple[tuple[str, int], ...]


class Entry(NamedTuple):
    """digest: changes with the package's version and with the entry's own file. package: for sentences."""

    name: str
    digest: str
    package: str

    @property
    def source(self) -> str:
        return ENTRY + self.name


def installed() -> Stamp:
    """The folders that packages are installed in, and when that last happened: cheap to ask for."""
    folders = [path for path in sys.path if path.endswith("-packages")]
    return tuple((path, os.stat(path).st_mtime_ns) for path in folders if os.path.isdir(path))


def found() -> list[Entry]:
    """Every entry point; two of one name stay two."""
    return [
        Entry(one.name, _digest(one), one.dist.name if one.dist else one.value)
        for one in _offered(installed())
    ]


@lru_cache(maxsize=1)
def _offered(stamp: Stamp) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))  # 20 ms


def _digest(entry: EntryPoint) -> str:
    about = f"{entry.value} {entry.dist.version if entry.dist else ''}"
    file = _file(entry.module)
    return sha256(about.encode() + (file.read_bytes() if file else b"")).hexdigest()


def _file(module: str) -> Path | None:
    """Where a module is, without importing its package; None when only an import could tell."""
    where: list[str] | None = None
    spec: ModuleSpec | None = None
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        spec = _spec(".".join(parts[:count]), where)
        if spec is None:
            return None
        where = list(spec.submodule_search_locations or [])
    return Path(spec.origin) if spec and spec.origin and os.path.isfile(spec.origin) else None


def _spec(name: str, where: list[str] | None) -> ModuleSpec | None:
    found = (finder.find_spec(name, where) for finder in sys.meta_path)
    return next((spec for spec in found if spec), None)
