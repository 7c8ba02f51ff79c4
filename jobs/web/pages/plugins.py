"""What a job file may name: the plugins that are here, and why one is not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs import services
from jobs.web import prose
from jobs.web.words import counted
from plugins.options import Option, in_words
from plugins.prose import prose as docstring
from plugins.registry import Description
from plugins.words import near


@dataclass(frozen=True)
class Row:
    name: str
    about: list[prose.Words]
    hooks: list[str]
    version: str
    refusal: str


@dataclass(frozen=True)
class PluginsPage:
    headline: str
    broken: list[Row]
    custom: list[Row]
    built_in: list[Row]


@dataclass(frozen=True)
class Setting:
    """One option. default: as it would stand in a job file; "" for none."""

    name: str
    kind: str
    default: str
    about: list[prose.Words]
    needed: bool


@dataclass(frozen=True)
class PluginPage:
    plugin: Description
    blocks: list[prose.Block]
    example: str
    """As TOML, when the docstring shows none."""
    settings: list[Setting]
    takes_any: bool
    hooks: list[dict[str, Any]]


def plugins_page() -> PluginsPage:
    found = sorted(services.plugin_catalog().values(), key=lambda plugin: plugin.name)
    broken = [_row(plugin) for plugin in found if plugin.error]
    good = [plugin for plugin in found if not plugin.error]
    return PluginsPage(
        _headline(len(broken), len(good)),
        broken,
        [_row(plugin) for plugin in good if not plugin.builtin],
        [_row(plugin) for plugin in good if plugin.builtin],
    )


def _headline(broken: int, good: int) -> str:
    if not broken:
        return ngettext("%(n)s plugin", "%(n)s plugins", good) % {"n": counted(good)}
    words = ngettext("%(n)s plugin cannot be loaded", "%(n)s plugins cannot be loaded", broken)
    return words % {"n": counted(broken)}


def _row(plugin: Description) -> Row:
    return Row(plugin.name, prose.summary(plugin.doc), _points(plugin), plugin.version, plugin.refusal)


def _points(plugin: Description) -> list[str]:
    return list(dict.fromkeys(hook["point"] for hook in plugin.hooks))


def plugin_page(name: str) -> PluginPage:
    """Raises Http404 with the near miss."""
    catalog = services.plugin_catalog()
    plugin = catalog.get(name)
    if plugin is None:
        meant = near(name, catalog)
        words = _("No plugin is called %(name)s.") % {"name": name}
        raise Http404(f"{words} {_('Did you mean %(name)s?') % {'name': meant}}" if meant else words)
    said = docstring(plugin)
    return PluginPage(
        plugin,
        prose.blocks(said),
        "" if "```toml" in said or plugin.error else _example(plugin),
        [_setting(option) for option in plugin.options if not option.rest],
        any(option.rest for option in plugin.options),
        plugin.hooks,
    )


def _setting(option: Option) -> Setting:
    default = "" if option.default is None else json.dumps(option.default, ensure_ascii=False)
    about = prose.summary(option.doc)
    return Setting(option.name, in_words(option.type), default, about, option.required)


def _example(plugin: Description) -> str:
    """Its needed options with values that would do."""
    needed = [option for option in plugin.options if option.required and not option.rest]
    return "\n".join([f"[{plugin.name}]", *(option.example for option in needed)])
