from __future__ import annotations

from typing import Any

import pytest

from plugins.builtin.os_exec import OsCommand, split
from plugins.testing import Pretend, Stop, rehearse


def problems(**options: Any) -> list[str]:
    return [f"{option}: {message}" for option, message, _ in OsCommand.check(options)]


def test_a_command_is_run_and_waited_for() -> None:
    played = rehearse(OsCommand(["tar", "-c", "."]), programs={"tar": Pretend(lasts=3)})
    assert (played.status, played.seconds, played.launches[0].argv) == ("succeeded", 3, ["tar", "-c", "."])


def test_a_string_is_split_and_never_given_to_a_shell() -> None:
    assert rehearse(OsCommand("echo 'two words' $HOME")).launches[0].argv == ["echo", "two words", "$HOME"]


def test_with_shell_the_string_goes_to_the_shell_whole() -> None:
    assert rehearse(OsCommand("a | b", shell=True)).launches[0].argv == ["/bin/sh", "-c", "a | b"]


def test_a_non_zero_code_fails_the_run_before_the_hold() -> None:
    played = rehearse(OsCommand(["tar"]), programs={"tar": Pretend(code=2)})
    assert (played.status, played.reason, played.outcome.exit_code) == ("failed", "tar ended with code 2", 2)


def test_without_check_a_non_zero_code_is_fine() -> None:
    assert (
        rehearse(OsCommand(["grep"], check=False), programs={"grep": Pretend(code=1)}).status == "succeeded"
    )


def test_without_wait_the_next_action_begins_at_once_and_the_run_holds() -> None:
    played = rehearse(
        OsCommand(["bot"], wait=False),
        OsCommand(["echo"]),
        programs={"bot": Pretend(lasts=60)},
    )
    assert (played.hooks, played.seconds) == (["action of os", "action of os#2"], 60)


def test_a_command_may_have_a_time_limit_of_its_own() -> None:
    played = rehearse(OsCommand(["slow"], timeout=5), programs={"slow": Pretend(lasts=60)})
    assert (played.status, played.reason) == ("failed", "slow took longer than 5 s")


def test_kill_names_are_told_even_if_the_run_is_cancelled() -> None:
    played = rehearse(
        OsCommand(["slow"], kill="game.exe"), programs={"slow": Pretend(lasts=60)}, stop=Stop(1)
    )
    assert played.run.kill_names == ["game.exe"]
    assert ("state", {"vars": {}, "kill_names": ["game.exe"]}) in played.host.reports


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cmd": ""}, "cmd: is empty"),
        ({"cmd": "  "}, "cmd: is empty"),
        ({"cmd": []}, "cmd: is empty"),
        ({"cmd": [" "]}, "cmd: is empty"),
        ({"cmd": "a\0b"}, "NUL"),
        ({"cmd": ["a", "b\0"]}, "NUL"),
        ({"cmd": "echo 'open"}, "cannot be split into words: no closing quotation"),
        ({"cmd": "a && b"}, "uses the shell's `&&`"),
        ({"cmd": "a || b"}, "uses the shell's `||`"),
        ({"cmd": "a | b"}, "uses the shell's `|`"),
        ({"cmd": "a > b"}, "uses the shell's `>`"),
        ({"cmd": "a; b"}, "uses the shell's `;`"),
        ({"cmd": ["a"], "shell": True}, "shell: wants one string"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused_on_save(options: dict[str, Any], says: str) -> None:
    (problem,) = problems(**options)
    assert says in problem


@pytest.mark.parametrize(
    "cmd", ["echo 'a && b'", 'echo "a | b"', r"echo a\;b", "echo a&b=1", ["echo", "a | b"]]
)
def test_shell_signs_in_quotes_or_in_a_list_are_only_text(cmd: str | list[str]) -> None:
    assert problems(cmd=cmd) == []


def test_a_shell_string_may_use_every_sign() -> None:
    assert problems(cmd="a && b | c > d", shell=True) == []


def test_words_are_split_like_a_shell_does() -> None:
    assert split("a 'b c' \"d e\" f\\ g") == ["a", "b c", "d e", "f g"]
