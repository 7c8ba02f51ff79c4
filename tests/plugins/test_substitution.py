"""Placeholders: how they are read, filled in once and never looked at again."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.exceptions import BadInput, MxxError
from plugins.substitution import MAX_FILLED, Malformed, Place, complete, filled, holes_of, parts_of

HOME, X, Y = Place("env", "HOME"), Place("params", "x"), Place("vars", "y")


def fill(options: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Params and vars filled in, then what is left, by an environment of HOME=/home/me."""
    found, left = filled(options, holes_of(options, "os"), lambda place: given[place.name])
    complete([("os", "os", found)], [(0, *blank) for blank in left], {"HOME": "/home/me"}, {"key": "s3cret"})
    return found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a $HOME $5 {x}", ["a $HOME $5 {x}"]),
        ("${HOME}", [HOME]),
        ("a${params.x}b${vars.y}", ["a", X, "b", Y]),
        ("$${HOME}", ["${HOME}"]),
        ("$$${HOME}", ["$${HOME}"]),
        ("$${a} ${params.x} $${b}", ["${a} ", X, " ${b}"]),
        ("${vars.with space.and.dots}", [Place("vars", "with space.and.dots")]),
    ],
)
def test_a_text_is_taken_apart(text: str, parts: list[Any]) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${param.x}", "did you mean ${params.x}?"),
        ("${secrets.x}", "did you mean ${secret.x}?"),
        ("${HOME", "is not closed with }"),
        ("${}", "is no placeholder"),
        ("${x:-1}", "write $${ where ${ is meant as it stands"),
        ("${params.}", "is no placeholder"),
        ("${params.x${HOME}}", "is not closed"),
    ],
)
def test_what_is_no_placeholder_is_told_with_the_way_out(text: str, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        parts_of(text)
    assert said in str(caught.value)


def test_a_whole_placeholder_keeps_its_values_type_and_a_part_becomes_text() -> None:
    options = {"a": "${params.n}", "b": "n=${params.n}", "c": ["${params.t}", {"d": "${params.f}!"}]}
    assert fill(options, n=5, t=True, f=0.5) == {"a": 5, "b": "n=5", "c": [True, {"d": "0.5!"}]}


def test_environment_and_secrets_are_filled_in_last() -> None:
    options = {"a": "${HOME}/${params.x}/${secret.key}", "b": "$${HOME}"}
    assert fill(options, x="y") == {"a": "/home/me/y/s3cret", "b": "${HOME}"}


@pytest.mark.parametrize("value", ["${HOME}", "${secret.key}", "${params.x}", "$${HOME}", "$", "$$", "${"])
def test_a_value_is_never_looked_at_again(value: str) -> None:
    options = {"a": "${params.x}", "b": "${params.x}{HOME}", "c": "${params.x}${HOME}"}
    assert fill(options, x=value) == {"a": value, "b": f"{value}{{HOME}}", "c": f"{value}/home/me"}


def test_the_options_as_they_were_written_are_left_alone() -> None:
    options = {"a": ["${params.x}"]}
    fill(options, x="y")
    assert options == {"a": ["${params.x}"]}


@pytest.mark.parametrize(
    ("text", "said"), [("${NOWHERE}", r"\$\{NOWHERE\} is not in"), ("${secret.no}", "no secret")]
)
def test_what_is_not_there_in_the_run_is_told_with_the_plugin(text: str, said: str) -> None:
    with pytest.raises(MxxError, match=rf"\[os\] cannot be built: .*{said}"):
        fill({"a": text})


def test_placeholders_in_names_are_refused() -> None:
    with pytest.raises(BadInput, match="for values, not for names"):
        holes_of({"env": {"${params.x}": "1"}}, "os")


def test_texts_that_would_grow_without_end_are_refused() -> None:
    text = "${params.x}" * (MAX_FILLED // 8192 + 1)
    with pytest.raises(MxxError, match="larger than 1 MiB"):
        fill({"a": text}, x="x" * 8192)
    with pytest.raises(MxxError, match="larger than 1 MiB"):
        fill({"a": ["${params.x}"] * (MAX_FILLED // 8192 + 1)}, x="x" * 8192)
