"""The documented order of hooks, as explain tells it without running, and as a run then takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs.models import Run
from tests.api.kit import Api

pytestmark = pytest.mark.django_db

PLUGIN = """
from plugins.base import Plugin
from plugins.hooks import hook


class {cls}(Plugin):
    name = "{name}"

    @hook("action", priority={priority})
    def act(self, run):
        run.vars.setdefault("order", []).append("{name}")

    @hook("post_action", priority={priority})
    def tidy(self, run):
        run.vars.setdefault("order", []).append("tidy {name}")
"""
PRIORITIES = {"late": -5, "first": 100, "tie": 0, "tied": 0}


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MXX_HOME = tmp_path
    (tmp_path / "plugins").mkdir(mode=0o700)
    for name, priority in PRIORITIES.items():
        file = tmp_path / "plugins" / f"{name}.py"
        file.write_text(PLUGIN.format(cls=name.title(), name=name, priority=priority))
        file.chmod(0o600)
    return tmp_path


def test_explain_tells_priorities_and_ties_in_the_documented_order(api: Api, folder: Path) -> None:
    api.post("jobs/", {"name": "x", "toml": "".join(f"[{name}]\n" for name in PRIORITIES)})
    hooks = api.get("jobs/x/explain/").json()["hooks"]
    assert [hook["plugin"] for hook in hooks if hook["point"] == "action"] == ["first", "tie", "tied", "late"]
    assert [hook["plugin"] for hook in hooks if hook["point"] == "post_action"] == [
        "first",
        "tied",
        "tie",
        "late",
    ]
    assert not Run.objects.exists()
