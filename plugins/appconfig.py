"""The JSON configuration of a registered application: overrides by path, and merging an exported folder.

A path is `section/key`, for every JSON file of the folder, or `file.json/section/key` (the suffix may be left out
where a file of that name is there) for one file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.exceptions import MxxError

BOM = "\ufeff"
MISSING = object()


class BadConfig(MxxError):
    """A configuration file or folder cannot be used."""


@dataclass(frozen=True)
class KeyPath:
    """file: relative to the folder, with "/"; "" means every file."""

    file: str
    keys: tuple[str, ...]

    def is_for(self, file: str) -> bool:
        return self.file in ("", file)


def json_files(folder: Path) -> dict[str, Path]:
    """Every JSON file below a folder by its relative name; a single file stands for itself."""
    if folder.is_file():
        return {folder.name: folder}
    found = sorted(path for path in folder.rglob("*.json") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}


def key_path(text: str, files: Iterable[str]) -> KeyPath:
    """Raises BadConfig for a path that names no key."""
    parts = tuple(part for part in text.split("/") if part)
    known = set(files)
    for length in range(len(parts) - 1, 0, -1):
        name = "/".join(parts[:length])
        for file in (name, f"{name}.json"):
            if file in known or (file == name and name.lower().endswith(".json")):
                return KeyPath(file, parts[length:])
    if not parts or parts[-1].lower().endswith(".json"):
        raise BadConfig(f"{text!r} names no key: write section/key, or file.json/section/key")
    return KeyPath("", parts)


def get(data: Any, keys: Iterable[str]) -> Any:
    """The value at a path, or MISSING."""
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            return MISSING
        data = data[key]
    return data


def put(data: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Set the value at a path; what stands in the way and is no object gives way. MISSING takes the key out."""
    for key in keys[:-1]:
        inner = data.get(key)
        if not isinstance(inner, dict):
            if value is MISSING:
                return
            inner = data[key] = {}
        data = inner
    if value is MISSING:
        data.pop(keys[-1], None)
    else:
        data[keys[-1]] = value


def read_object(path: Path) -> dict[str, Any] | None:
    """The file's object; None when it holds something else, or no JSON. Raises BadConfig when it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadConfig(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def write_object(path: Path, data: Mapping[str, Any]) -> None:
    """Whole or not at all; keeps the file's mode and its byte order mark. Raises BadConfig."""
    mark = BOM if path.exists() and path.read_bytes().startswith(BOM.encode()) else ""
    write_bytes(path, (mark + json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Atomically: whoever reads sees the old file or the new one. Raises BadConfig."""
    real = path.resolve()  # a link stays a link
    draft = real.with_name(f".{real.name}.mxx-{os.getpid()}")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        if real.exists():
            draft.chmod(real.stat().st_mode)
        draft.replace(real)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise BadConfig(f"{path} cannot be written: {error.strerror}") from error


@dataclass(frozen=True)
class Edit:
    """What the overrides change in one file. before: (keys, value or MISSING) for each override in their order."""

    file: str
    path: Path
    after: dict[str, Any]
    before: list[tuple[tuple[str, ...], Any]]


def edits_of(folder: Path, overrides: Mapping[str, Any]) -> tuple[list[Edit], list[str]]:
    """The edits, and the names of JSON files that hold no object and were left alone. Raises BadConfig."""
    files = json_files(folder)
    wanted = [(key_path(text, files), value) for text, value in overrides.items()]
    for where, _ in wanted:
        if where.file and where.file not in files:
            raise BadConfig(f"an override is for {where.file}, which is not in {folder}")
    edits, left = [], []
    for file, path in files.items():
        mine = [(where.keys, value) for where, value in wanted if where.is_for(file)]
        data = read_object(path) if mine else None
        if data is not None:
            edits.append(_edit(file, path, data, mine))
        elif mine:
            left.append(file)
    return edits, left


def _edit(file: str, path: Path, data: dict[str, Any], wanted: list[tuple[tuple[str, ...], Any]]) -> Edit:
    before = []
    for keys, value in wanted:
        before.append(_before(data, keys))
        put(data, keys, value)
    return Edit(file, path, data, before)


def _before(data: dict[str, Any], keys: tuple[str, ...]) -> tuple[tuple[str, ...], Any]:
    """What `put` will change: the value, or what stands where its first new object will."""
    for length in range(1, len(keys)):
        found = get(data, keys[:length])
        if not isinstance(found, dict):
            return keys[:length], found
    return keys, get(data, keys)


@dataclass(frozen=True)
class Imported:
    files: int
    kept: int
    """Excluded keys that kept their local value."""
    left: list[str]
    """Files that hold no object and were left out."""


def merge_folder(
    source: Path, target: Path, *, excluded: Iterable[str], overrides: Mapping[str, Any]
) -> Imported:
    """Bring an exported folder's JSON into `target`: exported values replace the local ones key by key of the top
    level, excluded paths keep their local value, overrides win over both. Raises BadConfig; then nothing is written
    but files that were complete.
    """
    files = json_files(source)
    if not files:
        raise BadConfig(f"{source} holds no JSON file to import")
    there = {*files, *json_files(target)}
    keep = [key_path(text, there) for text in excluded]
    win = [(key_path(text, there), value) for text, value in overrides.items()]
    written, kept, left = {}, 0, []
    for file, path in files.items():
        incoming = read_object(path)
        if incoming is None:
            left.append(file)
            continue
        local = (read_object(target / file) or {}) if (target / file).exists() else {}
        merged, count = _merged(local, incoming, [where.keys for where in keep if where.is_for(file)])
        for where, value in win:
            if where.is_for(file):
                put(merged, where.keys, value)
        written[file], kept = merged, kept + count
    for file, data in written.items():
        write_object(target / file, data)
    return Imported(len(written), kept, left)


def _merged(
    local: dict[str, Any], incoming: dict[str, Any], keep: list[tuple[str, ...]]
) -> tuple[dict[str, Any], int]:
    saved = [(keys, value) for keys in keep if (value := get(local, keys)) is not MISSING]
    merged = json.loads(json.dumps({**local, **incoming}))  # a copy: the saved values must not change with it
    for keys, value in saved:
        put(merged, keys, value)
    return merged, len(saved)
