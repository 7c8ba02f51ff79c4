"""Plugin code may die, hang, lie or break things: the keeper stays in charge."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from plugins.custody.backends import backend
from tests.plugins.custody.kit import Going, Home, until

CLEANS = """
@hook("post_action")
def clean(self, run):
    with open(os.environ["HOME"] + "/cleaned", "a") as file:
        file.write(f"{run.elapsed:.0f} {run.vars.get('color')} {run.cancelled}\\n")
"""
"""A well-behaved plugin that leaves a mark when it cleans up."""


@pytest.fixture(autouse=True)
def home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def with_cleaner(home: Home, body: str, name: str = "bad", top: str = "", **facts: Any) -> Going:
    """A run of a plugin with this body, and of one that cleans up."""
    bad = home.plugin(name, body, top)
    return home.cold(home.plugin("cleaner", CLEANS), bad, **facts)


def cleaned(home: Home) -> list[str]:
    path = home.path / "cleaned"
    return path.read_text().splitlines() if path.exists() else []


DEATHS = {
    "exits politely": ("os._exit(0)", "the runner ended with code 0 in action of bad"),
    "crashes": (
        "import ctypes; ctypes.string_at(0)",
        "the runner was ended by signal 11 (SIGSEGV) in action of bad",
    ),
    "is killed": (
        "os.kill(os.getpid(), 9)",
        "the runner was ended by signal 9 (SIGKILL) in action of bad",
    ),
    "is ended": (
        "os.kill(os.getpid(), 15); time.sleep(9)",
        "the runner was ended by signal 15 (SIGTERM) in action of bad",
    ),
    "kills its own line": (
        "os.write(3, b'garbage\\n'); time.sleep(9)",
        "plugin code broke the line between the runner and its keeper",
    ),
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_runner_that_dies_in_an_action_fails_the_run_and_is_cleaned_up_after(
    death: str, home: Home
) -> None:
    code, reason = DEATHS[death]
    result = with_cleaner(home, f"@hook('action')\ndef act(self, run):\n    {code}").result()
    assert (result["status"], result["reason"]) == ("failed", reason)
    assert len(cleaned(home)) == 1


def test_a_runner_that_dies_in_a_condition_needs_no_clean_up(home: Home) -> None:
    result = with_cleaner(home, "@hook('all_cond')\ndef may(self):\n    os._exit(7)").result()
    assert result["reason"] == "the runner ended with code 7 in all_cond of bad"
    assert cleaned(home) == []


def test_a_runner_that_dies_in_the_hold_is_told_with_the_hook(home: Home) -> None:
    result = with_cleaner(home, "@hook('on_true')\ndef hold(self):\n    os._exit(7)").result()
    assert result["reason"] == "the runner ended with code 7 in on_true of bad"
    assert len(cleaned(home)) == 1


def test_one_plugins_death_in_post_action_does_not_cost_another_its_own(home: Home) -> None:
    dies = "@hook('post_action', priority=9)\ndef clean(self):\n    os._exit(0)"
    home.plugin("cleaner", CLEANS)
    for name in ("first", "second"):
        home.plugin(name, dies)
    run = home.cold(*((name, name, {}) for name in ("cleaner", "first", "second")))
    assert run.result()["reason"] == "the runner ended with code 0 in post_action of second"
    assert len(cleaned(home)) == 1


def test_a_clean_up_runner_does_not_repeat_what_had_begun(home: Home) -> None:
    body = (
        "@hook('post_action')\n"
        "def clean(self):\n"
        "    open(os.environ['HOME'] + '/count', 'a').write('x')\n"
        "    os._exit(0)\n"
    )
    with_cleaner(home, body).result()
    assert (home.path / "count").read_text() == "x"
    assert len(cleaned(home)) == 1


def test_a_clean_up_runner_knows_the_vars_and_the_age_of_the_run(home: Home) -> None:
    body = (
        "@hook('pre_action')\n"
        "def prepare(self, run):\n"
        "    run.vars['color'] = 'red'\n"
        "@hook('action')\n"
        "def act(self):\n"
        "    time.sleep(0.8)\n"
        "    os._exit(0)"
    )
    with_cleaner(home, body, vars={"color": "blue"}).result()
    assert cleaned(home) == ["1 red False"]


def test_unchanged_vars_are_those_of_the_job(home: Home) -> None:
    with_cleaner(home, "@hook('action')\ndef act(self):\n    os._exit(0)", vars={"color": "blue"}).result()
    assert cleaned(home) == ["0 blue False"]


def test_a_plugin_that_breaks_in_a_clean_up_runner_does_not_cost_the_others_theirs(home: Home) -> None:
    body = (
        "def __init__(self):\n"
        "    if os.path.exists(os.environ['HOME'] + '/built'):\n"
        "        raise RuntimeError('only once')\n"
        "    open(os.environ['HOME'] + '/built', 'w')\n"
        "@hook('action')\n"
        "def act(self):\n"
        "    os._exit(0)\n"
    )
    run = with_cleaner(home, body)
    run.result()
    assert len(cleaned(home)) == 1
    assert "no clean-up by bad: [bad] cannot be built: RuntimeError: only once" in run.log()


# ---- plugins that cannot be built

UNBUILDABLE = {
    "does not import": (
        "import nosuch",
        "pass",
        "[bad] cannot be built: ModuleNotFoundError: No module named",
    ),
    "is no Python": ("def (", "pass", "[bad] cannot be built: SyntaxError"),
    "raises": ("", "    raise ValueError('wants more')", "[bad] cannot be built: ValueError: wants more"),
    "exits": ("", "    sys.exit(0)", "[bad] cannot be built: SystemExit: 0"),
}


@pytest.mark.parametrize("way", UNBUILDABLE)
def test_a_plugin_that_cannot_be_built_fails_the_run_before_any_action(way: str, home: Home) -> None:
    top, init, reason = UNBUILDABLE[way]
    body = f"def __init__(self):\n    {init.strip()}\n@hook('action')\ndef act(self): pass"
    result = with_cleaner(home, body, top=top).result()
    assert (result["status"], cleaned(home)) == ("failed", [])
    assert result["reason"].startswith(reason)


def test_an_unknown_plugin_is_named(home: Home) -> None:
    assert home.run(("ozz", "ozz", {}))["reason"].startswith("no plugin is called 'ozz'")


# ---- plugins that do not let go

HANGS = {
    "sleeps": "time.sleep(60)",
    "swallows everything": "\n    ".join(
        ["while True:", "    try: time.sleep(60)", "    except BaseException: continue"]
    ),
    "is deaf in C": "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); time.sleep(60)",
    "spins": "while True: pass",
    "waits for its own thread": "thread = threading.Thread(target=time.sleep, args=(60,)); thread.start(); thread.join()",
}


@pytest.mark.parametrize("hang", HANGS)
def test_a_hanging_action_is_ended_by_the_timeout_and_cleaned_up_after(hang: str, home: Home) -> None:
    body = f"@hook('action')\ndef act(self, run):\n    {HANGS[hang]}"
    result = with_cleaner(home, body, timeout=0.5).result()
    assert result["status"] == "timed_out"
    assert result["finished_at"] - result["started_at"] < 4
    assert [line.split()[2] for line in cleaned(home)] == ["True"]


@pytest.mark.parametrize("point", ["all_cond", "any_cond", "pre_action", "action", "on_true", "on_false"])
def test_a_hang_in_any_hook_ends_with_the_timeout(point: str, home: Home) -> None:
    result = with_cleaner(home, f"@hook('{point}')\ndef act(self):\n    time.sleep(60)", timeout=0.3).result(
        8
    )
    assert result["status"] == "timed_out"


def test_a_hang_in_the_making_of_a_plugin_ends_with_the_timeout(home: Home) -> None:
    body = "def __init__(self):\n    time.sleep(60)\n@hook('action')\ndef act(self): pass"
    assert with_cleaner(home, body, timeout=0.3).result(8)["status"] == "timed_out"


def test_a_hang_in_on_error_ends_with_the_timeout_and_keeps_the_first_cause(home: Home) -> None:
    body = (
        "@hook('action')\ndef act(self):\n    1 / 0\n@hook('on_error')\ndef tell(self):\n    time.sleep(60)"
    )
    result = with_cleaner(home, body, timeout=0.5).result(8)
    assert (result["status"], result["reason"]) == (
        "failed",
        "action of bad: ZeroDivisionError: division by zero",
    )
    assert len(cleaned(home)) == 1


def test_a_hang_in_post_action_ends_with_the_budget_of_the_clean_up(home: Home) -> None:
    body = "@hook('post_action')\ndef clean(self):\n    time.sleep(60)"
    result = with_cleaner(home, body, cleanup=0.5).result(8)
    assert result["status"] == "failed"
    assert result["reason"] == "post_action took longer than 0.5 s, in post_action of bad"


def test_an_earlier_cause_outlives_the_budget_of_the_clean_up(home: Home) -> None:
    body = "@hook('action')\ndef act(self):\n    1 / 0\n@hook('post_action')\ndef clean(self):\n    time.sleep(60)"
    result = with_cleaner(home, body, cleanup=0.5).result(8)
    assert result["reason"] == "action of bad: ZeroDivisionError: division by zero"


def test_a_clean_up_that_hangs_in_its_making_ends_with_the_budget_too(home: Home) -> None:
    body = (
        "def __init__(self):\n"
        "    if os.path.exists(os.environ['HOME'] + '/built'): time.sleep(60)\n"
        "    open(os.environ['HOME'] + '/built', 'w')\n"
        "@hook('action')\n"
        "def act(self):\n"
        "    os._exit(0)\n"
    )
    result = with_cleaner(home, body, cleanup=0.5).result(8)
    assert result["reason"] == "the runner ended with code 0 in action of bad"


def test_a_cancel_during_the_clean_up_lets_it_finish(home: Home) -> None:
    body = (
        "@hook('post_action', priority=1)\ndef clean(self):\n    open('cleaning', 'w')\n    time.sleep(0.7)"
    )
    run = with_cleaner(home, body)
    until(lambda: (run.dir.work / "cleaning").exists())
    run.stop()
    assert run.result()["status"] == "succeeded"
    assert len(cleaned(home)) == 1


def test_a_failure_is_not_turned_into_a_cancel_that_comes_later(home: Home) -> None:
    body = "@hook('action')\ndef act(self):\n    1 / 0\n@hook('on_error')\ndef tell(self):\n    open('telling', 'w')\n    time.sleep(9)"
    run = with_cleaner(home, body)
    until(lambda: (run.dir.work / "telling").exists())
    run.stop()
    assert run.result(5)["status"] == "failed"


def test_a_stray_signal_from_outside_is_a_failure_not_a_success(home: Home) -> None:
    result = with_cleaner(
        home, "@hook('action')\ndef act(self):\n    os.kill(os.getpid(), signal.SIGUSR1)"
    ).result()
    assert (result["status"], result["reason"]) == ("failed", "interrupted by a signal from outside")


def test_a_stopped_run_starts_nothing_more_but_its_clean_up_may(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self, run):\n"
        "    try: time.sleep(9)\n"
        "    except BaseException: run.launch(['echo', 'in action'])\n"
        "@hook('post_action')\n"
        "def clean(self, run):\n"
        "    run.launch(['echo', 'in clean-up'])\n"
    )
    run = with_cleaner(home, body, timeout=0.3)
    assert run.result()["status"] == "timed_out"
    assert run.output() == "in clean-up\n"


# ---- plugins that leave things behind


def test_a_thread_left_behind_does_not_hold_the_run(home: Home) -> None:
    body = "@hook('action')\ndef act(self):\n    threading.Thread(target=time.sleep, args=(60,)).start()"
    assert with_cleaner(home, body).result(8)["status"] == "succeeded"


def test_plugin_code_finds_nothing_on_stdin(home: Home) -> None:
    reader = home.plugin("reader", "@hook('action')\ndef act(self, run):\n    print(repr(sys.stdin.read()))")
    run = home.cold(reader)
    assert run.result()["status"] == "succeeded"
    assert run.output() == "''\n"


def test_a_fork_of_a_plugin_neither_speaks_for_the_runner_nor_outlives_it(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self, run):\n"
        "    if os.fork() == 0:\n"
        "        open('child', 'w').write(str(os.getpid()))\n"
        "        time.sleep(60)\n"
        "    while not os.path.exists('child'): time.sleep(0.01)\n"
    )
    run = with_cleaner(home, body)
    assert run.result(8)["status"] == "succeeded"
    assert backend().identity(int((run.dir.work / "child").read_text())) is None
    assert len(cleaned(home)) == 1


def test_a_fork_that_returns_into_the_hooks_repeats_none_of_them(home: Home) -> None:
    result = with_cleaner(home, "@hook('action')\ndef act(self, run):\n    os.fork()").result(8)
    assert result["status"] == "succeeded"
    assert len(cleaned(home)) == 1


def test_what_a_plugin_starts_by_itself_ends_with_the_run(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self):\n"
        "    import subprocess\n"
        "    open('child', 'w').write(str(subprocess.Popen(['sleep', '60'], start_new_session=True).pid))\n"
    )
    run = with_cleaner(home, body)
    assert [other["name"] for other in run.result()["receipt"]["others"]] == ["sleep"]
    assert backend().identity(int((run.dir.work / "child").read_text())) is None


def test_a_plugin_that_closes_every_descriptor_fails_and_is_cleaned_up_after(home: Home) -> None:
    result = with_cleaner(home, "@hook('action')\ndef act(self):\n    os.closerange(0, 100)").result(8)
    assert result["status"] == "failed"
    assert len(cleaned(home)) == 1


def test_a_plugin_that_replaces_stdout_by_something_broken_hurts_only_itself(home: Home) -> None:
    assert (
        with_cleaner(home, "@hook('action')\ndef act(self):\n    sys.stdout = None").result(8)["status"]
        == "succeeded"
    )


# ---- what plugins say


def test_what_a_plugin_prints_is_in_the_log_at_once(home: Home) -> None:
    run = with_cleaner(
        home, "@hook('action')\ndef act(self):\n    print('hello \\udcff')\n    time.sleep(60)"
    )
    until(lambda: "hello \\udcff\n" in run.log())
    run.stop()


def test_what_a_plugin_printed_before_it_died_is_not_lost(home: Home) -> None:
    run = with_cleaner(home, "@hook('action')\ndef act(self):\n    print('last words')\n    os._exit(0)")
    run.result()
    assert "last words\n" in run.output()


def test_a_plugin_that_prints_without_end_is_kept_bounded(home: Home) -> None:
    body = "@hook('action')\ndef act(self):\n    for _ in range(100): print('x' * 1_000_000)"
    run = with_cleaner(home, body, log_limit=1 << 20)
    assert run.result(60)["status"] == "succeeded"
    assert sum(path.stat().st_size for path in run.dir.log.iterdir()) < 2 << 20


def test_a_plugin_that_makes_progress_without_end_gets_through(home: Home) -> None:
    body = "@hook('action')\ndef act(self, run):\n    for n in range(5000): run.progress(n / 5000, 'step')\n    run.progress(1, 'there')"
    run = with_cleaner(home, body)
    assert run.result()["status"] == "succeeded"
    assert run.dir.read("progress") == {"fraction": 1.0, "text": "there"}


def test_run_log_writes_lines_of_mxx_even_from_threads(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self, run):\n"
        "    threads = [threading.Thread(target=run.log.info, args=('from %d', n)) for n in range(20)]\n"
        "    [thread.start() for thread in threads]\n"
        "    [thread.join() for thread in threads]\n"
        "    run.log.info('%d and %d', 1)\n"
    )
    run = with_cleaner(home, body)
    assert run.result()["status"] == "succeeded"
    assert {f"[mxx] from {number}" for number in range(20)} <= set(run.log().splitlines())
    assert "not enough arguments" in run.log()


def test_launching_from_a_thread_is_refused_in_words(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self, run):\n"
        "    def other():\n"
        "        try: run.launch(['true'])\n"
        "        except Exception as error: print(error)\n"
        "    thread = threading.Thread(target=other); thread.start(); thread.join()\n"
    )
    run = with_cleaner(home, body)
    run.result()
    assert "for the hook's own thread" in run.output()


def test_a_giant_error_is_cut(home: Home) -> None:
    result = with_cleaner(
        home, "@hook('action')\ndef act(self):\n    raise RuntimeError('x' * 5_000_000)"
    ).result()
    assert len(result["reason"]) < 3_000
    assert len(result["error"]) <= 50_000


def test_a_text_with_nul_and_lone_surrogates_hurts_no_reader(home: Home) -> None:
    result = with_cleaner(
        home, "@hook('action')\ndef act(self):\n    raise RuntimeError('a\\0b\\ud800')"
    ).result()
    assert result["reason"] == "action of bad: RuntimeError: a\ufffdb?"


def test_a_giant_var_gets_through(home: Home) -> None:
    body = "@hook('action')\ndef act(self, run):\n    run.vars['big'] = 'x' * 20_000_000\n    os._exit(0)\n@hook('pre_action')\ndef pre(self, run):\n    run.vars['big'] = 'y' * 20_000_000"
    run = with_cleaner(home, body)
    assert run.result()["status"] == "failed"
    assert (run.dir.saved_vars() or {})["big"][0] == "y"


# ---- who they are


def test_processes_have_names_of_their_own(home: Home) -> None:
    run = with_cleaner(
        home,
        "@hook('action')\ndef act(self):\n    open('pid', 'w').write(str(os.getpid()))\n    time.sleep(60)",
    )
    pid = until(lambda: (run.dir.work / "pid").exists() and (run.dir.work / "pid").read_text())
    names = [Path(f"/proc/{number}/comm").read_text().strip() for number in (run.keeper().pid, pid)]
    assert names == ["mxx-keeper", "mxx-runner"]
    run.stop()


def test_a_runner_has_a_line_to_its_keeper_and_nothing_else(home: Home) -> None:
    body = "@hook('action')\ndef act(self):\n    print(sorted(int(fd) for fd in os.listdir('/proc/self/fd')))"
    run = with_cleaner(home, body)
    run.result()
    assert "[0, 1, 2, 3, 4]" in run.output()  # 4 is the folder that it is listing


def test_plugin_code_sees_the_environment_of_the_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXX_SECRET_KEY", "x")
    body = "@hook('action')\ndef act(self):\n    print(sorted(n for n in os.environ if n.startswith('MXX')), os.getcwd())"
    run = with_cleaner(home, body, params={"x": 1})
    run.result()
    assert run.output() == f"['MXX_JOB', 'MXX_PARAM_X', 'MXX_RUN_ID'] {run.dir.work}\n"
    assert "MXX_SECRET_KEY" in os.environ
