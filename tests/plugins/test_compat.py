"""Plugin files and jobs of the prototype (REFERENCE) run as they are, through a real keeper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest

from tests.plugins.customs import PROTOTYPE, Home, until

NOTES = """
from mxx.runner.core.plugin import MxxPlugin, hook


class Notes(MxxPlugin):
    '''Writes down what happens.'''

    __cmdname__ = "notes"

    def __init__(self, title: str = "", **kwargs):
        super().__init__()
        self.title = title
        self.extra = kwargs
        self.looks = 0

    @hook("all_cond")
    def may_i(self, runner):
        print("all_cond", sorted(runner.plugins), flush=True)
        return True

    @hook("any_cond")
    def anybody(self):
        print("any_cond", flush=True)
        return True

    @hook("pre_action")
    def prepare(self, runner):
        runner.opened = self.title

    @hook("action", priority=100)
    def first(self, runner):
        print("first", runner.opened, self.extra, runner.gcfg, flush=True)

    @hook("action")
    def second(self):
        print("second", flush=True)

    @hook("on_true")
    def look(self, runner):
        self.looks += 1
        return self.looks < 3

    @hook("on_false")
    def not_yet(self):
        return False

    @hook("post_action")
    def tidy(self, runner):
        print("tidy after", self.looks, flush=True)
"""


def test_every_hook_of_a_prototype_plugin_is_called_as_it_was(home: Home) -> None:
    home.write("notes.py", NOTES)
    status, log = home.run('owner = "ann"\n[notes]\ntitle = "today"\ncolour = "red"')
    assert status == "succeeded"
    assert log.startswith(
        "all_cond ['notes']\nany_cond\nfirst today {'colour': 'red'} {'owner': 'ann'}\nsecond\ntidy after 3\n"
    )


def test_a_prototype_plugin_is_described_like_any_other(home: Home) -> None:
    home.write("notes.py", NOTES)
    found = home.catalog()["notes"]
    assert (found.error, found.cls, found.doc) == (None, "Notes", "Writes down what happens.")
    assert [option.name for option in found.options if not option.rest] == ["title"]


@pytest.mark.parametrize(
    "line",
    [
        "from mxx.runner.core.plugin import MxxPlugin, hook",
        "from mxx.runner.core import MxxPlugin, hook",
        "import mxx.runner.core.plugin\nMxxPlugin, hook = mxx.runner.core.plugin.MxxPlugin, mxx.runner.core.plugin.hook",
        "from mxx.runner.core import plugin\nMxxPlugin, hook = plugin.MxxPlugin, plugin.hook",
        "from mxx.runner.core.plugin import *",
        "from mxx.runner.core.runner import MxxRunner\nfrom mxx.runner.core.plugin import MxxPlugin, hook",
    ],
)
def test_the_prototypes_imports_are_answered(home: Home, line: str) -> None:
    home.write(
        "one.py",
        f'{line}\nclass One(MxxPlugin):\n    __cmdname__ = "one"\n'
        '    @hook("action")\n    def act(self):\n        print("acted")\n',
    )
    assert home.run("[one]")[1].startswith("acted\n")


def test_on_error_finds_the_error_at_the_runner(home: Home) -> None:
    home.write(
        "fragile.py",
        PROTOTYPE
        + dedent("""
        class Fragile(MxxPlugin):
            __cmdname__ = "fragile"

            @hook("action")
            def act(self, runner):
                raise ValueError("it broke")

            @hook("on_error")
            def tell(self, runner):
                print("told of", repr(runner.currentError), flush=True)

            @hook("post_action")
            def tidy(self):
                print("tidied", flush=True)
        """),
    )
    status, log = home.run("[fragile]")
    assert status == "failed"
    assert "told of ValueError('it broke')\ntidied\n" in log


@pytest.mark.parametrize("arguments", ["self", "self, runner", "self, run", "self, r", "self, _runner"])
def test_a_hook_may_call_its_runner_as_it_likes(home: Home, arguments: str) -> None:
    home.write(
        "one.py",
        PROTOTYPE
        + 'class One(MxxPlugin):\n    __cmdname__ = "one"\n    @hook("action")\n'
        + f'    def act({arguments}):\n        print("acted")\n',
    )
    assert home.run("[one]")[1].startswith("acted\n")


def test_several_prototype_plugins_work_together_in_their_order(home: Home) -> None:
    for name, priority in (("bot", 0), ("emulator", 100), ("chat", -5)):
        home.write(
            f"{name}.py",
            PROTOTYPE
            + f'class Made(MxxPlugin):\n    __cmdname__ = "{name}"\n'
            + f'    @hook("action", priority={priority})\n'
            + f'    def act(self, runner):\n        print("{name}", sorted(runner.plugins), flush=True)\n',
        )
    all_three = "['bot', 'chat', 'emulator']"
    _, log = home.run("[chat]\n[bot]\n[emulator]")
    assert log.startswith(f"emulator {all_three}\nbot {all_three}\nchat {all_three}\n")


def test_two_classes_in_one_file_and_an_underscored_neighbour(home: Home) -> None:
    home.write("_common.py", "GREETING = 'hello'\n")
    body = '    @hook("action")\n    def act(self):\n        print(GREETING, self.__cmdname__, flush=True)\n'
    home.write(
        "two.py",
        f"{PROTOTYPE}from _common import GREETING\n"
        f'class One(MxxPlugin):\n    __cmdname__ = "one"\n{body}'
        f'class Two(One):\n    __cmdname__ = "two"\n',
    )
    assert home.run("[one]\n[two]")[1].startswith("hello one\nhello two\n")


def test_prints_at_import_are_let_through_as_they_were(home: Home) -> None:
    home.write("notes.py", f'print("loading notes")\n{NOTES}')
    assert home.catalog()["notes"].error is None


def test_a_class_may_use_names_that_mean_something_here(home: Home) -> None:
    home.write(
        "old.py",
        PROTOTYPE
        + dedent("""
        class Old(MxxPlugin):
            __cmdname__ = "old"
            name = "A display name"
            version = 3
            requires = "a screen"

            def check(self):
                return "checked"

            @hook("action")
            def act(self, runner):
                print(self.check(), self.name, runner.plugins["old"] is self)
        """),
    )
    assert home.run("[old]")[1].startswith("checked A display name True\n")


@pytest.mark.parametrize(
    "argument",
    [
        "where: Path = None",
        "size: tuple = (1, 2)",
        "what: Unknown = 5",
        "names: List = None",
        "count: int = 'x'",
        "*more",
    ],
)
def test_what_a_prototype_says_of_its_types_is_taken_as_lightly_as_before(home: Home, argument: str) -> None:
    head = "from __future__ import annotations\nfrom pathlib import Path\nfrom typing import List\n"
    home.write(
        "one.py",
        f'{head}{PROTOTYPE}class One(MxxPlugin):\n    __cmdname__ = "one"\n    def __init__(self, {argument}, **kwargs):\n'
        '        super().__init__()\n    @hook("action")\n    def act(self):\n        print("acted")\n',
    )
    assert home.run("[one]")[1].startswith("acted\n")


# ---- killList


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of a name of its own, not started by any run."""
    program = tmp_path / f"mxx{uuid4().hex[:10]}"
    shutil.copy(shutil.which("sleep") or "", program)
    started = subprocess.Popen([str(program), "60"])
    yield started
    started.kill()
    started.wait()


