"""Registered applications, and the form that writes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Application
from plugins.exceptions import BadInput, Problem

EXAMPLE = '{"gui.json/window/theme": "dark"}'


@dataclass(frozen=True)
class Row:
    application: Application
    aliases: str
    overrides: int


def rows() -> list[Row]:
    """Two queries."""
    found = Application.objects.prefetch_related("names")
    return [Row(one, ", ".join(one.aliases), len(one.cfgow)) for one in found]


@dataclass(frozen=True)
class Form:
    """What stands in the fields, as it was typed."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, application: Application) -> Form:
        overrides = application.cfgow
        return cls(
            {
                "name": application.name,
                "aliases": "\n".join(application.aliases),
                "path": application.path,
                "app": application.app,
                "cfgroute": application.cfgroute,
                "cfgow": json.dumps(overrides, indent=2, ensure_ascii=False) if overrides else "",
                "cfge": "\n".join(application.cfge),
            }
        )

    def fields(self) -> list[Field]:
        return [
            Field(name, label, help_text, self.values.get(name, ""), is_long, is_needed, self._wrong(name))
            for name, label, help_text, is_long, is_needed in _fields()
        ]

    def _wrong(self, name: str) -> list[Problem]:
        """A problem names the place: cfgow.gui.json/theme, aliases[1]."""
        return [one for one in self.problems if one.field.partition("[")[0].partition(".")[0] == name]


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    help: str
    value: str
    is_long: bool
    is_needed: bool
    problems: list[Problem]

    @property
    def rows(self) -> int:
        return min(16, max(2, self.value.count("\n") + 1))


def _fields() -> list[tuple[str, str, str, bool, bool]]:
    return [
        ("name", _("Name"), _("What jobs call it."), False, True),
        ("aliases", _("Other names"), _("One a line."), True, False),
        ("path", _("Folder"), _("Of the program, absolute or below ~."), False, True),
        ("app", _("Program"), _("The file, below the folder."), False, True),
        (
            "cfgroute",
            _("Configuration"),
            _("Its folder of JSON files, or one file, below the folder."),
            False,
            False,
        ),
        (
            "cfgow",
            _("Overrides"),
            _("JSON, path to value: what is in the configuration while [mxxrun] runs."),
            True,
            False,
        ),
        ("cfge", _("Excluded"), _("Paths that an import leaves alone, one a line."), True, False),
    ]


def draft_of(given: Mapping[str, str]) -> services.ApplicationDraft:
    """Raises BadInput."""
    texts = {name: given.get(name, "").strip() for name in ("name", "path", "app", "cfgroute")}
    return services.ApplicationDraft(
        **texts,
        aliases=_lines(given.get("aliases", "")),
        cfgow=_overrides(given.get("cfgow", "")),
        cfge=_lines(given.get("cfge", "")),
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _overrides(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text.strip() or "{}", parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadInput(Problem("cfgow", "json", _("is no JSON: %(why)s") % {"why": error}, EXAMPLE)) from None
    if not isinstance(found, dict):
        raise BadInput(Problem("cfgow", "type", _("must be an object: one value a path"), EXAMPLE))
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no value")
