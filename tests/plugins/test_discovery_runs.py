"""Runs with custom plugins: real keepers and runners load the files anew each time."""

from __future__ import annotations

from plugins.custody.rundir import RunDir
from tests.plugins.customs import NATIVE, Going, Home, action, native, until

WAITS = """
    open("begun", "w").close()
    while not os.path.exists("go"):
        run.sleep(0.01)
"""


def waiting(version: str, then: str = "") -> str:
    """A plugin whose action tells its version once the test lets it go on, and again at the end."""
    clean_up = (
        f'\n    @hook("post_action")\n    def end(self):\n        print("cleaned by {version}", flush=True)\n'
    )
    body = WAITS.replace("\n    ", "\n        ")
    return f"import os\n{native('backup')}{clean_up}".replace(
        "        pass\n", f'{body}        print("done by {version}", flush=True)\n        {then}\n'
    )


def begun(going: Going) -> RunDir:
    until((going.dir.work / "begun").exists)
    return going.dir


def test_a_running_run_keeps_its_code_and_the_next_one_has_the_new(home: Home) -> None:
    home.write("backup.py", waiting("old"))
    going = home.start("[backup]")
    work = begun(going).work
    home.write("backup.py", waiting("new").replace('"go"', '"begun"'))
    (work / "go").touch()
    assert going.result()["status"] == "succeeded"
    assert "done by old\ncleaned by old" in going.log()
    assert "done by new" in home.run("[backup]")[1]


def test_a_clean_up_runner_has_the_code_of_the_runner_that_died(home: Home) -> None:
    home.write("backup.py", waiting("old", "os._exit(1)"))
    going = home.start("[backup]")
    work = begun(going).work
    home.write("backup.py", "x = 1 / 0\n")
    (work / "go").touch()
    assert going.result()["status"] == "failed"
    assert "done by old\ncleaned by old" in going.log()


def test_a_file_that_broke_since_it_was_checked_fails_the_run_before_anything(home: Home) -> None:
    home.write("backup.py", native("backup"))
    checked = home.check('[os]\ncmd = ["echo", "acted"]\n[backup]')
    home.write("backup.py", "x = 1\ny = nothing\n")
    status, log = home.run_checked(checked)
    assert (status, "acted" in log) == ("failed", False)
    assert "[backup] cannot be loaded: backup.py, line 2: NameError: name 'nothing' is not defined" in log


def test_a_file_that_vanished_fails_the_run_with_its_name(home: Home) -> None:
    file = home.write("backup.py", native("backup"))
    checked = home.check("[backup]")
    file.unlink()
    assert "backup.py: it cannot be read: no such file or directory" in home.run_checked(checked)[1]


def test_a_plugin_that_changed_its_name_fails_the_run_with_both(home: Home) -> None:
    home.write("backup.py", native("backup"))
    checked = home.check("[backup]")
    home.write("backup.py", native("copy"))
    assert "no plugin in it is called 'backup': it holds 'copy'" in home.run_checked(checked)[1]


def test_an_exit_at_import_fails_the_run(home: Home) -> None:
    home.write("backup.py", native("backup"))
    checked = home.check("[backup]")
    home.write("backup.py", "import sys\nsys.exit(0)\n")
    status, log = home.run_checked(checked)
    assert (status, "backup.py, line 2: it calls sys.exit(0)" in log) == ("failed", True)


def test_a_plugins_own_check_is_asked_in_the_runner_before_anything(home: Home) -> None:
    check = '@classmethod\ndef check(cls, options):\n    return [("keep", "is too many", "keep = 1")]\n'
    home.write("backup.py", native("backup", f"def __init__(self, keep: int): ...\n{check}"))
    status, log = home.run("[backup]\nkeep = 5")
    assert (status, "backup.keep: is too many" in log) == ("failed", True)


def test_several_instances_of_a_custom_plugin_are_several(home: Home) -> None:
    home.write("say.py", native("say", "def __init__(self, what): self.what = what", "print(self.what)"))
    status, log = home.run('[[say]]\nwhat = "one"\n[[say]]\nwhat = "two"')
    assert (status, log.startswith("one\ntwo\n")) == ("succeeded", True)


def test_a_helper_is_importable_within_a_hook(home: Home) -> None:
    home.write("_shared.py", "KEEP = 12\n")
    home.write("backup.py", native("backup", line="from _shared import KEEP; print('kept', KEEP)"))
    assert "kept 12" in home.run("[backup]")[1]


def test_two_classes_of_one_file_share_its_module(home: Home) -> None:
    one = f'class One(Plugin):\n    name = "one"\n{action("seen.append(1)")}'
    two = f'class Two(Plugin):\n    name = "two"\n{action("print(len(seen), __name__)")}'
    home.write("pair.py", f"{NATIVE}seen = []\n{one}\n{two}")
    assert "1 mxx_plugins.pair" in home.run("[one]\n[two]")[1]


def test_a_dataclass_can_be_a_plugin(home: Home) -> None:
    text = f"from dataclasses import dataclass\n{NATIVE}@dataclass\nclass Made(Plugin):\n    keep: int = 3\n"
    home.write("backup.py", f'{text}    name = "backup"\n{action("print(self.keep)")}')
    assert home.catalog()["backup"].options[0].type == {"type": "integer"}
    assert home.run("[backup]\nkeep = 77")[1].startswith("77\n")
