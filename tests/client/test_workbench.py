"""`plugins new` and `plugins check`: on this machine, without a server; and a server that meets such a file."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.kit import ROOT, Cli, Ran, run

BROKEN = "from plugins.base import Plugin\n\nclass Broken(Plugin)\n    pass\n"


def new(home: Path, *words: str) -> Path:
    ran = run(home, "plugins", "new", *words)
    assert ran.code == 0, ran.err
    return Path(ran.json["file"])


def check(home: Path, text: str) -> Ran:
    file = home / "broken.py"
    file.write_text(text)
    return run(home, "plugins", "check", str(file))


def test_a_new_plugin_passes_its_check_and_its_own_test(tmp_path: Path) -> None:
    file = new(tmp_path / "home", "my-backup")
    assert run(tmp_path, "plugins", "check", str(file)).code == 0
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(file)]
    done = subprocess.run(test, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_a_new_plugin_lies_in_mxx_home_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = new(tmp_path / "home", "touch")
    assert file == tmp_path / "home" / "plugins" / "touch.py"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


def test_a_new_plugin_may_lie_elsewhere(tmp_path: Path) -> None:
    assert new(tmp_path, "touch", "--dir", str(tmp_path / "mine")) == tmp_path / "mine" / "touch.py"


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    file = new(tmp_path, "touch")
    file.write_text("mine")
    code, err = run(tmp_path, "plugins", "new", "touch").said
    assert (code, "is there already" in err, file.read_text()) == (2, True, "mine")


@pytest.mark.parametrize("name", ["os", "schedule", "1st", "a/b", "../up", " "])
def test_a_name_that_none_can_have_is_refused(tmp_path: Path, name: str) -> None:
    code, err = run(tmp_path, "plugins", "new", name).said
    assert (code, len(err.splitlines())) == (2, 1)
    assert not (tmp_path / "plugins").exists()


def test_check_names_file_line_and_what_is_wrong(tmp_path: Path) -> None:
    ran = check(tmp_path, BROKEN)
    assert ran.code == 1
    assert ran.err.startswith(f"{tmp_path}/broken.py:3: SyntaxError: ")
    [result] = ran.json["results"]
    assert (result["ok"], result["problems"][0]["line"]) == (False, 3)


def test_check_tells_how_to_mend_it(tmp_path: Path) -> None:
    text = "from plugins.base import Plugin\nfrom plugins.hooks import hook\n\n\nclass Mine(Plugin):\n"
    text += '    name = "mine"\n\n    @hook("acton")\n    def do(self, run): ...\n'
    assert "did you mean 'action'?" in check(tmp_path, text).err


def test_check_looks_at_every_file_it_is_given(tmp_path: Path) -> None:
    good, broken = new(tmp_path, "good"), tmp_path / "broken.py"
    broken.write_text(BROKEN)
    ran = run(tmp_path, "plugins", "check", str(broken), str(good))
    assert (ran.code, [result["ok"] for result in ran.json["results"]]) == (1, [False, True])


def test_check_of_no_file_is_wrong_usage(tmp_path: Path) -> None:
    code, err = run(tmp_path, "plugins", "check", "/no/such.py").said
    assert (code, "does not exist" in err) == (2, True)


def test_the_server_lists_a_plugin_of_ones_own_and_runs_it(cli: Cli) -> None:
    new(cli.mxx.home, "greeter")
    [mine] = [one for one in cli("plugins", "--custom").json["results"] if one["name"] == "greeter"]
    assert (mine["class"], mine["builtin"], mine["error"]) == ("Greeter", False, None)
    cli.mxx.save("greets", '[greeter]\nwho = "you"\n')
    assert cli("trigger", "greets", "--wait").code == 0
    assert "hello you\n" in cli("logs", "greets").out


def test_the_server_lists_a_broken_plugin_with_file_and_line(cli: Cli) -> None:
    file = new(cli.mxx.home, "lame")
    file.write_text(BROKEN)
    [lame] = [one for one in cli("plugins", "--custom").json["results"] if one["name"] == "lame"]
    assert (lame["error"]["line"], "SyntaxError" in lame["error"]["message"]) == (3, True)
    assert f"{file}:3" in cli.on_a_terminal("plugins", "show", "lame").out
