"""Applications: register, change, remove, and what a run has to know of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from jobs.exceptions import Conflict, NotFound
from jobs.models import Application, ApplicationName
from jobs.services.audit import record
from jobs.timing import clock
from plugins import jobfile
from plugins.appconfig import BadConfig, key_path
from plugins.exceptions import BadInput, Problem

PATH = "C:/Tools/MAA"
KEY = "gui.json/window/theme"


@dataclass(frozen=True)
class ApplicationDraft:
    """What somebody wants to register; checked by `checked()`. cfgow: path -> value; cfge: paths."""

    name: str
    path: str
    app: str
    cfgroute: str = ""
    cfgow: dict[str, Any] = field(default_factory=dict)
    cfge: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)

    def checked(self) -> ApplicationDraft:
        """The same with its names as they are stored. Raises BadInput with every problem at once."""
        problems: list[Problem] = []
        name = _name(self.name, "name", problems)
        aliases = [_name(alias, f"aliases[{place}]", problems) for place, alias in enumerate(self.aliases)]
        problems += [*_path_problems(self), *_key_problems(self)]
        if problems:
            raise BadInput(problems)
        return replace(self, name=name, aliases=aliases)


def find_application(name: str) -> Application:
    """By name, alias or uid. Raises NotFound."""
    try:
        return Application.objects.named(name)
    except Application.DoesNotExist:
        found = Application.objects.filter(uid=name).first()
    if found is None:
        raise NotFound(f"there is no application named {name!r}")
    return found


def save_application(
    *, draft: ApplicationDraft, application: Application | None = None, uid: str = ""
) -> Application:
    """Register an application, or give an existing one these values. Raises BadInput, Conflict.

    uid: only for a new one; by default a random one.
    """
    draft = draft.checked()
    saved = application or Application(uid=uid or str(uuid.uuid4()))
    try:
        with transaction.atomic():
            _write(saved, draft)
            record("application.changed" if application else "application.made", saved.name)
    except IntegrityError as error:
        if taken := _taken(saved, draft):
            raise Conflict(
                f"an application named {taken!r} exists already", field="name", example=f"{taken[:96]} 2"
            ) from error
        raise
    return saved


def delete_application(*, application: Application) -> None:
    """Jobs that name it fail from now on, and say why. Its configuration and its exports stay."""
    with transaction.atomic():
        record("application.deleted", application.name)
        application.delete()


def applications_named(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the plugins get of the applications that a job names, by the name it uses; unknown ones are left out."""
    keys = {name: jobfile.name_key(name) for name in names}
    rows = ApplicationName.objects.filter(key__in=keys.values()).select_related("application")
    found = {row.key: _plain(row.application) for row in rows}
    return {name: found[key] for name, key in keys.items() if key in found}


def _plain(application: Application) -> dict[str, Any]:
    """exports: where its exported configurations are; restore: where edits in place are noted until they are undone."""
    home = Path(settings.MXX_HOME).absolute()
    return {
        "uid": application.uid,
        "name": application.name,
        "path": application.path,
        "app": application.app,
        "cfgroute": application.cfgroute,
        "cfgow": application.cfgow,
        "cfge": application.cfge,
        "exports": str(home / "exports" / application.uid),
        "restore": str(home / "restore"),
    }


def _write(saved: Application, draft: ApplicationDraft) -> None:
    saved.name, saved.name_key = draft.name, jobfile.name_key(draft.name)
    saved.path, saved.app, saved.cfgroute = draft.path, draft.app, draft.cfgroute
    saved.overrides, saved.cfge = json.dumps(draft.cfgow, ensure_ascii=False), list(draft.cfge)
    saved.updated_at = clock.now()
    saved.save()
    saved.set_names([draft.name, *draft.aliases])


def _taken(saved: Application, draft: ApplicationDraft) -> str:
    """The first of the wanted names that another application has; "" when none is taken."""
    names = {jobfile.name_key(name): name for name in (draft.name, *draft.aliases)}
    others = ApplicationName.objects.exclude(application__uid=saved.uid)
    return next((names[row.key] for row in others.filter(key__in=names)), "")


def _name(name: str, at: str, problems: list[Problem]) -> str:
    try:
        return jobfile.check_name(name)
    except BadInput as error:
        problems += [replace(problem, field=at, example='"maa"') for problem in error.problems]
        return ""


def _path_problems(draft: ApplicationDraft) -> list[Problem]:
    problems = [
        Problem(at, "character", "holds a NUL character", example)
        for at, text, example in (
            ("path", draft.path, PATH),
            ("app", draft.app, "MAA.exe"),
            ("cfgroute", draft.cfgroute, "config"),
        )
        if "\0" in text
    ]
    absolute = PurePosixPath(draft.path).is_absolute() or PureWindowsPath(draft.path).is_absolute()
    if not (absolute or draft.path.startswith("~")):
        problems.append(
            Problem("path", "relative", "must be the absolute path of the program's folder", PATH)
        )
    if not draft.app.strip():
        problems.append(Problem("app", "empty", "is empty: which program in the folder?", "MAA.exe"))
    return problems


def _key_problems(draft: ApplicationDraft) -> list[Problem]:
    given = [(f"cfgow.{key}", key) for key in draft.cfgow]
    given += [(f"cfge[{place}]", key) for place, key in enumerate(draft.cfge)]
    problems = []
    for at, key in given:
        try:
            key_path(key, ())
        except BadConfig as error:
            problems.append(Problem(at, "key", str(error), KEY))
    return problems
