from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from plugins import registry, rules
from plugins.base import Plugin
from plugins.builtin import BUILTIN_MODULES
from plugins.exceptions import UnknownPlugin
from plugins.hooks import hook

ROOT = Path(__file__).parents[2]


def make(name: str, **body: Any) -> type[Plugin]:
    @hook("action")
    def act(self: Plugin, run: object) -> None: ...

    return type("Made", (Plugin,), {"name": name, "act": act, "__module__": "made", **body})


def test_every_built_in_plugin_is_in_the_catalog_without_an_error() -> None:
    assert len(registry.catalog()) == len(BUILTIN_MODULES)
    assert {name: found.error for name, found in registry.catalog().items() if found.error} == {}


def test_a_description_says_what_a_page_shows() -> None:
    found = registry.catalog()["os"]
    assert (found.name, found.cls, found.module, found.builtin) == (
        "os",
        "OsCommand",
        "plugins.builtin.os_exec",
        True,
    )
    assert found.hooks == [{"point": "action", "priority": 0, "method": "run_command"}]
    assert found.doc.startswith("Run a command")
    assert found.options[0].name == "cmd"


def test_the_runner_loads_one_plugin_and_neither_pydantic_nor_yaml_nor_the_others() -> None:
    code = (
        "import sys; from plugins import registry; print(registry.load('lifetime').name);"
        "print([name for name in ('pydantic', 'yaml', 'tomlkit', 'tomllib', 'django', 'plugins.options',"
        " 'plugins.builtin.app', 'plugins.builtin.os_exec') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split("\n")[:2] == ["lifetime", "[]"]


def test_loading_twice_gives_the_same_class() -> None:
    assert registry.load("os") is registry.load("os")


def test_an_unknown_plugin_is_told_with_the_near_miss() -> None:
    with pytest.raises(UnknownPlugin, match="no plugin is called 'appp': did you mean 'app'"):
        registry.load("appp")


@pytest.mark.parametrize("name", ["", "my plugin", "9lives", "a.b", "x" * 51, 5])
def test_a_plugin_needs_a_name_that_can_stand_in_brackets(name: Any) -> None:
    with pytest.raises(rules.WrongPlugin, match="a name is letters, digits"):
        rules.refuse_wrong(make(name))


@pytest.mark.parametrize("name", ["job", "schedule", "vars", "notify"])
def test_a_plugin_cannot_take_a_table_of_mxx(name: str) -> None:
    with pytest.raises(rules.WrongPlugin, match=f"made.Made cannot be called '{name}'"):
        rules.refuse_wrong(make(name))


def test_the_name_of_a_prototype_plugin_counts() -> None:
    rules.refuse_wrong(make("", __cmdname__="old"))
    assert rules.name_of(make("", __cmdname__="old")) == "old"


def test_a_plugin_that_would_never_do_anything_is_refused() -> None:
    class Idle(Plugin):
        name = "idle"

    with pytest.raises(rules.WrongPlugin, match="Idle has no hook"):
        rules.refuse_wrong(Idle)


def test_an_unknown_hook_point_is_refused_with_the_near_miss() -> None:
    @hook("post_acton")
    def clean(self: Plugin, run: object) -> None: ...

    with pytest.raises(
        rules.WrongPlugin, match=r"Made: clean\(run\) .*'post_acton'.*did you mean 'post_action'"
    ):
        rules.refuse_wrong(make("backup", clean=clean))


def test_a_hook_that_asks_for_what_is_not_offered_is_refused() -> None:
    @hook("action")
    def act(self: Plugin, run: object, error: object) -> None: ...

    with pytest.raises(
        rules.WrongPlugin, match=r"act\(run, error\) asks for 'error', but 'action' offers run"
    ):
        rules.refuse_wrong(make("backup", act=act))


def test_the_error_is_offered_to_on_error() -> None:
    @hook("on_error")
    def tell(self: Plugin, error: object) -> None: ...

    rules.refuse_wrong(make("backup", tell=tell))


def test_a_priority_is_a_whole_number() -> None:
    @hook("action", priority="high")  # type: ignore[arg-type]
    def act(self: Plugin) -> None: ...

    with pytest.raises(rules.WrongPlugin, match="priority 'high'"):
        rules.refuse_wrong(make("backup", act=act))


def test_a_module_holds_exactly_one_plugin() -> None:
    module = types.ModuleType("made")
    with pytest.raises(rules.WrongPlugin, match="made must define exactly one plugin class, it defines none"):
        registry.plugin_in(module)
    vars(module).update(A=make("a"), Imported=Plugin)
    assert rules.name_of(registry.plugin_in(module)) == "a"
    vars(module).update(B=make("b"))
    with pytest.raises(rules.WrongPlugin, match="it defines Made and Made"):
        registry.plugin_in(module)
