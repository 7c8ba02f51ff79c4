"""GET /api/plugins/ shows the files of MXX_HOME/plugins, broken ones with their line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.kit import Api
from tests.plugins.customs import Home, native

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    settings.MXX_HOME = tmp_path / "home"
    made = Home(settings.MXX_HOME)
    made.plugins.mkdir(parents=True, mode=0o700)
    return made


def listed(api: Api) -> dict[str, Any]:
    return {plugin["name"]: plugin for plugin in api.get("plugins/").json()["results"]}


def test_a_custom_plugin_is_listed_with_its_schema(api: Api, home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, keep: int = 5): ..."))
    plugin = listed(api)["backup"]
    assert (plugin["builtin"], plugin["error"], plugin["class"]) == (False, None, "Made")
    assert plugin["schema"]["properties"]["keep"]["type"] == "integer"
    assert plugin["hooks"] == ["action"]


def test_a_broken_one_is_listed_with_its_line(api: Api, home: Home) -> None:
    file = home.write("backup.py", "x = 1\ny = nothing\n")
    assert listed(api)["backup"]["error"] == {
        "file": str(file),
        "line": 2,
        "message": "NameError: name 'nothing' is not defined",
    }


def test_a_save_tells_what_may_not_be_meant_and_a_get_does_not(api: Api, home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, **more): ..."))
    warnings = ["backup.kepp: [backup] takes it, but knows nothing of it"]
    made = api.post("jobs/", {"name": "nightly", "toml": "[backup]\nkepp = 5\n"})
    assert (made.status_code, made.json()["warnings"]) == (201, warnings)
    assert api.ask("PUT", "jobs/nightly/", {"toml": "[backup]\nkepp = 6\n"}).json()["warnings"] == warnings
    assert "warnings" not in api.get("jobs/nightly/").json()


def test_a_job_with_a_broken_plugin_is_refused_with_file_and_line(api: Api, home: Home) -> None:
    home.write("backup.py", "x = 1\ny = nothing\n")
    refused = api.post("jobs/", {"name": "nightly", "toml": "[backup]\n"})
    assert refused.status_code == 400
    (field,) = refused.json()["error"]["fields"]
    assert (field["field"], field["code"]) == ("backup", "broken_plugin")
    assert "backup.py, line 2: NameError" in field["message"]
