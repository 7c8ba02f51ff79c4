"""kill -9 of ours at bad moments: what users started goes on, what was recorded stays, nothing starts twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.chaos.mxx import Mxx, alive, until

SCRIPT = "echo start >> {file}; echo $$ >> {file}.pid; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; echo $i; done; echo end >> {file}"


def long_job(file: Path) -> str:
    return f'[os]\ncmd = "{SCRIPT.format(file=file)}"\nshell = true\n'


def begun(mxx: Mxx, file: Path) -> int:
    """Trigger the job and return its run once the program is at work."""
    mxx.save("long", long_job(file))
    run_id = mxx.trigger("long")
    until(file.exists, what="the program at work")
    return run_id


def test_a_run_survives_the_death_of_launcher_web_and_supervisor_together(home: Path, tmp_path: Path) -> None:
    mxx, file = Mxx(home).up(), tmp_path / "effects"
    run_id = begun(mxx, file)
    mxx.kill("launcher", "web", "supervisor")
    mxx.up()
    run = mxx.ended(run_id)
    mxx.stop()
    assert run["status"] == "succeeded"
    assert run["attempt"] == 1
    assert file.read_text().split() == ["start", "end"]


def test_a_run_that_ends_while_nobody_is_there_is_recorded_at_the_next_start(
    home: Path, tmp_path: Path
) -> None:
    mxx, file = Mxx(home).up(), tmp_path / "effects"
    run_id = begun(mxx, file)
    mxx.kill("launcher", "web", "supervisor")
    until(lambda: "end" in file.read_text(), what="the program's own end")
    run = mxx.up().ended(run_id)
    mxx.stop()
    assert (run["status"], run["exit_code"]) == ("succeeded", 0)


def test_ctrl_c_once_stops_in_order_and_leaves_the_run_to_the_next_start(home: Path, tmp_path: Path) -> None:
    mxx, file = Mxx(home).up(), tmp_path / "effects"
    run_id = begun(mxx, file)
    ours = mxx.children()
    assert mxx.stop() == 0
    assert not any(alive(pid) for pid in ours.values())
    run = mxx.up().ended(run_id)
    mxx.stop()
    assert (run["status"], file.read_text().split()) == ("succeeded", ["start", "end"])


def test_web_supervisor_and_zygote_end_when_the_launcher_is_killed(home: Path) -> None:
    mxx = Mxx(home).up()
    ours = mxx.children()
    assert set(ours) == {"launcher", "web", "supervisor", "zygote"}
    mxx.kill("launcher")
    until(lambda: not any(alive(pid) for pid in ours.values()), what="the end of all")


def test_a_killed_web_or_supervisor_is_started_again(mxx: Mxx) -> None:
    before = mxx.children()
    mxx.kill("web", "supervisor")
    until(lambda: set(mxx.children()) == set(before) and mxx.healthy(), 40, "both again")
    mxx.save("again", '[os]\ncmd = ["true"]\n')
    assert mxx.ended(mxx.trigger("again"))["status"] == "succeeded"


def test_a_killed_zygote_costs_no_run(mxx: Mxx, tmp_path: Path) -> None:
    file = tmp_path / "effects"
    run_id = begun(mxx, file)
    mxx.kill("zygote")
    assert mxx.ended(run_id)["status"] == "succeeded"
    mxx.save("next", '[os]\ncmd = ["true"]\n')
    assert mxx.ended(mxx.trigger("next"))["status"] == "succeeded"


def test_a_killed_keeper_is_a_lost_run_that_leaves_nothing_behind(mxx: Mxx, tmp_path: Path) -> None:
    file = tmp_path / "effects"
    run_id = begun(mxx, file)
    program = int(Path(f"{file}.pid").read_text())
    [keeper] = mxx.keepers()
    os.kill(keeper, signal.SIGKILL)
    run = mxx.ended(run_id)
    assert run["status"] == "lost"
    assert "keeper died" in run["reason"]
    assert not alive(program)


def test_a_killed_runjob_is_adopted_by_the_supervisor(mxx: Mxx, tmp_path: Path) -> None:
    file = tmp_path / "effects"
    mxx.save("long", long_job(file))
    terminal = mxx.command("runjob", "long")
    until(file.exists, what="the program at work")
    terminal.kill()
    terminal.communicate()
    [run] = mxx.runs("job=long")
    assert mxx.ended(run["id"])["status"] == "succeeded"
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


def test_what_a_killed_keeper_owed_is_cleaned_up_once(mxx: Mxx, tmp_path: Path) -> None:
    file, notes = tmp_path / "effects", tmp_path / "notes"
    (mxx.home / "plugins").mkdir(mode=0o700)
    (mxx.home / "plugins" / "tidy.py").write_text(TIDY)
    (mxx.home / "plugins" / "tidy.py").chmod(0o600)
    mxx.save("tidy", f'[tidy]\nfile = "{notes}"\n{long_job(file)}')
    run_id = mxx.trigger("tidy")
    until(file.exists, what="the program at work")
    [keeper] = mxx.keepers()
    os.kill(keeper, signal.SIGKILL)
    run = mxx.ended(run_id)
    assert (run["status"], notes.read_text()) == ("lost", "acted tidied ")
    assert run["attempt"] == 1
