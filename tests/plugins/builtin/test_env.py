"""Variables for the run's programs."""

from __future__ import annotations

import pytest

from plugins import checking, jobfile
from tests.plugins.builtin.kit import Home, only_problem

SHOW = '[os]\ncmd = ["env"]\n'


def test_every_program_of_the_run_gets_them_wherever_the_section_stands(home: Home) -> None:
    ran = home.play(SHOW + '[env]\nGREETING = "hello world"\nRETRIES = 3\nVERBOSE = true\nRATIO = 0.5\n')
    assert {"GREETING=hello world", "RETRIES=3", "VERBOSE=true", "RATIO=0.5"} <= set(ran.log.splitlines())


def test_a_program_s_own_variable_wins(home: Home) -> None:
    ran = home.play('[env]\nCOLOUR = "red"\n' + SHOW + '[os.env]\nCOLOUR = "blue"\n')
    assert "COLOUR=blue" in ran.log
    assert "COLOUR=red" not in ran.log


def test_what_the_user_had_set_is_replaced_in_the_run_only(home: Home) -> None:
    home.environment["COLOUR"] = "grey"
    assert "COLOUR=red" in home.play('[env]\nCOLOUR = "red"\n' + SHOW).log
    assert "COLOUR=grey" in home.play(SHOW).log


def test_a_variable_is_no_option_that_nobody_knows() -> None:
    assert checking.check(jobfile.parse('[env]\nCOLOUR = "red"\n')).warnings == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('MXX_HOME = "/x"', "env.MXX_HOME: is MXX's own"),
        ('mxx_home = "/x"', "env.mxx_home: is MXX's own"),
        ('_MXX_MARK_1 = "x"', "env._MXX_MARK_1: is MXX's own"),
        ('"A=B" = "x"', "env.A=B: is no name for a variable"),
        ('"9" = "x"', "env.9: is no name for a variable"),
        ('A = ["x"]', "env.A: must be a text, a number, or true or false"),
        ('A = { b = "x" }', "env.A: must be a text, a number, or true or false"),
        ("", "env: sets no variable"),
    ],
)
def test_wrong_variables_are_refused_on_save(line: str, says: str) -> None:
    assert says in only_problem(f"[env]\n{line}\n")
