"""Custom plugins: MXX_HOME/plugins/*.py (not `_*.py`) and entry points, inspected when new and remembered by content."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from plugins import entries, inspection, versions
from plugins.inspection import Findings
from plugins.registry import Catalog, Description
from plugins.rules import WrongPlugin
from plugins.safety import content, decoded, helpers, refuse_unsafe_helpers
from plugins.words import listed

log = logging.getLogger("mxx.plugins")

AT_ONCE = 4
"""Inspections side by side."""
PATIENCE = 600.0
"""Seconds until a plugin whose import hung is tried again, unless its file changes."""
NAMED = re.compile(rb"""^[ \t]+(?:name|__cmdname__)[^=\n]*=[ \t]*["']([^"'\n]+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A place that may hold plugins. key: what its findings depend on; refusal: why it is not even inspected."""

    source: str
    label: str
    fallback: str
    key: str
    refusal: WrongPlugin | None = None
    names: tuple[str, ...] = ()
    """What its classes seem to be called, for when it cannot be imported."""


@dataclass
class Memory:
    """What inspections found, by key; on disk too, so that other processes and the next start need no new ones."""

    findings: dict[str, Findings] = field(default_factory=dict)
    until: dict[str, float] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def recall(self, key: str) -> Findings | None:
        if self.until.get(key, time.time() + 1) < time.time():
            return None
        return self.findings.get(key)

    def keep(self, key: str, found: Findings) -> None:
        self.findings[key] = found
        if any(wrong["code"] == "hangs" for wrong in found.wrongs):
            self.until[key] = time.time() + PATIENCE

    def read(self, path: Path) -> None:
        try:
            stored = json.loads(path.read_bytes())
            for key, entry in stored.items():
                self.findings.setdefault(key, Findings(entry["plugins"], entry["wrongs"]))
                self.until.update({key: entry["until"]} if entry["until"] else {})
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("%s cannot be read and will be written anew: %s", path, error)

    def keep_only(self, keys: set[str]) -> None:
        self.findings = {key: found for key, found in self.findings.items() if key in keys}

    def write(self, path: Path) -> None:
        stored = {
            key: {**asdict(found), "until": self.until.get(key)} for key, found in self.findings.items()
        }
        draft = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            draft.write_text(json.dumps(stored), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            log.warning("%s cannot be written, so plugins are inspected at each start: %s", path, error)


_memories: dict[Path, Memory] = defaultdict(Memory)
_catalogs: dict[Path, Catalog] = {}


def with_custom(builtin: Catalog, home: Path) -> Catalog:
    """The built-in plugins and the custom ones; the same object as long as nothing changes."""
    sources = [*_files(home / "plugins"), *_entries()]
    fingerprint = _hash(*(f"{one.source} {one.key} {one.refusal}" for one in sources)) if sources else ""
    memory = _memories[home]
    if home in _catalogs and _catalogs[home].fingerprint == fingerprint and _all_known(memory, sources):
        return _catalogs[home]
    with memory.lock:
        findings = _inspected(memory, sources, home / "cache" / "plugins.json")
    catalog = Catalog({**builtin, **_merged(builtin, findings)})
    catalog.fingerprint = fingerprint
    _catalogs[home] = catalog
    _log_news(catalog)
    return catalog


def _log_news(catalog: Catalog) -> None:
    custom = [one for one in catalog.values() if not one.builtin]
    if usable := [one.name for one in custom if not one.error]:
        log.info("plugins of your own: %s", ", ".join(usable))
    for one in custom:
        if one.error:
            log.warning("[%s] cannot be loaded: %s", one.name, one.refusal)


def _all_known(memory: Memory, sources: list[Source]) -> bool:
    return all(one.refusal or memory.recall(one.key) for one in sources)


def _inspected(memory: Memory, sources: list[Source], store: Path) -> list[tuple[Source, Findings]]:
    due = [one for one in sources if not one.refusal and not memory.recall(one.key)]
    if due:
        memory.read(store)
        due = [one for one in due if not memory.recall(one.key)]
    if due:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for one, found in zip(
                due, pool.map(inspection.inspect, [one.source for one in due]), strict=True
            ):
                memory.keep(one.key, found)
        memory.keep_only({one.key for one in sources})
        memory.write(store)
    return [(one, Findings.of(one.refusal) if one.refusal else memory.findings[one.key]) for one in sources]


# ---- what is there


def _files(folder: Path) -> list[Source]:
    """Each plugin file, in order of name."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".py") and name[0] not in "_.")
    except FileNotFoundError:
        return []
    except OSError as error:
        refusal = WrongPlugin(
            f"{folder} cannot be read: {error.strerror}.", code="unreadable", file=str(folder)
        )
        return [Source(str(folder), folder.name, folder.name, "", refusal)]
    if not names:
        return []
    try:
        refuse_unsafe_helpers(folder)
    except WrongPlugin as refusal:
        return [Source(str(folder / name), name, name.removesuffix(".py"), "", refusal) for name in names]
    about = _hash(_about(), *map(_digest, helpers(folder)))
    return [_file(folder / name, about) for name in names]


def _file(path: Path, about: str) -> Source:
    try:
        data = content(path)
        key = _hash(str(path), sha256(data).hexdigest(), about)
        named = tuple(name.decode(errors="replace") for name in NAMED.findall(data))
        decoded(data, path)
    except WrongPlugin as refusal:
        return Source(str(path), path.name, path.stem, "", refusal)
    return Source(str(path), path.name, path.stem, key, names=named)


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:  # a plugin that imports it will say so
        return "unreadable"


def _entries() -> list[Source]:
    return [
        Source(one.source, f"the package {one.package}", one.name, _hash(one.source, one.digest, _about()))
        for one in entries.found()
    ]


def _about() -> str:
    """What every inspection depends on: MXX, Python, and what is installed beside them."""
    return f"{versions.MXX} {inspection.FORMAT} {sys.version} {entries.installed()}"


def _hash(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()


# ---- what is told of it


def _merged(builtin: Catalog, findings: list[tuple[Source, Findings]]) -> dict[str, Description]:
    """Custom plugins by name. One name, one plugin: a built-in stays, of two custom ones neither is used."""
    good: dict[str, list[tuple[Source, Description]]] = defaultdict(list)
    broken: list[Description] = []
    for source, found in findings:
        for data in found.plugins:
            good[data["name"]].append((source, Description.of(data)))
        broken += _broken(source, found)
    merged: dict[str, Description] = {}
    for name, held in good.items():
        if name in builtin:
            broken += [_refused(one, f"is called {name!r}, and so is a built-in plugin") for one in held]
        elif len(held) > 1:
            both = listed((source.label for source, _ in held), "and")
            merged[name] = _refused(held[0], f"is not the only plugin called {name!r}: {both} hold one")
        else:
            merged[name] = held[0][1]
    for description in broken:
        name = _free_name(description, {**builtin, **merged})
        merged[name] = Description.of({**description.as_dict(), "name": name})
    return merged


def _refused(held: tuple[Source, Description], why: str) -> Description:
    _, description = held
    message = f"class {description.cls} {why}: rename it."
    error = {"file": description.path, "line": None, "message": message}
    return Description.of({**description.as_dict(), "error": error})


def _broken(source: Source, found: Findings) -> list[Description]:
    """One for each class with a flaw; a file that cannot be imported stands under the names it seems to hold."""
    broken: dict[str, Description] = {}
    for wrong in found.wrongs:
        for name in [wrong["name"]] if wrong["name"] else source.names or [source.fallback]:
            if name not in broken:
                broken[name] = _unusable(name, source, wrong)
    return list(broken.values())


def _unusable(name: str, source: Source, wrong: dict[str, Any]) -> Description:
    error = {"file": wrong["file"] or source.source, "line": wrong["line"], "message": wrong["message"]}
    return Description(name, builtin=False, error=error, source=source.source, path=error["file"])


def _free_name(description: Description, taken: dict[str, Description]) -> str:
    """Its own; else its file's, since a name that is taken stays with whom it works for."""
    file = os.path.basename(description.path)
    candidates = [description.name, file.removesuffix(".py"), file]
    return next((name for name in candidates if name and name not in taken), f"{file} ({description.cls})")
