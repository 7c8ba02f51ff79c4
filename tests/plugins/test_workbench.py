"""`plugins check` and `plugins new`: what an author is told, and how fast."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from plugins import workbench
from plugins.exceptions import BadInput, Problem
from plugins.registry import Description
from tests.corpus.broken_plugins import BROKEN, BrokenPlugin
from tests.plugins.customs import ROOT, Home, native


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.what)
def test_a_broken_file_is_told_with_place_reason_and_remedy_within_two_seconds(
    case: BrokenPlugin, home: Home
) -> None:
    file = home.write("backup.py", "")
    file.write_bytes(case.content)
    began = time.monotonic()
    problem = workbench.check_file(file)[0]
    seconds = time.monotonic() - began
    assert isinstance(problem, Problem)
    assert (problem.field, problem.code, problem.line) == ("backup.py", case.code, case.line)
    assert case.says in problem.message
    assert case.mend in f"{problem.message} {problem.example}"
    assert seconds < 2


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 25
    assert len({case.what for case in BROKEN}) == len(BROKEN)


def test_a_file_that_is_right_is_described(home: Home) -> None:
    (found,) = workbench.check_file(home.write("backup.py", native("backup")))
    assert isinstance(found, Description)
    assert found.name == "backup"


def test_everything_that_is_wrong_is_told_at_once_from_top_to_bottom(home: Home) -> None:
    text = native("my backup", "def __init__(self, keep: int = 'x'): ...").replace('"action"', '"acton"')
    found = workbench.check_file(home.write("backup.py", text))
    assert [problem.code for problem in found if isinstance(problem, Problem)] == [
        "name",
        "default",
        "hook_point",
    ]


def test_a_class_that_is_right_is_told_beside_one_that_is_wrong(home: Home) -> None:
    file = home.write("two.py", native("good") + '\nclass Bad(Plugin):\n    name = "bad"\n')
    assert [type(one) for one in workbench.check_file(file)] == [Problem, Description]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (problem,) = workbench.check_file(tmp_path / "gone.py")
    assert "it cannot be read: no such file" in str(problem)


def test_a_slow_import_gets_more_time_on_demand(home: Home) -> None:
    file = home.write("slow.py", "import time\ntime.sleep(0.4)\n" + native("slow"))
    assert isinstance(workbench.check_file(file, limit=0.1)[0], Problem)
    assert isinstance(workbench.check_file(file, limit=5)[0], Description)


def test_a_new_plugin_is_right_and_its_own_test_passes(home: Home) -> None:
    names = ("backup", "my-backup", "my_backup2", "X")
    files = [home.write(f"{name}.py", workbench.new_plugin(name)) for name in names]
    for name, file in zip(names, files, strict=True):
        (found,) = workbench.check_file(file)
        assert isinstance(found, Description)
        assert found.name == name
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    done = subprocess.run([*words, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_a_new_plugin_runs(home: Home) -> None:
    home.write("greet.py", workbench.new_plugin("greet"))
    status, log = home.run('[greet]\nwho = "world"\ntimes = 2')
    assert (status, log.count("hello world\n")) == ("succeeded", 2)


@pytest.mark.parametrize("name", ["", "my backup", "5", "../x", "os", "schedule", "x" * 51])
def test_a_name_that_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        workbench.new_plugin(name)
    assert caught.value.problems[0].example
