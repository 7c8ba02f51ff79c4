"""`mxx app` and `mxx cfg` against a real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.chaos.mxx import until
from tests.client.kit import Cli


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The folder of a program that writes down the configuration it sees."""
    folder = tmp_path / "maa"
    (folder / "config").mkdir(parents=True)
    (folder / "maa.sh").write_text(f"#!/bin/sh\ncp '{folder}/config/gui.json' '{folder}/seen.json'\n")
    (folder / "maa.sh").chmod(0o755)
    (folder / "config" / "gui.json").write_text('{"theme": "light", "account": "me"}')
    return folder


def register(cli: Cli, program: Path, name: str, *more: str) -> None:
    words = ["--path", str(program), "--app", "maa.sh", "--cfgroute", "config"]
    ran = cli("app", "register", name, *words, *more)
    assert ran.code == 0, ran.err


def test_one_is_registered_told_and_replaced(cli: Cli, program: Path) -> None:
    register(cli, program, "app-one", "--alias", "uno", "--cfgow", "gui.json/level=3")
    assert cli("app", "get", "uno").json["cfgow"] == {"gui.json/level": 3}
    register(cli, program, "app-one", "--replace", "--cfge", "gui.json/account")
    assert cli("app", "get", "app-one").json["cfge"] == ["gui.json/account"]
    assert "app-one" in cli.on_a_terminal("app", "get").out


def test_a_relative_folder_is_refused_in_one_line(cli: Cli) -> None:
    code, err = cli("app", "register", "app-bad", "--path", "here", "--app", "x").said
    assert (code, err.startswith("path: must be the absolute path")) == (1, True)


def test_it_runs_with_its_overrides_and_the_exit_code_is_the_runs(cli: Cli, program: Path) -> None:
    register(cli, program, "app-runs", "--cfgow", "gui.json/theme=dark")
    assert cli("app", "run", "app-runs", "--wait").code == 0
    assert json.loads((program / "seen.json").read_text())["theme"] == "dark"
    assert json.loads((program / "config" / "gui.json").read_text())["theme"] == "light"


def test_a_configuration_is_exported_and_imported_again(cli: Cli, program: Path, tmp_path: Path) -> None:
    register(cli, program, "app-moves", "--cfge", "gui.json/account")
    out = tmp_path / "summer"
    assert cli("cfg", "export", "app-moves", str(out)).code == 0
    (program / "config" / "gui.json").write_text('{"theme": "dark", "account": "you"}')
    imported = cli("cfg", "import", "app-moves", str(out))
    assert imported.code == 0, imported.out
    assert json.loads((program / "config" / "gui.json").read_text()) == {"theme": "light", "account": "you"}


def test_an_export_never_writes_over_a_folder(cli: Cli, program: Path, tmp_path: Path) -> None:
    register(cli, program, "app-keeps")
    code, err = cli("cfg", "export", "app-keeps", str(tmp_path)).said
    assert (code, "is there already" in err) == (2, True)


def test_open_asks_this_machines_file_manager(cli: Cli, program: Path, tmp_path: Path) -> None:
    register(cli, program, "app-opens")
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    opener.chmod(0o755)
    assert cli("app", "open", "app-opens", PATH=f"{tmp_path}:/usr/bin:/bin").json == {"folder": str(program)}
    assert (
        until(lambda: (tmp_path / "opened").exists() and (tmp_path / "opened").read_text()) == f"{program}\n"
    )
