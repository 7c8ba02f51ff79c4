"""`mxx-cli plugins` and `plugins show`."""

from __future__ import annotations

from tests.client.kit import Cli

BROKEN = "from plugins.base import Plugin\n\nclass Broken(Plugin)\n    pass\n"


def test_every_builtin_is_listed_with_all_its_facts(cli: Cli) -> None:
    listed = {plugin["name"]: plugin for plugin in cli("plugins", "--builtin").json["results"]}
    assert {"os", "app", "lifetime"} <= listed.keys()
    assert all(plugin["builtin"] for plugin in listed.values())
    facts = {"name", "class", "module", "version", "builtin", "doc", "hooks", "schema", "error"}
    assert all(facts <= plugin.keys() for plugin in listed.values())


def test_on_a_terminal_the_list_is_a_table(cli: Cli) -> None:
    heads, *rows = [line for line in cli.on_a_terminal("plugins").out.splitlines() if line.strip()]
    assert heads.split()[:4] == ["name", "class", "module", "version"]
    assert any(row.startswith("lifetime") and "Lifetime" in row for row in rows)


def test_builtin_and_custom_together_are_refused(cli: Cli) -> None:
    code, err = cli("plugins", "--builtin", "--custom").said
    assert (code, "give one of them" in err) == (2, True)


def test_show_tells_options_and_hooks(cli: Cli) -> None:
    shown = cli.on_a_terminal("plugins", "show", "lifetime").out
    assert "hooks: on_true, post_action" in shown
    assert "when_exits" in shown
    assert cli("plugins", "show", "lifetime").json["name"] == "lifetime"


def test_an_unknown_plugin_is_refused_with_the_near_miss(cli: Cli) -> None:
    assert cli("plugins", "show", "lifetme").said == (
        1,
        "there is no plugin 'lifetme': did you mean lifetime?",
    )
