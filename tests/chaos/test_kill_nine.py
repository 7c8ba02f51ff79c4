"""kill -9 of ours at bad moments: what users started goes on, what was recorded stays, nothing starts twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx, alive, until

SCRIPT = "echo $$ > {file}.pid; echo start >> {file}; until [ -e {file}.go ]; do echo .; sleep 0.1; done; echo end >> {file}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the program of the test tells what it did."""
    return tmp_path / "effects"


def long_job(file: Path) -> str:
    """Lasts until `let_go`, and writes all the while."""
    return f'[os]\ncmd = "{SCRIPT.format(file=file)}"\nshell = true\n'


def begun(mxx: Mxx, file: Path) -> int:
    """Trigger the job and return its run once the program is at work."""
    name = file.parent.name
    mxx.save(name, long_job(file))
    run_id = mxx.trigger(name)
    until(file.exists, what="the program at work")
    return run_id


def let_go(file: Path) -> None:
    file.with_name("effects.go").touch()


def test_a_run_survives_the_death_of_launcher_web_and_supervisor_together(home: Path, file: Path) -> None:
    mxx = Mxx(home).up()
    run_id = begun(mxx, file)
    mxx.kill("launcher", "web", "supervisor")
    mxx.up()
    let_go(file)
    run = mxx.ended(run_id)
    mxx.stop()
    assert run["status"] == "succeeded"
    assert run["attempt"] == 1
    assert file.read_text().split() == ["start", "end"]


def test_a_run_that_ends_while_nobody_is_there_is_recorded_at_the_next_start(home: Path, file: Path) -> None:
    mxx = Mxx(home).up()
    run_id = begun(mxx, file)
    mxx.kill("launcher", "web", "supervisor")
    let_go(file)
    until(lambda: "end" in file.read_text(), what="the program's own end")
    run = mxx.up().ended(run_id)
    mxx.stop()
    assert (run["status"], run["exit_code"]) == ("succeeded", 0)


def test_ctrl_c_once_stops_in_order_and_leaves_the_run_to_the_next_start(home: Path, file: Path) -> None:
    mxx = Mxx(home).up()
    run_id = begun(mxx, file)
    ours = mxx.children()
    assert mxx.stop() == 0
    assert not any(alive(pid) for pid in ours.values())
    mxx.up()
    let_go(file)
    run = mxx.ended(run_id)
    mxx.stop()
    assert (run["status"], file.read_text().split()) == ("succeeded", ["start", "end"])


def test_web_supervisor_and_zygote_end_when_the_launcher_is_killed(home: Path) -> None:
    mxx = Mxx(home).up()
    ours = mxx.children()
    assert set(ours) == {"launcher", "web", "supervisor", "zygote"}
    mxx.kill("launcher")
    until(lambda: not any(alive(pid) for pid in ours.values()), what="the end of all")


def test_a_killed_web_or_supervisor_is_started_again(served: Mxx) -> None:
    before = served.children()
    served.kill("web", "supervisor")
    until(lambda: set(served.children()) == set(before) and served.healthy(), 40, "both again")
    served.save("again", '[os]\ncmd = ["true"]\n')
    assert served.ended(served.trigger("again"))["status"] == "succeeded"


def test_a_killed_zygote_costs_no_run(served: Mxx, file: Path) -> None:
    run_id = begun(served, file)
    served.kill("zygote")
    let_go(file)
    assert served.ended(run_id)["status"] == "succeeded"
    served.save("next", '[os]\ncmd = ["true"]\n')
    assert served.ended(served.trigger("next"))["status"] == "succeeded"


def test_a_killed_keeper_is_a_lost_run_that_leaves_nothing_behind(served: Mxx, file: Path) -> None:
    run_id = begun(served, file)
    program = int(Path(f"{file}.pid").read_text())
    [keeper] = served.keepers()
    os.kill(keeper, signal.SIGKILL)
    run = served.ended(run_id)
    assert run["status"] == "lost"
    assert "keeper died" in run["reason"]
    assert not alive(program)


def test_a_killed_runjob_is_adopted_by_the_supervisor(served: Mxx, file: Path) -> None:
    served.save("in a terminal", long_job(file))
    terminal = served.command("runjob", "in a terminal")
    until(file.exists, what="the program at work")
    terminal.kill()
    terminal.wait()
    let_go(file)
    terminal.communicate()  # its keeper holds the other ends
    [run] = served.runs("job=in%20a%20terminal")
    assert served.ended(run["id"])["status"] == "succeeded"
    assert file.read_text().split() == ["start", "end"]


TIDY = """
from plugins.base import Plugin
from plugins.hooks import hook


class Tidy(Plugin):
    name = "tidy"

    def __init__(self, file: str) -> None:
        self.file = file

    def note(self, word: str) -> None:
        with open(self.file, "a") as file:
            file.write(word + " ")

    @hook("action")
    def act(self, run) -> None:
        self.note("acted")

    @hook("post_action")
    def tidy(self) -> None:
        self.note("tidied")
"""


def test_what_a_killed_keeper_owed_is_cleaned_up_once(served: Mxx, file: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    (served.home / "plugins").mkdir(mode=0o700)
    (served.home / "plugins" / "tidy.py").write_text(TIDY)
    (served.home / "plugins" / "tidy.py").chmod(0o600)
    served.save("tidy", f'[tidy]\nfile = "{notes}"\n{long_job(file)}')
    run_id = served.trigger("tidy")
    until(file.exists, what="the program at work")
    [keeper] = served.keepers()
    os.kill(keeper, signal.SIGKILL)
    run = served.ended(run_id)
    assert (run["status"], notes.read_text()) == ("lost", "acted tidied ")
    assert run["attempt"] == 1
