"""For plugin authors: is this file right, and how does one begin? Used by `mxx-cli plugins check|new`."""

from __future__ import annotations

from pathlib import Path

from plugins import inspection, registry
from plugins.exceptions import BadInput, Problem
from plugins.registry import Description
from plugins.rules import NAME
from plugins.words import RESERVED

PATIENCE = 1.2
"""Seconds that an import may take here; a server waits longer (inspection.LIMIT)."""


def check_file(path: Path | str, limit: float = PATIENCE) -> list[Problem | Description]:
    """What the file holds, each class that is right as its Description, and everything that is wrong with it.

    Its code runs in a child process, for `limit` seconds at most.
    """
    path = Path(path).absolute()
    found = inspection.inspect(str(path), limit)
    flaws = [
        Problem(path.name, wrong["code"], wrong["message"], wrong["example"], wrong["line"])
        for wrong in found.wrongs
    ]
    described = [Description.of(data) for data in found.plugins]
    judged = [_twin(one) if one.name in registry.modules() else one for one in described]
    return [*sorted(flaws, key=lambda flaw: flaw.line or 0), *judged]


def _twin(description: Description) -> Problem:
    message = (
        f"class {description.cls} is called {description.name!r}, and so is a built-in plugin: rename it."
    )
    return Problem(Path(description.path).name, "builtin_name", message, f'name = "my-{description.name}"')


def new_plugin(name: str) -> str:
    """The text of a plugin file to begin with, and its test. Raises BadInput for a name that cannot be used."""
    if not NAME.fullmatch(name):
        raise BadInput(Problem("name", "name", 'is letters, digits, "-" and "_", 50 at most', "backup"))
    if name in RESERVED or name in registry.modules():
        raise BadInput(Problem("name", "taken", f"{name!r} is taken by MXX itself", f"my-{name}"))
    cls = "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
    return SCAFFOLD.replace("NAME", name).replace("Scaffold", cls).replace("FUNCTION", name.replace("-", "_"))


SCAFFOLD = '''\
"""`[NAME]`: a plugin of your own. Save it in MXX_HOME/plugins; the next run of a job with [NAME] uses it."""

from __future__ import annotations

from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook


class Scaffold(Plugin):
    """Greet somebody.

    ```toml
    [NAME]
    who = "world"
    ```

    who: whom to greet.
    times: how often.
    """

    name = "NAME"

    def __init__(self, who: str, times: int = 1) -> None:
        self.who, self.times = who, times

    @hook("action")
    def greet(self, run: RunContext) -> None:
        for number in range(self.times):
            run.launch(["echo", f"hello {self.who}"])
            run.progress((number + 1) / self.times)


def test_FUNCTION_greets_each_time() -> None:
    """Run me: python -m pytest FILE. No program is started: the test kit only pretends."""
    from plugins.testing import rehearse

    played = rehearse(Scaffold("world", times=2))
    assert played.status == "succeeded"
    assert [launch.argv for launch in played.launches] == [["echo", "hello world"]] * 2
'''
