from __future__ import annotations

import pytest

from plugins.exceptions import BadInput
from plugins.jobfile import check_name, name_key


@pytest.mark.parametrize(
    "name", ["a", "Nightly backup 2", "v1.2_x-y", "每日任务", "ежедневно", "สวัสดี", "x" * 100]
)
def test_letters_of_any_language_digits_space_dot_dash_and_underscore_make_a_name(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "must not be empty"),
        ("   ", "must not be empty"),
        ("x" * 101, "at most 100"),
        ("a" + " " * 5000 + "b", "at most 100"),
        ("\ufdfa" * 90, "at most 100"),
        (".hidden", "must not begin"),
        ("-rf", "must not begin"),
        ("a\x00b", r"U\+0000 at 2"),
        ("a\nX-Evil: 1", r"U\+000A at 2"),
        ("a\n", r"U\+000A at 2"),
        ("\x1b[31m", r"U\+001B at 1"),
        ("\ud800", r"U\+D800"),
        ("a\u202eb", r"U\+202E"),
        ("a\u200bb", r"U\+200B"),
        ("../etc/passwd", "must not begin|the character /"),
        ("a/b", "the character / at 2"),
        ("<b>", "the character <"),
        ("{{7*7}}", "the character {"),
        (5, "must be a text"),
    ],
)
def test_a_name_that_could_do_harm_is_refused_in_words(name: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        check_name(name)
    assert caught.value.problems[0].field == "name"
    assert caught.value.problems[0].example


def test_a_name_is_stored_trimmed_and_in_its_usual_letters() -> None:
    assert check_name("  \uff21dmin\u3000x ") == "Admin x"


@pytest.mark.parametrize("twin", ["ADMIN", "\uff21dmin", " admin "])
def test_names_that_look_the_same_are_the_same(twin: str) -> None:
    assert name_key(twin) == name_key("admin")


def test_accents_count_however_they_are_composed() -> None:
    assert name_key("caf\u00e9") == name_key("CAFE\u0301") != name_key("cafe")
