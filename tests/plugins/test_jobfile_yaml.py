from __future__ import annotations

from typing import Any

import pytest

from plugins import jobfile
from plugins.exceptions import BadInput


def value_of(scalar: str) -> Any:
    return jobfile.parse(f"os:\n  x: {scalar}\n", format="yaml").config["os"]["x"]


@pytest.mark.parametrize(
    "text",
    ["NO", "no", "yes", "on", "off", "y", "22:22", "1_000", "2030-01-01", "1e", "0b11", "=", "a b", "0x"],
)
def test_what_yaml_1_1_would_twist_stays_the_text_it_is(text: str) -> None:
    assert value_of(text) == text


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("False", False),
        ("-12", -12),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(scalar: str, value: Any) -> None:
    found = value_of(scalar)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("quoted", ['"5"', "'true'", "'~'", '"010"', "|\n    null"])
def test_whatever_is_quoted_is_a_text(quoted: str) -> None:
    assert isinstance(value_of(quoted), str)


@pytest.mark.parametrize("zero", ["010", "-007", "08"])
def test_a_leading_zero_is_refused_since_readers_disagree_about_it(zero: str) -> None:
    with pytest.raises(BadInput, match="octal to some readers"):
        value_of(zero)


@pytest.mark.parametrize("nothing", ["", "~", "null", "NULL"])
def test_no_value_is_refused_in_each_of_its_spellings(nothing: str) -> None:
    with pytest.raises(BadInput, match=r"os\.x: there is no value here"):
        value_of(nothing)


def test_a_key_is_a_text_whatever_it_looks_like() -> None:
    parsed = jobfile.parse("os:\n  env: {8080: a, on: b, no: c}\n", format="yaml")
    assert parsed.config["os"]["env"] == {"8080": "a", "on": "b", "no": "c"}


def test_a_version_line_and_one_document_marker_are_fine() -> None:
    assert jobfile.parse("%YAML 1.2\n---\nos: {cmd: a}\n...\n", format="yaml").config == {"os": {"cmd": "a"}}


def test_a_tag_directive_is_refused() -> None:
    with pytest.raises(BadInput, match="tags are not supported"):
        jobfile.parse("%TAG !e! tag:example.com,2000:\n---\nos: {cmd: a}\n", format="yaml")


@pytest.mark.parametrize("text", ["os: !!str a", "os: ! a", "os: !custom {a: b}", "!!map {os: {cmd: a}}"])
def test_even_harmless_tags_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="tag"):
        jobfile.parse(text, format="yaml")