@pytest.mark.parametrize("kind", ["process", "cmd", "taskkill"])
def test_the_kill_list_of_lifetime_is_honoured_by_exact_name(
    home: Home, stranger: subprocess.Popen[bytes], kind: str
) -> None:
    home.write(
        "closer.py",
        PROTOTYPE
        + dedent(f"""
        class Closer(MxxPlugin):
            __cmdname__ = "closer"

            def __init__(self, close, **kwargs):
                self.close = close

            @hook("action")
            def act(self, runner):
                if "lifetime" in runner.plugins:
                    runner.plugins["lifetime"].killList.append(("{kind}", self.close))
        """),
    )
    name = Path(str(stranger.args[0])).name  # type: ignore[index]
    status, _ = home.run(f'[closer]\nclose = "{name}"\n[lifetime]\nlifetime = 0.2')
    assert status == "succeeded"
    assert until(lambda: stranger.poll() is not None)


def test_the_kill_list_outlives_a_runner_that_dies_in_the_hold(
    home: Home, stranger: subprocess.Popen[bytes]
) -> None:
    home.write(
        "closer.py",
        "import os\n"
        + PROTOTYPE
        + dedent("""
        class Closer(MxxPlugin):
            __cmdname__ = "closer"

            def __init__(self, close):
                self.close, self.looks = close, 0

            @hook("action")
            def act(self, runner):
                runner.plugins["lifetime"].killList.append(("process", self.close))

            @hook("on_true")
            def die(self):
                self.looks += 1
                return self.looks < 3 or os._exit(1)
        """),
    )
    name = Path(str(stranger.args[0])).name  # type: ignore[index]
    assert home.run(f'[closer]\nclose = "{name}"\n[lifetime]\nlifetime = 60')[0] == "failed"
    assert until(lambda: stranger.poll() is not None)


# ---- job files

JOBS = {
    "a command that is waited for": '[os]\ncmd = "echo hello"\n',
    "a command to be killed by name": '[lifetime]\nlifetime = 0.2\n[os]\ncmd = "echo hello"\nkill = "mxx-no-such"\n',
    "a program from its folder": '[lifetime]\nlifetime = 0.2\n[app]\nscoop = false\npath = "/usr/bin"\n'
    'targetExe = "true"\ndelay = 0\n',
    "global values and a schedule by fields": 'user = "ann"\ntimes = 3\n[notes]\ntitle = "x"\n'
    '[schedule]\ntrigger = "cron"\nhour = 10\nminute = 30\nday_of_week = "mon"\n',
    "an interval in seconds": '[os]\ncmd = "echo hello"\n[schedule]\ntrigger = "interval"\nseconds = 3600\n',
    "an interval, as documented": '[os]\ncmd = "echo hello"\n[schedule]\ntrigger = "interval"\ninterval_seconds = 60\n',
    "days by number, Monday first": '[os]\ncmd = "echo hello"\n[schedule]\ntrigger = "cron"\nday_of_week = 0\nhour = 4\n',
    "on demand": "[notes]\n[lifetime]\nlifetime = 0.2\n",
}


@pytest.mark.parametrize("text", JOBS.values(), ids=JOBS)
def test_a_job_of_the_prototype_runs_as_it_is(home: Home, text: str) -> None:
    home.write("notes.py", NOTES)
    assert home.run(text)[0] == "succeeded"
