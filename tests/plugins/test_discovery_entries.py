"""Plugins of installed packages: `mxx.plugins` entry points."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.plugins.customs import Home, Started, native


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages, for this process and its children."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def install(packages: Path, name: str, text: str, target: str = "{}:Made", plugin: str = "backup") -> None:
    (packages / f"{name}.py").write_text(text)
    about = packages / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[mxx.plugins]\n{plugin} = {target.format(name)}\n")


@pytest.mark.parametrize("target", ["{}:Made", "{}"])
def test_the_plugin_of_a_package_is_found_and_runs(home: Home, packages: Path, target: str) -> None:
    install(packages, "mxx_backup", native("backup", line="print('from a package')"), target)
    found = home.catalog()["backup"]
    assert (found.error, found.builtin, found.source) == (None, False, "entry:backup")
    assert found.path == str(packages / "mxx_backup.py")
    status, log = home.run("[backup]")
    assert (status, "from a package" in log) == ("succeeded", True)


def test_it_is_imported_in_a_child_only_and_once(home: Home, packages: Path) -> None:
    install(packages, "mxx_backup", native("backup"))
    home.catalog()
    with Started() as started:
        home.catalog()
    assert ("mxx_backup" in sys.modules, started.count) == (False, 0)


def test_a_broken_package_is_told_with_file_and_line(home: Home, packages: Path) -> None:
    install(packages, "mxx_backup", "x = 1\ny = nothing\n")
    error = home.catalog()["backup"].error
    assert error == {
        "file": str(packages / "mxx_backup.py"),
        "line": 2,
        "message": "NameError: name 'nothing' is not defined",
    }


def test_a_package_without_its_module_is_told(home: Home, packages: Path) -> None:
    install(packages, "mxx_backup", "", target="not_there_at_all:Made")
    assert "no module not_there_at_all" in home.error("backup")


def test_a_file_and_a_package_with_one_name_are_both_refused_and_named(home: Home, packages: Path) -> None:
    install(packages, "mxx_backup", native("backup"))
    home.write("mine.py", native("backup"))
    assert "mine.py and the package mxx_backup" in home.error("backup")


def test_a_built_in_stays_when_a_package_takes_its_name(home: Home, packages: Path) -> None:
    install(packages, "mxx_os", native("os"), plugin="better_os")
    assert home.catalog()["os"].builtin
    assert "so is a built-in" in home.error("mxx_os")
