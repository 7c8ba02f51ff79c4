"""The zygote: one process that starts keepers, and is no loss."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plugins.custody.backends import Identity, backend
from tests.plugins.custody.kit import ROOT, Home, Zygote, program, until, until_there


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def working(zygote: int) -> list[int]:
    """Children, zombies too, but for those that wait for a run."""
    names = {child: Path(f"/proc/{child}/comm") for child in children(zygote)}
    return [child for child, comm in names.items() if not comm.exists() or comm.read_text() != "mxx-spare\n"]


def heard(notices: int, kind: str) -> list[dict[str, object]]:
    """Notices up to the first of this kind."""
    text = b""
    limit = time.monotonic() + 20
    while f'"{kind}"'.encode() not in text:
        assert select.select([notices], [], [], limit - time.monotonic())[0], text
        text += os.read(notices, 1 << 16)
    return [json.loads(line) for line in text.splitlines()]


def test_it_has_a_name_and_a_session_of_its_own(zygote: Zygote) -> None:
    pid = zygote.process.pid
    assert Path(f"/proc/{pid}/comm").read_text() == "mxx-zygote\n"
    assert os.getsid(pid) == pid
    assert b"manage.py" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_it_tells_of_the_start_and_the_end_of_a_run(home: Home) -> None:
    reading, writing = os.pipe()
    home.zygote = Zygote(stdout=writing)
    os.close(writing)
    home.run(program("true"))
    notices = heard(reading, "ended")
    assert [(one["kind"], one["run"], one["attempt"]) for one in notices] == [
        ("started", 1, 1),
        ("ended", 1, 1),
    ]
    assert home.zygote.close() == 0
    os.close(reading)


def test_a_keeper_may_keep_several_runs_and_loses_no_descriptor_by_it(home: Home) -> None:
    home.zygote = Zygote()
    first = home.go(program("true"))
    first.result()
    keeper = first.keeper()
    open_then = until(lambda: free(keeper.pid))
    for _ in range(5):
        assert home.run(program("true"))["status"] == "succeeded"
        assert until(lambda: free(keeper.pid)) == open_then
    assert home.runs[-1].keeper() == keeper
    home.zygote.close()


def test_a_keeper_that_has_kept_enough_runs_ends_and_loses_none(home: Home) -> None:
    code = "from plugins.custody import keeper, zygote\nkeeper.MOST_RUNS = 2\nzygote.main()"
    home.zygote = Zygote(["-c", code])
    for _ in range(5):
        assert home.run(program("true"))["status"] == "succeeded"
    assert len({run.keeper() for run in home.runs}) >= 3
    home.zygote.close()


def free(keeper: int) -> list[str]:
    """Descriptors of a keeper that waits for another run; none of one that has a run."""
    if Path(f"/proc/{keeper}/comm").read_text() != "mxx-spare\n":
        return []
    return sorted(os.readlink(entry) for entry in Path(f"/proc/{keeper}/fd").iterdir())


def test_each_run_of_a_keeper_can_wake_it(home: Home) -> None:
    never_look = "from plugins.custody import keeping, zygote\nkeeping.LOOK = 60\nzygote.main()"
    home.zygote = Zygote(["-c", never_look])
    first, second = (_stopped_by_a_signal(home) for _ in range(2))
    assert first == second
    home.zygote.close()


def _stopped_by_a_signal(home: Home) -> Identity:
    """Its keeper, once that is free again."""
    run = home.go(program("sleep", "60"))
    until(run.dir.ledger)
    run.stop()
    assert run.result(10)["status"] == "cancelled"
    until(lambda: free(run.keeper().pid))
    return run.keeper()


def test_free_keepers_end_after_a_while_but_for_one_spare(home: Home) -> None:
    home.zygote = Zygote()
    runs = [home.go(program("sleep", "0.2")) for _ in range(3)]
    for run in runs:
        run.result()
    most = 1 if backend().prepare_groups() else 0
    until(lambda: sum(backend().alive(run.keeper()) for run in runs) <= most, 5)
    home.zygote.close()


def test_a_free_keeper_ends_with_the_zygote(home: Home) -> None:
    home.zygote = Zygote()
    run = home.go(program("true"))
    run.result()
    home.zygote.process.kill()
    home.zygote.process.communicate()
    until(lambda: not backend().alive(run.keeper()), 5)


def test_runs_at_the_same_time_have_keepers_of_their_own(home: Home) -> None:
    runs = [home.go(program("sleep", "60")) for _ in range(3)]
    assert len({run.keeper() for run in runs}) == 3


def test_it_leaves_no_zombies(home: Home) -> None:
    for run in [home.go(program("true")) for _ in range(20)]:
        run.result()
    until(lambda: working(home.zygote.process.pid) == [])


def test_its_end_leaves_a_running_keeper_alone(home: Home, tmp_path: Path) -> None:
    home.zygote = Zygote()
    run = home.go(until_there(tmp_path / "end")).begun()
    assert home.zygote.close() == 0
    assert backend().alive(run.keeper())
    (tmp_path / "end").touch()
    assert run.result()["status"] == "succeeded"


def test_its_violent_death_leaves_a_running_keeper_alone(home: Home, tmp_path: Path) -> None:
    home.zygote = Zygote()
    run = home.go(until_there(tmp_path / "end")).begun()
    home.zygote.process.kill()
    home.zygote.process.communicate()
    (tmp_path / "end").touch()
    assert run.result()["status"] == "succeeded"


@pytest.mark.parametrize("number", [1, 2, 10, 15])
def test_signals_of_a_terminal_do_not_end_it(number: int, home: Home) -> None:
    os.kill(home.zygote.process.pid, number)
    assert home.run(program("true"))["status"] == "succeeded"


def test_a_keeper_killed_is_told_at_once(home: Home) -> None:
    reading, writing = os.pipe()
    home.zygote = Zygote(stdout=writing)
    os.close(writing)
    run = home.go(program("sleep", "60")).begun()
    os.kill(run.keeper().pid, 9)
    assert [one["kind"] for one in heard(reading, "gone")] == ["started", "gone"]
    for member in backend().members(run.spec.mark, keeper=None):
        backend().kill(member.identity)
    home.zygote.close()
    os.close(reading)


def test_a_supervisor_that_does_not_listen_holds_no_run(home: Home) -> None:
    """Its pipe is full, then broken."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    while True:
        try:
            os.write(writing, b"x" * 4096)
        except BlockingIOError:
            break
    home.zygote = Zygote(stdout=writing)
    os.close(writing)
    assert home.run(program("true"))["status"] == "succeeded"
    os.close(reading)
    assert home.run(program("true"))["status"] == "succeeded"
    home.zygote.close()


