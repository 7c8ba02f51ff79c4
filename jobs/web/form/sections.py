"""The sections of a job: a set of controls for each plugin, made from its schema."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from jobs.web.form.fields import Field, chosen, kind_of, shown_as
from jobs.web.prose import in_their_language
from plugins.exceptions import Problem
from plugins.jobformats import toml_value
from plugins.joblines import Path
from plugins.options import Option
from plugins.registry import Catalog, Description
from plugins.words import near, text_of

MOST_AT_ONCE = 4
"""Options that are seen at once when the text sets none; the others are a click away."""


@dataclass(frozen=True)
class SectionForm:
    """fields: those that are needed or set; more: the others. trouble: why the plugin itself cannot be used."""

    path: Path
    place: str
    key: str
    title: str
    doc: str
    example: str
    fields: list[Field]
    more: list[Field]
    trouble: str
    problems: list[Problem]
    first: bool = False
    last: bool = False
    open_ended: bool = False
    """Takes any other key, too."""

    @property
    def slug(self) -> str:
        return "s-" + self.place.replace("[", "-").replace("]", "")


@dataclass(frozen=True)
class PluginChoice:
    name: str
    title: str


def section_form(path: Path, place: str, options: dict[str, Any], known: Catalog) -> SectionForm:
    key = str(path[0])
    description = known.get(key)
    if description is None or description.error:
        meant = near(key, known) if description is None else None
        trouble = (
            description.refusal
            if description
            else _("There is no plugin of this name.")
            + (" " + _("Did you mean %(name)s?") % {"name": meant} if meant else "")
        )
        return SectionForm(path, place, key, "", "", "", _unknown(path, options, []), [], trouble, [])
    fields = [
        _option(path, option, options.get(option.name)) for option in description.options if not option.rest
    ]
    set_or_needed = [one for one in fields if one.value or one.needed]
    shown = set_or_needed or fields[:MOST_AT_ONCE]
    title, doc, example = parts_of(description)
    strange = _unknown(path, options, [option.name for option in description.options if not option.rest])
    return SectionForm(
        path,
        place,
        key,
        title,
        doc,
        example,
        [*shown, *strange],
        [one for one in fields if one not in shown],
        "",
        [],
        open_ended=any(option.rest for option in description.options),
    )


def parts_of(description: Description) -> tuple[str, str, str]:
    """(first sentence, the rest in words, the example) of a plugin's docstring; option lines stand at the options."""
    before, _fence, rest = description.doc.partition("```toml\n")
    example, _fence, behind = rest.partition("```")
    title, _break, more = before.strip().partition("\n\n")
    names = tuple(f"{option.name}:" for option in description.options)
    told = [
        in_their_language(part)
        for part in f"{more}\n\n{behind}".split("\n\n")
        if part.strip() and not part.strip().startswith(names)
    ]
    return in_their_language(title).replace("`", ""), "\n\n".join(told).replace("`", ""), example.strip()


def _option(path: Path, option: Option, value: Any) -> Field:
    kind = kind_of(option.type, value)
    example = option.example.partition("=")[2].strip()
    here = Field(
        (*path, option.name),
        option.name,
        hint=in_their_language(option.doc).replace("`", ""),
        needed=option.required,
    )
    if kind == "choice":
        values = option.type.get("enum") or [True, False]
        return chosen(here, value, values, _unset(option))
    kind, text = shown_as(kind, value)
    plain = example.strip("\"'") if kind not in ("lines", "pairs", "toml") else ""
    default = "" if option.default in (None, "", [], {}) else text_of(option.default)
    return replace(here, kind=kind, value=text, placeholder=plain if option.required else default)


def _unset(option: Option) -> str:
    if option.required:
        return _("Choose…")
    words = {True: _("yes"), False: _("no"), None: _("as it is")}
    is_bool = option.default is None or isinstance(option.default, bool)
    said = words[option.default] if is_bool else text_of(option.default)
    return _("%(word)s, by default") % {"word": said}


def _unknown(path: Path, options: dict[str, Any], known: list[str]) -> list[Field]:
    """Keys that the plugin does not name, with what was probably meant."""
    return [
        Field((*path, key), key, kind="toml", value=toml_value(value), mend=near(key, known) or "")
        for key, value in options.items()
        if key not in known
    ]


def choices(known: Catalog) -> list[PluginChoice]:
    """What can be added."""
    return [
        PluginChoice(name, parts_of(description)[0])
        for name, description in sorted(known.items())
        if not description.error
    ]
