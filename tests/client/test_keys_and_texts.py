"""Secrets, revisions, detach and the line of progress, against a real server."""

from __future__ import annotations

import os
import pty
import select
from pathlib import Path

from client.progress import drawn
from tests.chaos.mxx import until
from tests.client.kit import PATIENCE, Cli, run

HELLO = '[os]\ncmd = ["echo", "hello"]\n'
TELLS = """
from pathlib import Path

from plugins.base import Plugin
from plugins.hooks import hook

GO = Path(__file__).parent.parent / "go"

class Tells(Plugin):
    name = "tells"

    @hook("action")
    def tell(self, run):
        run.log.info("half a line follows")
        run.progress(0.25, "page 1 of 4")
        while not run.cancelled and not GO.exists():
            run.sleep(0.05)
"""


def test_a_secret_is_piped_in_listed_by_name_and_deleted(cli: Cli) -> None:
    here = {"MXX_SERVER_PORT": str(cli.mxx.port)}
    made = run(cli.mxx.home, "secrets", "set", "piped", stdin="four words of secret\n", **here)
    assert (made.code, "four words" in made.out + made.err) == (0, False)
    assert "piped" in [one["name"] for one in cli("secrets", "list").json["results"]]
    cli.mxx.save(
        "uses-piped",
        '[os]\ncmd = ["sh", "-c", "[ \\"$K\\" = \\"four words of secret\\" ]"]\nenv = {K = "${secret.piped}"}\n',
    )
    assert cli("trigger", "uses-piped", "--wait").code == 0
    assert cli("secrets", "delete", "piped").json == {"deleted": "piped"}
    assert cli("secrets", "delete", "piped").said[0] == 1


def test_a_secret_is_typed_twice_and_never_an_argument(cli: Cli) -> None:
    dialogue = {"Value of typed: ": "correct horse", "Repeat for confirmation: ": "correct horse"}
    here = ["--server", f"http://127.0.0.1:{cli.mxx.port}"]
    ran = cli.typed(dialogue, *here, "secrets", "set", "typed", home=cli.mxx.home)
    assert (ran.code, "correct" in ran.out + ran.err) == (0, False), ran.err
    code, err = cli("secrets", "set", "typed", "correct horse").said
    assert (code, "unexpected extra argument" in err) == (2, True)


def test_a_value_that_will_not_do_is_refused_by_field(cli: Cli) -> None:
    code, err = cli("secrets", "set", "short").said
    assert (code, err.startswith("value: ")) == (1, True)


def test_revisions_are_listed_compared_and_rolled_back(cli: Cli, tmp_path: Path) -> None:
    cli.mxx.save("revised", HELLO)
    (file := tmp_path / "revised.toml").write_text(HELLO.replace("hello", "goodbye"))
    assert cli("register", str(file), "--replace").code == 0
    assert [one["number"] for one in cli("revisions", "revised").json["results"]] == [2, 1]
    assert '-cmd = ["echo", "hello"]' in cli.on_a_terminal("revisions", "revised", "--diff", "2").out
    assert cli("revisions", "revised", "--show", "1").json["toml"] == HELLO
    assert cli("rollback", "revised", "1").code == 0
    assert cli("info", "revised").json["toml"] == HELLO
    assert cli("rollback", "revised", "99").said[0] == 1
    assert cli("revisions", "revised", "--since", "1").said[0] == 2


def test_a_job_of_a_file_is_detached(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "filed.toml").write_text(HELLO)
    done = cli.mxx.command("syncjobs", str(tmp_path))
    assert done.wait(PATIENCE) == 0 and done.communicate()
    assert cli("register", str(tmp_path / "filed.toml"), "--replace").said[0] == 1
    assert cli("detach", "filed").json["name"] == "filed"
    assert cli("register", str(tmp_path / "filed.toml"), "--replace").code == 0


def test_who_waits_on_a_terminal_sees_how_far_it_is(cli: Cli) -> None:
    folder = cli.mxx.home / "plugins"
    folder.mkdir(exist_ok=True, mode=0o700)
    (folder / "tells.py").write_text(TELLS)
    cli.mxx.save("tells", "[tells]\n")
    ours, theirs = pty.openpty()
    process = cli.start("trigger", "tells", "--wait", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""

    def more(word: bytes) -> bool:
        nonlocal shown
        if select.select([ours], [], [], 0.05)[0]:
            shown += os.read(ours, 4096)
        return word in shown

    bar, line = b"25% page 1 of 4", b"half a line"
    until(lambda: more(bar) and shown.rfind(bar) > shown.find(line) >= 0, what="the bar behind the half line")
    (cli.mxx.home / "go").touch()
    until(lambda: more(b"succeeded"), what="the end")
    assert process.wait(PATIENCE) == 0
    assert shown.rstrip().rpartition(b"\r")[2].startswith(b"\x1b[Ktells: run")
    os.close(ours)


def test_the_line_says_what_a_run_does_that_says_nothing() -> None:
    run = {"id": 7, "status": "queued", "reason": "waits for\x1b[2J a slot", "progress": None}
    assert "run 7 is queued: waits for\N{REPLACEMENT CHARACTER}[2J a slot" in drawn(run)