def test_a_go_token_in_two_pieces_starts_one_run(home: Home) -> None:
    spec = home.spec(program("true"))
    stdin = home.zygote.process.stdin
    assert stdin is not None
    for piece in (spec.line()[:50], spec.line()[50:]):
        stdin.write(piece)
        stdin.flush()
    assert until(spec.dir.result)["status"] == "succeeded"


def test_a_token_without_its_end_starts_nothing(home: Home) -> None:
    other = Zygote()
    spec = home.spec(program("true"))
    assert other.process.stdin is not None
    other.process.stdin.write(spec.line()[:-1])
    assert other.close() == 0
    assert spec.dir.started() is None


def test_a_keeper_holds_nothing_of_the_zygotes(home: Home) -> None:
    run = home.go(program("sleep", "60")).begun()
    folder = Path(f"/proc/{run.keeper().pid}/fd")
    names = {int(entry.name): os.readlink(entry) for entry in folder.iterdir()}
    assert names[0] == "/dev/null"
    assert not [name for name in names.values() if name in _pipes_of(home.zygote.process)]
    run.stop()


def _pipes_of(process: subprocess.Popen[bytes]) -> set[str]:
    """The zygote's own: its input and its wake-up pipe."""
    folder = Path(f"/proc/{process.pid}/fd")
    links = {int(entry.name): os.readlink(entry) for entry in folder.iterdir()}
    return {link for number, link in links.items() if number == 0 or (number > 3 and link.startswith("pipe"))}


def test_when_no_process_can_be_made_the_supervisor_is_told(home: Home) -> None:
    code = (
        "import os\n"
        "from plugins.custody import zygote\n"
        "def fail(): raise BlockingIOError(11, 'no more processes')\n"
        "os.fork = fail\n"
        "zygote.main()\n"
    )
    reading, writing = os.pipe()
    home.zygote = Zygote(command=["-c", code], stdout=writing, stderr=subprocess.DEVNULL)
    os.close(writing)
    home.go(program("true"))
    assert [one["kind"] for one in heard(reading, "gone")] == ["gone"]
    assert home.zygote.close() == 0
    os.close(reading)


def test_it_imports_neither_django_nor_pydantic_nor_what_makes_forks_slow() -> None:
    code = (
        "import sys, plugins.custody.zygote as zygote; zygote._warm_up();"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    heavy = (
        "django",
        "pydantic",
        "psutil",
        "yaml",
        "logging",
        "threading",
        "subprocess",
        "random",
        "asyncio",
    )
    command = [sys.executable, "-c", code, *heavy]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"
