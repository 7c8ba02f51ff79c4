"""What a plugin says of itself in its docstring, for whoever shows it."""

from __future__ import annotations

import re

from plugins.registry import Description


def prose(plugin: Description) -> str:
    """The docstring without the lines that describe options: those stand in a table of their own."""
    names = "|".join(re.escape(option.name) for option in plugin.options)
    described = re.compile(rf"^(?:{names}):[ ].*\n?(?:[ \t]+\S.*\n?)*", re.MULTILINE)
    text = described.sub("", plugin.doc + "\n") if names else plugin.doc
    return re.sub(r"\n{3,}", "\n\n", text).strip()
