"""Every TOML example of every built-in plugin's docstring runs as it stands, through a real keeper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from plugins import jobfile, registry
from tests.plugins.builtin.conftest import Emulators
from tests.plugins.builtin.kit import Home, problems_of

EXAMPLE = re.compile(r"```toml\n(.*?)```", re.DOTALL)
CONDITIONS = {"all_cond", "any_cond"}


def examples() -> dict[str, str]:
    """ "os", "os 2": the TOML."""
    found = {}
    for name, plugin in registry.catalog().items():
        for number, text in enumerate(EXAMPLE.findall(plugin.doc), 1):
            found[f"{name} {number}" if number > 1 else name] = text
    return found


EXAMPLES = examples()


def maa(home: Path) -> dict[str, Any]:
    """The application that the examples speak of: a program that sleeps, and an export."""
    place = home / "maa"
    (place / "config").mkdir(parents=True)
    (place / "config" / "gui.json").write_text('{"theme": "dark"}')
    (place / "MAA").write_text("#!/bin/sh\nexec sleep 600\n")
    (place / "MAA").chmod(0o700)
    export = home / "exports" / "1" / "summer event"
    export.mkdir(parents=True)
    (export / "gui.json").write_text('{"event": "summer"}')
    return {
        **{"uid": "1", "name": "maa", "path": str(place), "app": "MAA", "cfgroute": "config"},
        **{"cfgow": {"theme": "light"}, "cfge": []},
        **{"exports": str(export.parent), "restore": str(home / "restore")},
    }


@pytest.mark.parametrize("name", registry.catalog())
def test_every_built_in_has_an_example_in_its_docstring(name: str) -> None:
    assert name in EXAMPLES
    assert name in jobfile.config_of(EXAMPLES[name])


@pytest.mark.parametrize("name", registry.catalog())
def test_every_option_is_described_in_the_docstring(name: str) -> None:
    options = [option for option in registry.catalog()[name].options if not option.rest]
    assert [option.name for option in options if not option.doc] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_is_sound(example: str) -> None:
    assert problems_of(EXAMPLES[example]) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_runs(example: str, home: Home, emulators: Emulators) -> None:
    """A condition may skip the run; nothing may fail."""
    text = EXAMPLES[example].replace('lifetime = "1h"', 'lifetime = "1s"')
    ran = home.play(text, applications={"maa": maa(home.path)}, timezone="Europe/Berlin")
    result = ran.ended()
    plugin = registry.catalog()[example.partition(" ")[0]]
    may_skip = any(hook["point"] in CONDITIONS for hook in plugin.hooks)
    assert result["status"] in ("succeeded", "skipped" if may_skip else ""), (result["reason"], ran.log)
    assert result["receipt"]["left"] == 0
