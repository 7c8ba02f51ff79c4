from __future__ import annotations

from dataclasses import replace

import pytest

from plugins import jobfile, registry
from plugins.checking import check
from plugins.exceptions import BadInput, Problem
from plugins.sections import PluginCall
from tests.costs import seconds_of

HELLO = """\
[job]
timeout = "2h"

[os]
cmd = ["echo", "hello"]

[lifetime]
lifetime = "1h30m"
"""


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        check(jobfile.parse(text))
    return caught.value.problems


def test_a_checked_job_has_plain_calls_in_the_order_of_the_file() -> None:
    checked = check(jobfile.parse(HELLO))
    assert checked.table.timeout == 7200
    assert checked.calls == [
        PluginCall("os", "os", {"cmd": ["echo", "hello"]}),
        PluginCall("lifetime", "lifetime", {"lifetime": 5400.0}),
    ]


def test_two_sections_of_one_plugin_are_two_calls() -> None:
    checked = check(jobfile.parse('[[os]]\ncmd = "a"\n[[os]]\ncmd = "b"\n'))
    assert [(call.instance, call.key) for call in checked.calls] == [("os", "os"), ("os#2", "os")]


def test_all_problems_are_told_at_once_from_top_to_bottom() -> None:
    problems = problems_of(
        '[os]\ncmd = 1\n[job]\ntimeout = -1\n[appp]\n[notify]\n[lifetime]\nlifetime = "x"\n'
    )
    assert [(problem.line, problem.field) for problem in problems] == [
        (2, "os.cmd"),
        (4, "job.timeout"),
        (5, "appp"),
        (6, "notify"),
        (8, "lifetime.lifetime"),
    ]


def test_a_mistake_in_the_second_table_is_told_at_its_own_line() -> None:
    (problem,) = problems_of('[[os]]\ncmd = "a"\n\n[[os]]\ncmd = "b"\nwait = 1\n')
    assert (problem.field, problem.line, problem.column) == ("os[1].wait", 6, 1)


def test_what_only_the_plugin_knows_is_told_at_its_option() -> None:
    (problem,) = problems_of('[os]\nwait = true\ncmd = "a | b"\n')
    assert (problem.field, problem.line, problem.example) == ("os.cmd", 3, "shell = true")


def test_problems_of_a_json_config_have_no_lines() -> None:
    with pytest.raises(BadInput) as caught:
        check(jobfile.from_config({"os": {"cmd": 1}}))
    assert [(problem.field, problem.line) for problem in caught.value.problems] == [("os.cmd", None)]


def test_a_plugin_that_another_one_requires_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    needy = replace(registry.catalog()["os"], requires=["lifetime"])
    monkeypatch.setitem(registry.catalog(), "os", needy)
    (problem,) = problems_of('[os]\ncmd = "a"\n')
    assert (problem.field, problem.message) == ("os", "[os] needs [lifetime] in the same job")
    assert check(jobfile.parse(HELLO))


def test_a_plugin_that_cannot_be_loaded_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(
        registry.catalog()["os"], error={"file": "os.py", "line": 3, "message": "SyntaxError: oops"}
    )
    monkeypatch.setitem(registry.catalog(), "os", broken)
    (problem,) = problems_of('[os]\ncmd = "a"\n')
    assert (problem.code, problem.message) == (
        "broken_plugin",
        "[os] cannot be loaded: os.py, line 3: SyntaxError: oops",
    )


def test_at_most_fifty_problems_are_told() -> None:
    assert len(problems_of("[os]\n" + "\n".join(f"k{number} = 1" for number in range(1000)))) == 50


def test_params_are_kept_as_they_are_written() -> None:
    parsed = jobfile.parse(HELLO + '[params]\ntarget = "photos"\ncount = { type = "int" }\n')
    assert check(parsed).jobfile.params == {"target": "photos", "count": {"type": "int"}}


def test_the_examples_of_the_built_in_plugins_are_right() -> None:
    for description in registry.catalog().values():
        example = description.doc.split("```toml")[1].split("```")[0]
        assert check(jobfile.parse(example)).calls


def test_an_ordinary_job_is_read_and_checked_two_hundred_times_a_second() -> None:
    check(jobfile.parse(HELLO))
    assert seconds_of(lambda: [check(jobfile.parse(HELLO)) for _ in range(100)]) < 0.5
