"""Typed params: what a job may declare, and what whoever starts it may give."""

from __future__ import annotations

import math
from typing import Any

import pytest

from plugins import jobfile
from plugins.exceptions import BadInput, Problem
from plugins.params import MAX_BYTES, Param, from_texts, read_params, values

TIMES = {"type": "int", "default": 3, "min": 1, "max": 10}
EACH = {
    "stage": "1-7",
    "times": TIMES,
    "share": {"type": "float", "min": 0},
    "hard": False,
    "pause": {"type": "duration", "default": "5m"},
    "mode": {"choices": ["fast", "careful"]},
}


def declare(**raw: Any) -> dict[str, Param]:
    return read_params(raw)


def refused(**raw: Any) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        read_params(raw)
    assert all(problem.example for problem in caught.value.problems)
    return caught.value.problems


def refused_value(param: Any, given: Any) -> Problem:
    with pytest.raises(BadInput) as caught:
        values(declare(x=param), {"x": given})
    (problem,) = caught.value.problems
    assert problem.field == "params.x" and problem.example
    return problem


def test_a_bare_value_declares_type_and_default() -> None:
    found = declare(stage="1-7", times=3, share=0.5, hard=True)
    assert [(one.type, one.default, one.required) for one in found.values()] == [
        ("str", "1-7", False),
        ("int", 3, False),
        ("float", 0.5, False),
        ("bool", True, False),
    ]


def test_a_table_without_a_default_must_be_given() -> None:
    assert declare(x={})["x"] == Param("x", "str", required=True)
    with pytest.raises(BadInput, match=r"params\.x: must be given: it has no default"):
        values(declare(x={}), {})


def test_a_table_takes_its_type_from_its_default_or_its_choices() -> None:
    found = declare(a={"default": 2}, b={"choices": [1.5, 2.5]}, c={"default": "x"}, d={"default": True})
    assert [one.type for one in found.values()] == ["int", "float", "str", "bool"]


@pytest.mark.parametrize(
    ("declaration", "field", "said"),
    [
        ([1], "params.x", "a param is a text, a number, true or false, or a table, not a list"),
        ({"type": "integer"}, "params.x.type", 'must be "str", "int"'),
        ({"type": ["int"]}, "params.x.type", "not a list"),
        ({"typ": "int"}, "params.x.typ", "did you mean type?"),
        ({"type": "int", "default": "five"}, "params.x.default", "must be a whole number"),
        ({"type": "int", "default": 11, "max": 10}, "params.x.default", "11 is above 10"),
        ({"type": "int", "min": 5, "max": 1}, "params.x.min", "min = 5 is above max = 1"),
        ({"type": "int", "min": "x"}, "params.x.min", "must be a number"),
        ({"min": 1}, "params.x.min", "is for numbers and durations"),
        ({"choices": []}, "params.x.choices", "must be a list of values"),
        ({"choices": "fast"}, "params.x.choices", "must be a list of values"),
        ({"type": "int", "choices": [1, "b"]}, "params.x.choices[1]", "must be a whole number"),
        ({"choices": ["a"], "default": "b"}, "params.x.default", 'must be "a"'),
        ({"required": "yes"}, "params.x.required", "must be true or false"),
        ({"required": True, "default": ""}, "params.x.default", "must not be empty"),
        ({"description": 5}, "params.x.description", "must be a text"),
        ({"type": "duration", "default": "soon"}, "params.x.default", "is not a duration"),
        ("a\0b", "params.x", "control characters are not allowed (U+0000)"),
        ("x" * (MAX_BYTES + 1), "params.x", "is larger than 8 KiB"),
    ],
)
def test_a_wrong_declaration_is_refused_at_its_key(declaration: Any, field: str, said: str) -> None:
    (problem,) = refused(x=declaration)
    assert problem.field == field and said in problem.message


@pytest.mark.parametrize("name", ["", "a b", "1st", "a=b", "a-b", "ä", "x" * 65, "a.b"])
def test_a_name_that_no_environment_takes_is_refused(name: str) -> None:
    assert "is no name for a param" in refused(**{name: 1})[0].message


def test_two_names_that_would_be_one_variable_are_refused() -> None:
    (problem,) = refused(Stage="a", STAGE="b")
    assert problem.field == "params.STAGE" and "MXX_PARAM_STAGE" in problem.message


def test_more_params_than_fit_are_refused() -> None:
    (problem,) = refused(**{f"p{number}": 1 for number in range(65)})
    assert problem.message == "65 params, at most 64 fit in one job"


