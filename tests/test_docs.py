"""The pages about plugins and logging say what the code does: hooks, built-ins, examples, loggers."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.services.drafts import read_draft
from plugins import hooks, registry
from plugins.registry import Description
from tools import plugin_pages

ROOT = Path(__file__).resolve().parent.parent
BUILTIN = [one for one in registry.catalog().values() if one.builtin]
WRITING = (ROOT / "docs" / "writing-plugins.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", WRITING, re.MULTILINE | re.DOTALL)

every_builtin = pytest.mark.parametrize("plugin", BUILTIN, ids=lambda plugin: plugin.name)


def toml_of(doc: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```$", doc, re.MULTILINE | re.DOTALL)


def heading(point: Callable[..., Any]) -> str:
    """`### `name(run: RunContext) -> bool``, as the signature stands in hooks.py."""
    signature = str(inspect.signature(point)).replace("'", "")
    return f"### `{point.__name__}{signature}`"


@pytest.mark.parametrize("point", hooks.CONTRACT, ids=lambda point: point.__name__)
def test_every_hook_point_has_its_signature_and_its_docstring_on_the_page(point: Callable[..., Any]) -> None:
    assert f"{heading(point)}\n\n{inspect.getdoc(point)}\n" in WRITING


def test_the_hook_points_stand_in_their_order() -> None:
    assert re.findall(r"^### `(\w+)\(", WRITING, re.MULTILINE) == list(hooks.POINTS)


def test_the_page_of_the_builtins_is_what_the_generator_writes() -> None:
    assert plugin_pages.PAGE.read_text(encoding="utf-8") == plugin_pages.page(), "run: make docs"


def test_make_docs_runs_as_a_program_and_without_django() -> None:
    ask = "import sys; from tools import plugin_pages; plugin_pages.page(); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", ask], cwd=ROOT).returncode == 0


@every_builtin
def test_every_builtin_is_documented_with_an_example_that_is_a_good_job(plugin: Description) -> None:
    assert f"\n## `{plugin.name}`\n" in plugin_pages.page()
    examples = toml_of(plugin.doc)
    assert examples
    for example in examples:
        assert any(
            section.key == plugin.name for section in read_draft(text=example).checked.jobfile.sections
        )


@every_builtin
def test_every_option_of_a_builtin_is_described(plugin: Description) -> None:
    assert [option.name for option in plugin.options if not (option.doc or option.rest)] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_plugin_on_the_page_is_a_good_one(number: int, tmp_path: Path) -> None:
    if "class " not in EXAMPLES[number]:
        return
    file = tmp_path / "example.py"
    file.write_text(EXAMPLES[number])
    check = subprocess.run(
        [sys.executable, str(ROOT / "client"), "plugins", "check", str(file)], capture_output=True, text=True
    )
    assert (check.returncode, check.stderr) == (0, "")


def test_the_test_on_the_page_passes() -> None:
    [example] = [text for text in EXAMPLES if "rehearse(" in text]
    names: dict[str, Any] = {}
    exec(example, names)
    [test] = [value for name, value in names.items() if name.startswith("test_")]
    test()


def test_every_logger_is_explained() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("jobs", "plugins")
        for path in (ROOT / room).rglob("*.py")
    ]
    named = {name for text in sources for name in re.findall(r'getLogger\("(mxx\.\w+)"\)', text)}
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert named == set(re.findall(r"^\| `(mxx\.\w+)` \|", page, re.MULTILINE))
