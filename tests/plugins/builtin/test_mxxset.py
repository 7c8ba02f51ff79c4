"""Importing an exported configuration: excluded keys stay local, overrides win."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.builtin.apps import App
from tests.plugins.builtin.kit import Home, only_problem, until

SET = '[mxxset]\napp_name = "bot"\nimport_source = "summer"\n'


def export(home: Home, name: str, **files: Any) -> Path:
    folder = home.path / "exports" / "u1" / name
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / f"{file}.json").write_text(json.dumps(content))
    return folder


def test_imported_values_replace_excluded_ones_stay_and_overrides_win(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow={"window/theme": "light"}, cfge=["account/token", "gone/key"])
    app.has("gui.json", {"account": {"token": "mine", "server": "a"}, "window": {"theme": "dark"}, "own": 1})
    export(home, "summer", gui={"account": {"server": "b", "token": "theirs"}, "event": "summer"})
    ran = home.play(SET, applications=app.facts(home.path))
    assert app.holds("gui.json") == {
        "account": {"server": "b", "token": "mine"},
        "window": {"theme": "light"},
        "own": 1,
        "event": "summer",
    }
    assert "imported 1 files" in ran.log


def test_a_path_that_names_a_file_is_for_that_file_alone(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfge=["gui.json/id"])
    app.has("gui.json", {"id": "mine"})
    app.has("other.json", {"id": "mine"})
    export(home, "summer", gui={"id": "theirs"}, other={"id": "theirs"})
    home.play(SET, applications=app.facts(home.path))
    assert (app.holds("gui.json")["id"], app.holds("other.json")["id"]) == ("mine", "theirs")


def test_files_and_folders_that_are_missing_are_made_and_others_are_left(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app")
    app.has("other.json", {"stays": True})
    folder = export(home, "summer")
    (folder / "sub").mkdir()
    (folder / "sub" / "new.json").write_text('{"a": 1}')
    home.play(SET, applications=app.facts(home.path))
    assert app.holds("sub/new.json") == {"a": 1}
    assert app.holds("other.json") == {"stays": True}


def test_it_stays_when_an_application_with_overrides_in_place_runs_in_the_same_job(
    home: Home, tmp_path: Path
) -> None:
    app = App(tmp_path / "app", cfgow={"theme": "light"})
    app.has("gui.json", {"theme": "dark"})
    export(home, "summer", gui={"event": "summer"})
    home.play(
        '[mxxrun]\napp_name = "bot"\n' + SET + '[lifetime]\nlifetime = "0.2s"\n',
        applications=app.facts(home.path),
    )
    assert app.holds("gui.json") == {"theme": "light", "event": "summer"}


def test_a_folder_may_also_be_given_by_its_absolute_path(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app")
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "gui.json").write_text('{"a": 1}')
    home.play(SET.replace("summer", str(tmp_path / "backup")), applications=app.facts(home.path))
    assert app.holds("gui.json") == {"a": 1}


def test_an_unknown_export_fails_and_says_which_there_are(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app")
    export(home, "winter", gui={})
    status, reason = home.outcome(SET, applications=app.facts(home.path))
    assert status == "failed"
    assert reason.endswith("to import; exports of 'bot': winter")


def test_an_export_without_json_fails(home: Home, tmp_path: Path) -> None:
    export(home, "summer")
    facts = App(tmp_path / "app").facts(home.path)
    assert "holds no JSON file" in home.outcome(SET, applications=facts)[1]


def test_it_waits_for_nobody_who_edits_in_place(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow={"theme": "light"})
    app.has("gui.json", {"theme": "dark"})
    export(home, "summer", gui={"event": "summer"})
    going = home.go('[mxxrun]\napp_name = "bot"\n', applications=app.facts(home.path))
    until(lambda: "started bot" in going.log)
    assert "is being edited by run 1-1" in home.outcome(SET, applications=app.facts(home.path))[1]
    assert app.holds("gui.json") == {"theme": "light"}


@pytest.mark.parametrize("source", ["", "../other", "a/../../b"])
def test_an_import_that_leads_out_of_the_exports_is_refused_on_save(source: str) -> None:
    wrong = f'[mxxset]\napp_name = "bot"\nimport_source = "{source}"\n'
    assert "must name an export" in only_problem(wrong)
