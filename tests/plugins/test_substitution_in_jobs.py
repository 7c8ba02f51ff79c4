"""Placeholders in a job file: refused on save when they cannot work, typed again with a run's real values."""

from __future__ import annotations

from typing import Any

import pytest

from plugins import jobfile, params
from plugins.checking import check
from plugins.exceptions import BadInput, MxxError, Problem
from plugins.sections import PluginCall

ECHO = '[os]\ncmd = ["echo", "{}"]\n'


def call_of(text: str) -> PluginCall:
    return check(jobfile.parse(text)).calls[0]


def options_of(text: str, **given: Any) -> dict[str, Any]:
    """As a run with these params gets them."""
    checked = check(jobfile.parse(text))
    values = params.values(checked.params, given)
    (call,) = checked.calls
    assert call.template is not None
    return call.template.fill(values, checked.jobfile.vars)[0]


def refused(text: str) -> Problem:
    with pytest.raises(BadInput) as caught:
        check(jobfile.parse(text), secrets={"token"})
    (problem,) = caught.value.problems
    assert problem.example and problem.line
    return problem


def test_a_section_without_placeholders_has_no_template() -> None:
    assert call_of(ECHO.format("hello")).template is None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("${params.x}", '"x" is not declared in [params]'),
        ("${params.stag}", "did you mean stage?"),
        ("${vars.x}", '"x" is not declared in [vars]'),
        ("${secret.x}", 'there is no secret called "x"'),
        ("${secret.tokn}", "did you mean token?"),
        ("${param.stage}", "did you mean ${params.stage}?"),
        ("${params.perhaps}", "may be left out by whoever starts the job: give it a default"),
        ("a ${vars.words}", "is a list: it can only stand alone"),
        ("${HOME:-x}", "is no placeholder"),
    ],
)
def test_what_cannot_be_filled_in_is_refused_on_save_with_its_line(place: str, said: str) -> None:
    declared = '[vars]\nwords = ["a"]\n[params]\nstage = "1"\nperhaps = {required = false}\n'
    problem = refused(declared + ECHO.format(place))
    assert problem.field == "os.cmd[1]" and said in problem.message


def test_params_and_vars_are_filled_in_and_typed() -> None:
    text = '[params]\nlong = {type = "duration"}\n[vars]\nhow = "finish"\n[lifetime]\nlifetime = "${params.long}"\nwhen_exits = "${vars.how}"\n'
    assert options_of(text, long="5m") == {"lifetime": 300.0, "when_exits": "finish"}


def test_a_number_is_written_out_where_only_texts_fit() -> None:
    text = (
        '[params]\nn = 5\nyes = true\n[os]\ncmd = ["seq", "${params.n}"]\nenv = { YES = "${params.yes}" }\n'
    )
    assert options_of(text, n=7) == {"cmd": ["seq", "7"], "env": {"YES": "true"}}


def test_a_list_stands_alone_where_a_list_fits() -> None:
    text = '[vars]\nargs = ["-a", "b c"]\n[app]\npath = "/usr/bin"\ntargetExe = "x"\nargs = "${vars.args}"\n'
    assert options_of(text)["args"] == ["-a", "b c"]


@pytest.mark.parametrize(
    ("declared", "option", "said"),
    [
        ('[params]\nx = "soon"\n', 'timeout = "${params.x}"', "is not a duration"),
        ("[params]\nx = true\n", 'cwd = ["${params.x}"]', "must be a text"),
        (
            "[params]\nx = {type = 'bool'}\n",
            'timeout = "${params.x}"',
            "must be a duration, and ${params.x} is true or false",
        ),
        ("[vars]\nx = [1]\n", 'cwd = "${vars.x}"', "must be a text, not a list"),
        (
            "",
            'timeout = "${HOME}"',
            "must be a duration, and ${HOME} is a text that is only known in the run",
        ),
        ("", 'wait = "${HOME}"', "must be true or false, and ${HOME} is a text"),
    ],
)
def test_a_type_that_can_never_fit_is_refused_on_save(declared: str, option: str, said: str) -> None:
    assert said in refused(f'{declared}[os]\ncmd = "ls"\n{option}\n').message


def test_a_value_that_does_not_fit_fails_its_run_with_a_sentence() -> None:
    text = '[params]\nhow = {}\n[lifetime]\nlifetime = 1\nwhen_exits = "${params.how}"\n'
    assert options_of(text, how="fail")["when_exits"] == "fail"
    with pytest.raises(MxxError, match=r'lifetime\.when_exits: must be "keep".*not the text "burn"'):
        options_of(text, how="burn")


def test_a_plugins_own_check_sees_the_real_values() -> None:
    text = "[params]\nlong = 5\n[lifetime]\nlifetime = '${params.long}'\n"
    with pytest.raises(MxxError, match=r"lifetime\.lifetime: must be above 0"):
        options_of(text, long=0)


@pytest.mark.parametrize(
    "value", ["; id", "$(id)", "`id`", "a\nb", "--help", "a 'b", 'a "b', "${params.y}", "| sh"]
)
def test_a_value_in_a_command_line_is_one_word_as_it_is(value: str) -> None:
    text = "[params]\nx = {}\ny = 'second'\n[os]\ncmd = 'echo -- ${params.x} \"<${params.x}>\"'\n"
    assert options_of(text, x=value)["cmd"] == ["echo", "--", value, f"<{value}>"]


def test_a_command_line_with_a_shells_signs_is_still_refused() -> None:
    assert (
        "add `shell = true`" in refused("[params]\nx = 'a'\n[os]\ncmd = 'echo ${params.x} | sort'\n").message
    )


@pytest.mark.parametrize(
    ("cmd", "example"),
    [
        ("'echo ${params.x}'\nshell = true", r'"echo \"$MXX_PARAM_X\""'),
        ("'echo \"a ${params.x}\"'\nshell = true", r'"echo \"a $MXX_PARAM_X\""'),
        ("['sh', '-c', 'echo ${params.x}']", r'"echo \"$MXX_PARAM_X\""'),
        ("['nice', '/bin/bash', '-lc', '${params.x}']", r'"\"$MXX_PARAM_X\""'),
        ("['cmd.exe', '/C', 'echo', '${params.x}']", r'"\"$MXX_PARAM_X\""'),
        ("\"sh -c 'echo ${params.x}'\"", r'"echo \"$MXX_PARAM_X\""'),
        ("'echo ${params.x}'\nshell = '${params.on}'", r'"echo \"$MXX_PARAM_X\""'),
    ],
)
def test_a_value_in_a_shells_text_is_refused_with_the_mended_line(cmd: str, example: str) -> None:
    problem = refused(f"[params]\nx = 'a'\non = true\n[os]\ncmd = {cmd}\n")
    assert "its value could be run as commands" in problem.message and problem.example == example


def test_vars_in_a_shells_text_are_mended_with_the_environment() -> None:
    problem = refused("[vars]\nx = 'a'\n[os]\nshell = true\ncmd = 'echo ${vars.x}'\n")
    assert problem.example == r'"echo \"$X\"" with env = { X = "${vars.x}" }'


def test_what_is_the_shells_own_stays_the_shells_own() -> None:
    for cmd in ("'echo ${HOME} ${x:-1} $${y}'\nshell = true", "['bash', '-c', 'echo ${HOME} ${a[@]}']"):
        assert call_of(f"[os]\ncmd = {cmd}\n").template is None


def test_an_undeclared_name_is_not_told_twice_when_its_declaration_is_wrong() -> None:
    assert refused('[params]\nx = {type = "integer"}\n' + ECHO.format("${params.x}")).field == "params.x.type"