def test_values_are_defaults_overridden_and_typed() -> None:
    found = values(declare(**EACH), {"times": 5, "share": 1, "mode": "fast"})
    assert found == {"stage": "1-7", "times": 5, "share": 1.0, "hard": False, "pause": 300, "mode": "fast"}
    assert type(found["share"]) is float and type(found["pause"]) is int


@pytest.mark.parametrize(
    ("declaration", "given", "said"),
    [
        ("a", 5, "must be a text, not the number 5"),
        ("a", None, "must be a text, not nothing"),
        ("a", ["b"], "must be a text, not a list"),
        ("a", {"b": 1}, "must be a text, not a table"),
        (1, "5", 'must be a whole number, not the text "5"'),
        (1, True, "must be a whole number, not the value true"),
        (1, 5.0, "must be a whole number"),
        (1, 2**63, "is larger than"),
        (1, -(10**4000), "is larger than"),
        (1.0, math.nan, "must be a number"),
        (1.0, math.inf, "must be a number"),
        (1.0, "nan", "must be a number"),
        (True, 1, "must be true or false, not the number 1"),
        (True, "true", "must be true or false"),
        (TIMES, 0, "0 is outside 1 to 10"),
        (TIMES, 11, "11 is outside 1 to 10"),
        ({"type": "float", "max": 1}, 1.5, "1.5 is above 1"),
        ({"type": "duration", "min": "1m"}, "59s", "is below 1m"),
        ({"type": "duration"}, -1, "is outside 0 to"),
        ({"type": "duration"}, math.nan, "is outside 0 to"),
        ({"type": "duration"}, "9" * 10**6, "not a long text"),
        ({"choices": ["fast", "careful"]}, "fst", 'did you mean "fast"?'),
        ({"type": "int", "choices": [1, 2]}, True, "must be a whole number"),
        ({}, "", "must not be empty"),
        ("a", "a\0b", "U+0000"),
        ("a", "\x1b[2J", "U+001B"),
        ("a", "a\rb", "U+000D"),
        ("a", "\ud800", "U+D800"),
        ("a", "x" * 2**20, "is larger than 8 KiB"),
        ("a", "ä" * (MAX_BYTES // 2 + 1), "is larger than 8 KiB"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_an_example(declaration: Any, given: Any, said: str) -> None:
    assert said in refused_value(declaration, given).message


@pytest.mark.parametrize(
    "text", ["; id", "$(id)", "`id`", "a\nb\tc", "--help", "${params.y}", "ä" * 4096, ""]
)
def test_a_text_may_say_whatever_it_likes(text: str) -> None:
    assert values(declare(x="default"), {"x": text}) == {"x": text}


def test_all_problems_of_one_start_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        values(declare(**EACH), {"times": 0, "stages": "x"})
    assert [problem.field for problem in caught.value.problems] == [
        "params.stages",
        "params.times",
        "params.share",
        "params.mode",
    ]
    assert "did you mean stage?" in caught.value.problems[0].message


def test_what_need_not_be_given_is_left_out() -> None:
    assert values(declare(x={"type": "int", "required": False}), {}) == {}


def test_texts_become_values_of_the_declared_type() -> None:
    typed = {"stage": "7", "times": " 5 ", "share": "1e-1", "hard": "Yes", "pause": "1h", "mode": "fast"}
    found = values(declare(**EACH), from_texts(declare(**EACH), typed))
    assert found == {"stage": "7", "times": 5, "share": 0.1, "hard": True, "pause": 3600, "mode": "fast"}


@pytest.mark.parametrize("text", ["5.0", "five", "1_000", "\u0665", "0x10", "nan", "9" * 10**6])
def test_a_text_that_is_no_whole_number_is_refused_as_what_it_is(text: str) -> None:
    with pytest.raises(BadInput, match="must be a whole number, not the text"):
        values(declare(x=1), from_texts(declare(x=1), {"x": text}))


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999", "1_0", "\u0665"])
def test_a_text_that_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="must be a number, not the text"):
        values(declare(x=1.0), from_texts(declare(x=1.0), {"x": text}))


def test_an_empty_field_counts_only_where_a_text_may_be_empty() -> None:
    assert from_texts(declare(**EACH), dict.fromkeys(EACH, "")) == {"stage": ""}


def test_the_example_in_the_docstring_is_a_good_declaration() -> None:
    from plugins import params

    toml = (params.__doc__ or "").split("```")[1].removeprefix("toml")
    assert set(read_params(jobfile.parse(toml).params)) == {"stage", "times", "mode"}
