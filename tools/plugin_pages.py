"""Write docs/plugins.md from the built-in plugins' own docstrings and signatures: `make docs`."""

from __future__ import annotations

from pathlib import Path

from client import schemas
from plugins import registry
from plugins.options import json_schema
from plugins.prose import prose
from plugins.registry import Description

PAGE = Path(__file__).resolve().parent.parent / "docs" / "plugins.md"
INTRODUCTION = """\
# Plugins

Every plugin that comes with MXX, with an example that works as it stands and all its options. A job names a plugin by a table; a table may stand
several times, as `[[os]]`. What the values may look like and everything else that a job can say: [Job files](job-files.md).
A plugin of your own is one small file: [Writing plugins](writing-plugins.md). In the terminal: `mxx-cli plugins`, `mxx-cli plugins show os`.

This page is written by `make docs` from the plugins themselves: change their docstrings, not this page.
"""


def page() -> str:
    builtin = sorted(
        (one for one in registry.catalog().values() if one.builtin), key=lambda plugin: plugin.name
    )
    contents = " · ".join(f"[`{plugin.name}`](#{plugin.name})" for plugin in builtin)
    return "\n".join([INTRODUCTION, f"{contents}\n", *map(section, builtin)])


def section(plugin: Description) -> str:
    parts = [f"## `{plugin.name}`", prose(plugin), options(plugin), hooks(plugin)]
    return "\n\n".join(part for part in parts if part) + "\n"


def options(plugin: Description) -> str:
    rows = [
        f"| `{name}` | {cell(kind)} | {default if default in ('', schemas.NEEDED) else f'`{cell(default)}`'} | {cell(about)} |"
        for name, kind, default, about in schemas.rows(json_schema(plugin.options))
    ]
    heads = f"| {' | '.join(schemas.HEADS)} |\n|{'---|' * len(schemas.HEADS)}"
    return "\n".join([heads, *rows]) if rows else ""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def hooks(plugin: Description) -> str:
    named = [
        f"`{hook['point']}`" + (f" (priority {hook['priority']})" if hook["priority"] else "")
        for hook in plugin.hooks
    ]
    return f"Takes part in {', '.join(named)}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
