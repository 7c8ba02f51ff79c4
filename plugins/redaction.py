"""A job file for readers who may not edit it: values that may be secrets are taken out, everything else stays as it is.

Secrets belong into `${secret.x}`; people put them into the text all the same, mostly into env and headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

HIDDEN = "(hidden)"
TABLES = ("env", "headers")
TELLING = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api_?key|auth|cookie|credential|private", re.IGNORECASE
)
KEPT = re.compile(r"\$\{[^{}]*\}")
"""A placeholder tells where the value comes from, not what it is."""


def redacted(config: dict[str, Any]) -> dict[str, Any]:
    """A copy in which every value in a table of TABLES, and under a key that sounds like a secret, is HIDDEN."""
    return {key: _of(key, value) for key, value in config.items()}


def redacted_text(toml: str) -> str:
    """The same of a job file's text, comments and order kept. Comments are left as they are."""
    try:
        document = tomlkit.parse(toml)
    except TOMLKitError:
        return "# this text cannot be read, and is shown to editors only\n"
    for table, key in list(_telling(document)):
        table[key] = HIDDEN
    return tomlkit.dumps(document)


def _of(key: str, value: Any) -> Any:
    if _tells(key) and not isinstance(value, dict | list):
        return value if _is_harmless(value) else HIDDEN
    if isinstance(value, dict):
        return {inner: _of(key if key in TABLES else inner, one) for inner, one in value.items()}
    return [_of(key, one) for one in value] if isinstance(value, list) else value


def _telling(table: Any, above: str = "") -> Iterator[tuple[Any, Any]]:
    """(container, key) of each value to hide."""
    pairs = list(table.items()) if isinstance(table, dict) else list(enumerate(table))
    for key, value in pairs:
        name = above if isinstance(table, list) or above in TABLES else str(key)
        if isinstance(value, dict | list):
            yield from _telling(value, name)
        elif _tells(name) and not _is_harmless(value):
            yield table, key


def _tells(key: str) -> bool:
    return key in TABLES or bool(TELLING.search(key))


def _is_harmless(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and not KEPT.sub("", value).strip())
