"""Registered applications: overrides are there while they run, and gone whatever happens."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
import pytest

from plugins.custody.rundir import RunDir
from plugins.restoring import take_back_of
from tests.plugins.builtin.apps import SLEEPS, App
from tests.plugins.builtin.kit import Going, Home, only_problem, until

RUN = '[mxxrun]\napp_name = "bot"\n'
HELD = RUN + '[lifetime]\nlifetime = "1m"\n'
SHORT = RUN + '[lifetime]\nlifetime = "0.2s"\n'
THEME = {"window/theme": "light"}


def begun(home: Home, app: App, toml: str = HELD) -> Going:
    """A run whose application is up."""
    going = home.go(toml, applications=app.facts(home.path))
    until(lambda: "started bot" in going.log)
    return going


def application_of(going: Going) -> psutil.Process:
    return psutil.Process(next(entry["pid"] for entry in going.dir.ledger() if "pid" in entry))


def restored(home: Home) -> bool:
    """Nothing waits to be taken back."""
    return not list((home.path / "restore").glob("*"))


def test_it_starts_from_its_folder_with_its_arguments(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", 'echo "in $(pwd) with $*"')
    ran = home.play(RUN + 'args = ["--daily", "two words"]\n', applications=app.facts(home.path))
    assert f"in {tmp_path / 'app'} with --daily two words" in ran.log


def test_overrides_are_in_every_json_file_while_it_runs_and_the_files_are_the_same_afterwards(
    home: Home, tmp_path: Path
) -> None:
    app = App(tmp_path / "app", cfgow={"window/theme": "light", "new/key": [1, None]})
    first, second = app.has("gui.json", {"window": {"theme": "dark"}, "x": 1}), app.has("sub/more.json", {})
    before = first.read_bytes(), second.read_bytes()
    going = begun(home, app)
    assert app.holds("gui.json") == {"window": {"theme": "light"}, "x": 1, "new": {"key": [1, None]}}
    assert app.holds("sub/more.json") == {"window": {"theme": "light"}, "new": {"key": [1, None]}}
    going.stop()
    going.ended()
    assert (first.read_bytes(), second.read_bytes()) == before
    assert restored(home)


def test_an_override_that_names_a_file_is_for_that_file_alone(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow={"gui.json/theme": "light", "sub/more/level": 2})
    for name in ("gui.json", "sub/more.json", "other.json"):
        app.has(name, {})
    going = begun(home, app)
    held = [app.holds(name) for name in ("gui.json", "sub/more.json", "other.json")]
    going.stop()
    going.ended()
    assert held == [{"theme": "light"}, {"level": 2}, {}]


@pytest.mark.parametrize("content", ["[1, 2]", "no json", ""])
def test_a_file_that_holds_no_object_is_left_alone_and_named(
    home: Home, tmp_path: Path, content: str
) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    path = app.has("list.json", content)
    ran = home.play(SHORT, applications=app.facts(home.path))
    assert "list.json holds no JSON object" in ran.log
    assert path.read_text() == content


def test_what_the_application_writes_when_it_is_ended_does_not_bring_the_overrides_back(
    home: Home, tmp_path: Path
) -> None:
    saves = (
        "trap 'cp config/gui.json kept; cp kept config/gui.json; exit' TERM; touch hears; sleep 600 & wait"
    )
    app = App(tmp_path / "app", saves, THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    going = begun(home, app)
    until((app.place / "hears").exists)
    going.stop()
    going.ended()
    assert (app.place / "kept").exists()
    assert (app.config / "gui.json").read_bytes() == before


def test_what_the_application_changed_itself_stays(home: Home, tmp_path: Path) -> None:
    writes = """echo '{"window": {"theme": "light"}, "progress": 7, "fresh": 2}' > config/gui.json; exec sleep 600"""
    app = App(tmp_path / "app", writes, {**THEME, "fresh/key": 1})
    app.has("gui.json", {"window": {"theme": "dark"}})
    going = begun(home, app)
    until(lambda: "progress" in (app.config / "gui.json").read_text())
    going.stop()
    going.ended()
    assert app.holds("gui.json") == {"window": {"theme": "dark"}, "progress": 7}
    assert "only the overrides were taken back" in going.log


def test_edits_are_taken_back_though_the_runner_was_killed(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    going = begun(home, app)
    (runner,) = [one for one in psutil.Process(going.keeper.pid).children() if one.name() == "mxx-runner"]
    runner.kill()
    assert going.ended()["status"] == "failed"
    assert (app.config / "gui.json").read_bytes() == before
    assert restored(home)


def kill_everything_of(going: Going) -> None:
    """As when the machine loses its power."""
    application = application_of(going)
    os.kill(going.keeper.pid, signal.SIGKILL)
    going.keeper.wait()
    application.kill()
    until(lambda: not application.is_running() or application.status() == psutil.STATUS_ZOMBIE)


def test_the_next_run_takes_back_what_a_dead_keeper_left(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    kill_everything_of(begun(home, app))
    assert app.holds("gui.json")["window"]["theme"] == "light"
    following = home.play(SHORT, applications=app.facts(home.path))
    assert "took back what run 1-1 had left" in following.log
    assert (app.config / "gui.json").read_bytes() == before
    assert restored(home)


def test_recovery_takes_back_what_a_lost_run_left_and_nothing_else(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    going = begun(home, app)
    kill_everything_of(going)
    assert take_back_of(home.path / "restore", RunDir(str(tmp_path / "another"))) == []
    assert take_back_of(home.path / "restore", going.dir)
    assert (app.config / "gui.json").read_bytes() == before
    assert take_back_of(home.path / "restore", going.dir) == []


def test_a_second_run_in_the_same_place_is_refused_and_leaves_the_first_in_peace(
    home: Home, tmp_path: Path
) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    first = begun(home, app)
    status, reason = home.outcome(SHORT, applications=app.facts(home.path))
    assert status == "failed"
    assert "is being edited by run 1-1: use temp_config = true" in reason
    assert app.holds("gui.json")["window"]["theme"] == "light"
    first.stop()
    first.ended()
    assert (app.config / "gui.json").read_bytes() == before


def test_a_temporary_copy_has_the_overrides_and_the_original_does_not(home: Home, tmp_path: Path) -> None:
    script = 'cat "$MXX_APP_CONFIG/gui.json"; echo "told $1"; ' + SLEEPS
    app = App(tmp_path / "app", script, THEME)
    before = app.has("gui.json", {"window": {"theme": "dark"}}).read_bytes()
    going = begun(home, app, HELD.replace("[life", 'temp_config = true\nargs = ["{config}"]\n[life'))
    until(lambda: "told" in going.log)
    assert '"theme": "light"' in going.log
    assert f"told {going.dir.path}/config-u1-" in going.log
    assert (app.config / "gui.json").read_bytes() == before
    going.stop()
    going.ended()
    assert not list(going.dir.path.glob("config-*"))


def test_several_runs_may_use_copies_at_once(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    app.has("gui.json", {})
    copies = HELD.replace("[life", "temp_config = true\n[life")
    for going in [begun(home, app, copies), begun(home, app, copies)]:
        going.stop()
        assert going.ended()["status"] == "cancelled"


def test_an_unknown_application_fails_with_its_name(home: Home) -> None:
    status, reason = home.outcome(RUN)
    assert status == "failed"
    assert reason.startswith("no application is registered as 'bot'")


def test_a_program_that_is_not_there_fails_before_anything_is_edited(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    before = app.has("gui.json", {}).read_bytes()
    (app.place / "bot").unlink()
    status, reason = home.outcome(RUN, applications=app.facts(home.path))
    assert (status, reason) == ("failed", f"application 'bot': there is no file {app.place / 'bot'}")
    assert (app.config / "gui.json").read_bytes() == before


@pytest.mark.parametrize(
    ("override", "says"),
    [("gone.json/key", "an override is for gone.json, which is not in"), ("gui.json", "names no key")],
)
def test_an_override_that_fits_nowhere_fails_the_run(
    home: Home, tmp_path: Path, override: str, says: str
) -> None:
    app = App(tmp_path / "app", cfgow={override: 1})
    app.has("gui.json", {})
    status, reason = home.outcome(RUN, applications=app.facts(home.path))
    assert status == "failed"
    assert says in reason


def test_a_configuration_that_is_not_there_fails_the_run(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME, cfgroute="elsewhere")
    assert "there is no configuration" in home.outcome(RUN, applications=app.facts(home.path))[1]


def test_the_byte_order_mark_of_a_file_stays(home: Home, tmp_path: Path) -> None:
    app = App(tmp_path / "app", cfgow=THEME)
    path = app.config / "gui.json"
    path.write_text("{}", encoding="utf-8-sig")
    going = begun(home, app)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf{")
    going.stop()
    going.ended()
    assert path.read_bytes() == b"\xef\xbb\xbf{}"


def test_an_empty_name_is_refused_on_save() -> None:
    assert only_problem('[mxxrun]\napp_name = ""\n') == "mxxrun.app_name: is empty: which application?"
