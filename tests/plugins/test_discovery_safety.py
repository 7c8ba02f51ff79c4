"""Which files may be run at all: as with sshd's keys, nobody else may write them, nor the folders above."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.plugins.customs import Home, native

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


@pytest.mark.parametrize("mode", [0o666, 0o602, 0o620, 0o777])
def test_a_file_that_others_may_write_is_refused_with_the_chmod_to_run(home: Home, mode: int) -> None:
    file = home.write("backup.py", native("backup"), mode)
    assert home.error("backup") == f"it is not run: others may write {file}; run: chmod go-w '{file}'."


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o400])
def test_a_file_that_others_may_only_read_is_fine(home: Home, mode: int) -> None:
    home.write("backup.py", native("backup"), mode)
    assert home.catalog()["backup"].error is None


def test_the_chmod_mends_it_at_once(home: Home) -> None:
    file = home.write("backup.py", native("backup"), 0o666)
    assert home.error("backup")
    file.chmod(0o644)
    assert home.catalog()["backup"].error is None


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_plugins_folder_that_others_may_write_is_refused(home: Home, mode: int) -> None:
    home.write("backup.py", native("backup"))
    home.plugins.chmod(mode)
    assert f"others may write {home.plugins}; run: chmod go-w '{home.plugins}'" in home.error("backup")


def test_every_folder_above_counts_too(home: Home) -> None:
    home.write("backup.py", native("backup"))
    home.path.parent.chmod(0o777)
    assert f"others may write {home.path.parent};" in home.error("backup")


def test_a_sticky_folder_far_above_is_fine(home: Home) -> None:
    home.write("backup.py", native("backup"))
    home.path.parent.chmod(0o1777)
    assert home.catalog()["backup"].error is None


def test_nothing_above_the_users_own_home_folder_counts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write("backup.py", native("backup"))
    monkeypatch.setenv("HOME", str(home.path))
    home.path.parent.chmod(0o777)
    assert home.catalog()["backup"].error is None


@as_root
def test_a_file_of_another_user_is_refused(home: Home) -> None:
    file = home.write("backup.py", native("backup"))
    os.chown(file, 65534, -1)
    assert f"{file} belongs to another user; run: chown 0 '{file}'" in home.error("backup")


@as_root
def test_a_folder_of_another_user_is_refused(home: Home) -> None:
    home.write("backup.py", native("backup"))
    os.chown(home.path, 65534, -1)
    assert f"{home.path} belongs to another user" in home.error("backup")


def test_a_helper_that_others_may_write_makes_its_neighbours_unsafe(home: Home) -> None:
    helper = home.write("_shared.py", "", 0o666)
    home.write("backup.py", native("backup"))
    assert f"others may write {helper}" in home.error("backup")


def test_a_link_is_judged_by_what_it_points_to(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "real.py").write_text(native("backup"))
    (home.plugins / "backup.py").symlink_to(elsewhere / "real.py")
    assert home.catalog()["backup"].error is None
    elsewhere.chmod(0o777)
    assert f"others may write {elsewhere}" in home.error("backup")


def test_a_link_to_nothing_is_told(home: Home) -> None:
    (home.plugins / "backup.py").symlink_to("gone.py")
    assert "it is a link to gone.py, and nothing is there" in home.error("backup")


def test_links_in_a_circle_are_told(home: Home) -> None:
    (home.plugins / "backup.py").symlink_to("backup.py")
    assert "cannot be read" in home.error("backup")


def test_a_pipe_does_not_hang_anybody(home: Home) -> None:
    os.mkfifo(home.plugins / "backup.py", 0o600)
    assert "it is not a plain file" in home.error("backup")


def test_a_folder_called_like_a_plugin_is_told(home: Home) -> None:
    (home.plugins / "backup.py").mkdir(mode=0o700)
    assert "it is not a plain file" in home.error("backup")


def test_a_huge_file_is_not_even_read(home: Home) -> None:
    file = home.write("backup.py", "")
    os.truncate(file, 50 << 20)
    assert "it holds 50.0 MiB: a plugin file may hold 1 MiB" in home.error("backup")


def test_a_file_of_one_mebibyte_is_fine(home: Home) -> None:
    text = native("backup")
    home.write("backup.py", text + "#" * ((1 << 20) - len(text)))
    assert home.catalog()["backup"].error is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + native("backup").encode(),
        b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + native("backup").encode(),
        native("backup").replace("\n", "\r\n").encode(),
    ],
    ids=["UTF-8 with a mark", "Latin-1 that says so", "Windows lines"],
)
def test_what_python_can_read_is_fine(home: Home, content: bytes) -> None:
    home.write("backup.py", "").write_bytes(content)
    assert home.catalog()["backup"].error is None


def test_the_runner_looks_again(home: Home) -> None:
    file = home.write("backup.py", native("backup", line="print('it ran')"))
    checked = home.check("[backup]")
    file.chmod(0o666)
    status, log = home.run_checked(checked)
    assert status == "failed"
    assert f"[backup] cannot be loaded: backup.py: it is not run: others may write {file}" in log
    assert "it ran" not in log
