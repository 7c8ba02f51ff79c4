"""The prototype's registered applications: apps/apps.json (uid -> entry) and apps/aliases.json (alias -> uid)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Application
from jobs.services.applications import ApplicationDraft, save_application
from plugins.exceptions import BadInput, MxxError
from plugins.words import kind

LARGEST = 16 << 20


@dataclass
class ImportedApplications:
    """What became of each: names of applications; (what, why) for the refused."""

    created: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Known by their uid already, and left as they are here."""
    refused: list[tuple[str, str]] = field(default_factory=list)


def import_applications(home: Path, *, dry_run: bool = False) -> ImportedApplications:
    """Register what the prototype had registered in `home`, under the same uids; nothing is changed there.

    dry_run: only tell what would happen.
    """
    done = ImportedApplications()
    try:
        apps, aliases = _table(home / "apps" / "apps.json"), _table(home / "apps" / "aliases.json")
    except MxxError as error:
        done.refused.append(("apps", str(error)))
        return done
    with transaction.atomic():
        for uid, entry in apps.items():
            _import(uid, entry, [alias for alias, target in aliases.items() if target == uid], done)
        transaction.set_rollback(dry_run)
    done.refused += [
        (f"alias {alias}", f"no application has the uid {uid!r}")
        for alias, uid in aliases.items()
        if not (isinstance(uid, str) and uid in apps)
    ]
    return done


def _import(uid: str, entry: Any, aliases: list[str], done: ImportedApplications) -> None:
    known = Application.objects.filter(uid=uid).first()
    if known is not None:
        done.kept.append(known.name)
        return
    try:
        draft = _draft(uid, entry, aliases)
        done.created.append(save_application(draft=draft, uid=uid).name)
    except BadInput as error:
        done.refused += [(uid, str(problem)) for problem in error.problems]
    except (Conflict, MxxError) as error:
        done.refused.append((uid, str(error)))


def _draft(uid: str, entry: Any, aliases: list[str]) -> ApplicationDraft:
    """Raises MxxError."""
    if not uid or len(uid) > 64 or not all(letter.isalnum() or letter in "-_" for letter in uid):
        raise MxxError("the uid must be up to 64 letters, digits, - and _")
    if not isinstance(entry, dict):
        raise MxxError(f"must be an object, not {kind(entry)}")
    wanted = {"path": str, "app": str, "cfgroute": str, "cfgow": dict, "cfge": list}
    values = {key: entry[key] for key in wanted if entry.get(key) is not None}
    for key, value in values.items():
        if not isinstance(value, wanted[key]):
            raise MxxError(f"{key}: {kind(value)} is of the wrong kind")
    if not all(isinstance(path, str) for path in values.get("cfge", [])):
        raise MxxError("cfge: must be a list of paths")
    if missing := [key for key in ("path", "app") if key not in values]:
        raise MxxError(f"{missing[0]} is missing")
    names = aliases or [Path(values["app"].replace("\\", "/")).stem]
    return ApplicationDraft(name=names[0], aliases=names[1:], **values)


def _table(path: Path) -> dict[str, Any]:
    """{} for a file that is not there. Raises MxxError for one that cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise MxxError(f"{path} is larger than {LARGEST >> 20} MiB")
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise MxxError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise MxxError(f"{path} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise MxxError(f"{path} must hold an object, not {kind(found)}")
    return found
