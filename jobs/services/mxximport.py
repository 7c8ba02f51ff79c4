"""A home of the prototype: its job folder, registry, applications and exports. Nothing is changed there."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from django.conf import settings
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Table

from jobs.models import Application
from jobs.services.appimport import import_applications
from jobs.services.audit import record
from jobs.services.drafts import Draft
from jobs.services.folder import SUFFIXES, job_files, rehearsed
from jobs.services.saving import already_saved, read_draft, save_job
from plugins import jobfile
from plugins.exceptions import BadInput, MxxError, Problem

LARGEST = 16 << 20


@dataclass
class ImportedHome:
    """What was taken, under what name; (what, why) for the refused."""

    jobs: list[str] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Here already, and left as they are."""
    mended: list[str] = field(default_factory=list)
    """Jobs whose command strings got `shell = true`: the prototype gave them to a shell."""
    refused: list[tuple[str, str]] = field(default_factory=list)


def import_home(home: Path, *, dry_run: bool = False) -> ImportedHome:
    """Everything arrives paused. Raises BadInput for a folder that is no home of the prototype."""
    if not any((home / part).exists() for part in ("jobs", "server/registry.json", "apps/apps.json")):
        message = f"{home} holds neither jobs/, server/registry.json nor apps/apps.json"
        raise BadInput(Problem("HOME", "no_home", message, "importmxx ~/.mxx"))
    done = ImportedHome()
    with rehearsed(dry_run):
        applications = import_applications(home)
        done.applications, done.kept = applications.created, list(applications.kept)
        done.refused += applications.refused
        for path in job_files(home / "jobs"):
            _take(path.stem, path.name, lambda path=path: _of_file(path), done)
        for name, entry in _registry(home, done):
            _take(name, f"registry.json {name}", lambda entry=entry: _of_entry(entry), done)
        _exports(home, done, dry_run)
        record("import.mxx", str(home), jobs=done.jobs, applications=done.applications)
    return done


def _take(name: str, what: str, read: Any, done: ImportedHome) -> None:
    try:
        draft, mended = read()
        there = already_saved(name, draft)
        if there is not None:
            done.kept.append(there.name)
            return
        done.jobs.append(save_job(name=name, draft=draft, source="cli", enabled=False).name)
        if mended:
            done.mended.append(name)
    except BadInput as error:
        done.refused += [(what, str(problem)) for problem in error.problems]
    except MxxError as error:
        done.refused.append((what, str(error)))


def _of_file(path: Path) -> tuple[Draft, bool]:
    """The checked job, and whether a command string was mended; a TOML text keeps its comments."""
    content, form = jobfile.content(path), SUFFIXES[path.suffix.lower()]
    if form == "toml":
        text, mended = _mended_text(content)
        return read_draft(text=text, filename=path.name), mended
    config = jobfile.parse(content, format=form, filename=path.name).config  # type: ignore[arg-type]
    return _of_config(config)


def _of_config(config: dict[str, Any]) -> tuple[Draft, bool]:
    sections = config.get("os")
    mended = [_mend(table) for table in (sections if isinstance(sections, list) else [sections])]
    return read_draft(config=config), any(mended)


def _mended_text(content: bytes) -> tuple[bytes, bool]:
    """What cannot be read stays as it is: the check says what is wrong with it."""
    try:
        document = tomlkit.parse(content.decode("utf-8-sig"))
    except (TOMLKitError, UnicodeDecodeError, RecursionError):
        return content, False
    sections = document.get("os")
    tables = list(sections) if isinstance(sections, AoT) else [sections]
    mended = [_mend(table) for table in tables if isinstance(table, Table)]
    return (tomlkit.dumps(document).encode(), True) if any(mended) else (content, False)


def _mend(table: Any) -> bool:
    """The prototype gave every command string to a shell."""
    if not isinstance(table, dict) or not isinstance(table.get("cmd"), str) or "shell" in table:
        return False
    table["shell"] = True
    return True


def _registry(home: Path, done: ImportedHome) -> list[tuple[str, dict[str, Any]]]:
    """Entries that no file of the job folder stands for."""
    file = home / "server" / "registry.json"
    try:
        if file.stat().st_size > LARGEST:
            raise ValueError(f"larger than {LARGEST >> 20} MiB")
        entries = json.loads(file.read_text(encoding="utf-8-sig"))["entries"]
        if isinstance(entries, dict):
            entries = [{"job_id": name, **entry} for name, entry in entries.items()]
        named = [(str(entry["job_id"]), entry) for entry in entries]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        done.refused.append(
            ("server/registry.json", f"cannot be read as the prototype's registry: {error!r}")
        )
        return []
    files = {jobfile.name_key(path.stem) for path in job_files(home / "jobs")}
    return [(name, entry) for name, entry in named if jobfile.name_key(name) not in files]


def _of_entry(entry: dict[str, Any]) -> tuple[Draft, bool]:
    config = entry.get("config")
    if not isinstance(config, dict):
        raise BadInput(Problem("config", "type", "must be a table of sections", '{"os": {"cmd": "hello"}}'))
    schedule = entry.get("schedule")
    return _of_config({**config, **({"schedule": schedule} if schedule and "schedule" not in config else {})})


def _exports(home: Path, done: ImportedHome, dry_run: bool) -> None:
    """Copied beside our own; the default home is the prototype's, then they lie there already."""
    ours = Path(settings.MXX_HOME) / "exports"
    if ours.resolve() == (home / "exports").resolve():
        return
    for uid in Application.objects.values_list("uid", flat=True):
        theirs = home / "exports" / uid
        for folder in sorted(theirs.iterdir()) if theirs.is_dir() else []:
            _copy(folder, ours / uid / folder.name, done, dry_run)


def _copy(folder: Path, to: Path, done: ImportedHome, dry_run: bool) -> None:
    what = f"{folder.parent.name}/{folder.name}"
    if folder.is_symlink() or not folder.is_dir():
        return
    if to.exists():
        done.kept.append(f"export {what}")
        return
    try:
        if not dry_run:
            shutil.copytree(folder, to, symlinks=True)
        done.exports.append(what)
    except (OSError, shutil.Error) as error:
        done.refused.append((f"export {what}", f"cannot be copied: {error}"))
