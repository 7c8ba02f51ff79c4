"""Plugins on their pages: what they do, what they take, and why one cannot be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from jobs.web import prose
from plugins.builtin import BUILTIN_MODULES
from tests.api.kit import person
from tests.plugins.customs import Home, native

CANARY = "<script>alert(1)</script>"


@pytest.fixture
def home(own_home: Path) -> Home:
    made = Home(own_home)
    made.plugins.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def shown(web: Client, path: str = "") -> str:
    return web.get(f"/plugins/{path}").content.decode()


def test_all_that_is_built_in_is_listed_with_what_it_does(web: Client) -> None:
    page = shown(web)
    assert all(f'href="/plugins/{name}/"' in page for name in BUILTIN_MODULES)
    assert "Start a registered application" in page


@pytest.mark.parametrize("name", sorted(BUILTIN_MODULES))
def test_each_has_a_page_with_an_example_and_its_options(web: Client, name: str) -> None:
    page = shown(web, f"{name}/")
    assert f"[{name}" in page and "Takes part in" in page


def test_a_broken_file_makes_the_headline_and_tells_file_and_line(web: Client, home: Home) -> None:
    home.write("lamp.py", "from plugins.base import Plugin\nclass Lamp(Plugin)\n")
    assert "<h1>One plugin cannot be loaded</h1>" in shown(web)
    page = shown(web, "lamp/")
    assert "lamp.py" in page and "<dd>2</dd>" in page


def test_your_own_without_an_example_gets_one_from_its_options(web: Client, home: Home) -> None:
    home.write("lamp.py", native("lamp", "def __init__(self, level: int): ..."))
    page = shown(web, "lamp/")
    assert "[lamp]\nlevel = " in page and "Your own" in page


def test_what_an_author_writes_is_text_on_the_page(web: Client, home: Home) -> None:
    code = native("lamp").replace(
        "(Plugin):", f'(Plugin):\n    """On. {CANARY}\n\n    - `{CANARY}`\n    """', 1
    )
    home.write("lamp.py", code)
    for path in ("", "lamp/"):
        assert CANARY not in shown(web, path)
        assert "alert(1)" in shown(web, path)


def test_an_unknown_one_is_told_with_the_near_miss(web: Client) -> None:
    answer = web.get("/plugins/lifetme/")
    assert (answer.status_code, "lifetime" in answer.content.decode()) == (404, True)


def test_a_docstring_is_read_as_text_points_and_code() -> None:
    found = prose.blocks("Does `it`.\n\n- one\n- two\n\n```toml\n[a]\n\nb = 1\n```\nEnd.")
    assert [block.kind for block in found] == ["text", "list", "code", "text"]
    assert found[0].lines[0][1] == prose.Words("it", is_code=True)
    assert found[2].code == "[a]\n\nb = 1\n"


def test_settings_name_only_what_the_reader_may_open(client: Client, web: Client) -> None:
    assert "/settings/secrets/" in web.get("/settings/").content.decode()
    client.force_login(person("viewer"))
    page = client.get("/settings/").content.decode()
    assert "/settings/tokens/" in page and "/settings/secrets/" not in page and "/admin/" not in page
