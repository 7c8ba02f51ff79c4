"""The inspector: plugin code runs in a child that is always ended, and what it does there stays there."""

from __future__ import annotations

import os
import time
from pathlib import Path
from textwrap import dedent

import pytest

from plugins.inspection import Findings, inspect
from tests.plugins.customs import Home, native, until


def findings(home: Home, text: str, limit: float = 5.0) -> Findings:
    """text: what stands above a plugin that is right."""
    return inspect(str(home.write("backup.py", dedent(text) + native("backup"))), limit)


def told(found: Findings) -> tuple[str, int | None, str]:
    (wrong,) = found.wrongs
    return wrong["code"], wrong["line"], wrong["message"]


def alive(pid: int) -> bool:
    """A zombie is not alive: here nobody may be there to reap it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_plugin_is_described_by_its_signature(home: Home) -> None:
    (plugin,) = findings(home, "").plugins
    assert (plugin["name"], plugin["options"], plugin["error"]) == ("backup", [], None)


def test_a_hang_ends_at_the_limit_and_names_its_line(home: Home) -> None:
    began = time.monotonic()
    code, line, message = told(findings(home, "import time\ntime.sleep(600)\n", limit=0.3))
    assert (code, line) == ("hangs", 2)
    assert "takes longer than 0.3 s" in message
    assert time.monotonic() - began < 10


def test_a_hang_that_is_deaf_to_signals_ends_too(home: Home) -> None:
    text = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n"
    assert told(findings(home, text, limit=0.3))[0] == "hangs"


def test_the_limit_does_not_count_the_childs_own_start(home: Home) -> None:
    assert findings(home, "", limit=0.05).plugins


def test_a_program_that_an_import_starts_is_ended_with_it(home: Home, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    started = (
        f'import subprocess\np = subprocess.Popen(["sleep", "600"])\nopen("{note}", "w").write(str(p.pid))\n'
    )
    assert findings(home, started).plugins
    assert until(lambda: not alive(int(note.read_text())))


def test_a_fork_at_import_does_not_speak_twice(home: Home) -> None:
    assert len(findings(home, "import os\nos.fork()\n").plugins) == 1


def test_a_thread_left_behind_keeps_nobody_waiting(home: Home) -> None:
    began = time.monotonic()
    text = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
    assert findings(home, text).plugins
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_is_stopped_and_names_its_line(home: Home, stream: str) -> None:
    text = f'import sys\nwhile True:\n    sys.{stream}.write("x" * 1000)\n'
    code, line, message = told(findings(home, text))
    assert (code, line) == ("floods", 3)
    assert "more than 64 KiB" in message


def test_a_flood_past_python_is_stopped_too(home: Home) -> None:
    text = "import os\nwhile True:\n    os.write(1, b'x' * 1000)\n"
    assert told(findings(home, text))[:2] == ("floods", 3)


def test_a_few_words_on_stderr_are_let_through(home: Home) -> None:
    assert findings(home, 'import warnings\nwarnings.warn("old")\n').plugins


def test_words_on_stdout_are_refused_with_their_line(home: Home) -> None:
    code, line, message = told(findings(home, '\nprint("hello")\n'))
    assert (code, line) == ("prints", 2)
    assert "it prints 'hello' while it is imported" in message


def test_what_looks_like_findings_on_stdout_is_not_taken_for_them(home: Home) -> None:
    text = 'import os\nos.write(1, b\'{"plugins": [], "wrongs": []}\\n\')\n'
    assert findings(home, text).plugins


def test_nonsense_among_the_findings_is_told(home: Home) -> None:
    text = "import os\nfor number in range(3, 20):\n    try: os.write(number, b'{nonsense')\n    except OSError: pass\n"
    assert told(findings(home, text))[0] == "garbled"


@pytest.mark.parametrize("call", ["input()", "input('who? ')", "sys.stdin.read()", "sys.stdin.readline()"])
def test_nobody_answers_a_question(home: Home, call: str) -> None:
    assert told(findings(home, f"import sys\n{call}\n"))[:2] == ("reads", 2)


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ("sys.exit()", "exits", "it calls sys.exit(None)"),
        ("sys.exit('no')", "exits", "it calls sys.exit('no')"),
        ("os._exit(0)", "gone", "with code 0"),
        ("os.abort()", "gone", "SIGABRT"),
        ("os.kill(os.getpid(), 9)", "gone", "SIGKILL"),
        ("raise KeyboardInterrupt", "raises", "KeyboardInterrupt"),
        ("raise BaseException('odd')", "raises", "BaseException: odd"),
    ],
)
def test_every_way_out_is_told(home: Home, call: str, code: str, words: str) -> None:
    found = told(findings(home, f"import os, sys\n{call}\n"))
    assert (found[0], words in found[2]) == (code, True), found


def test_an_error_in_a_helper_names_the_helper(home: Home) -> None:
    home.write("_shared.py", "x = 1\ny = nothing\n")
    (wrong,) = findings(home, "import _shared\n").wrongs
    assert (wrong["file"], wrong["line"]) == (str(home.plugins / "_shared.py"), 2)
    assert wrong["message"].endswith("(imported by backup.py)")


def test_an_error_within_a_library_names_the_plugins_line(home: Home) -> None:
    assert told(findings(home, "import json\n\njson.loads('no')\n"))[:2] == ("raises", 3)


def test_a_path_of_any_letters_is_fine(tmp_path: Path) -> None:
    home = Home(tmp_path / "домик 'x'")
    home.plugins.mkdir(parents=True)
    assert told(findings(home, "import time\ntime.sleep(600)\n", limit=0.3))[:2] == ("hangs", 2)


def test_the_child_knows_nothing_that_is_mxxs_own(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MXX_SECRET", "DJANGO_SETTINGS_MODULE", "DATABASE_URL"):
        monkeypatch.setenv(name, "secret")
    text = "import os\nassert not [n for n in os.environ if n.startswith(('MXX_', 'DJANGO_', 'DATABASE'))]\n"
    assert findings(home, text).plugins


def test_what_an_import_writes_does_not_lie_about(home: Home) -> None:
    before = sorted(os.listdir())
    assert findings(home, 'open("litter", "w").close()\n').plugins
    assert sorted(os.listdir()) == before


def test_a_class_that_breaks_when_it_is_looked_at_is_told(home: Home) -> None:
    strange = """
    class Strange(type):
        def __getattribute__(cls, name):
            if name == "requires":
                raise RuntimeError("look away")
            return super().__getattribute__(name)
    """
    text = native("backup").replace("(Plugin)", "(Plugin, metaclass=Strange)")
    found = inspect(str(home.write("backup.py", dedent(strange) + text)))
    assert "look away" in told(found)[2]
