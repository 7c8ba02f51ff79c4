from __future__ import annotations

import json
import tomllib
import typing
from dataclasses import asdict
from typing import Any, Literal

import pytest

from plugins.base import Duration, Plugin
from plugins.exceptions import BadInput
from plugins.options import Option, WrongOption, check_options, json_schema, model_of, schema_of, signature_of


class Everything(Plugin):
    """Has an option of every type.

    ```toml
    [everything]
    words = ["echo", "hi"]   # as in a shell
    text = "hello"
    ```

    text: what to say.
    """

    name = "everything"

    def __init__(
        self,
        text: str,
        whole: int = 3,
        number: float = 1.5,
        flag: bool = False,
        words: list[str] | None = None,
        pairs: dict[str, str] | None = None,
        pick: Literal["red", "green"] = "red",
        cmd: str | list[str] = "true",
        delay: Duration = 10.0,
        unset: int = None,  # type: ignore[assignment] # noqa: RUF013 - the prototype's way to say optional
        anything: Any = None,
        copy: str = "",
        _x: str = "",
    ) -> None: ...


SIGNATURE = signature_of(Everything)


def checked(**options: Any) -> dict[str, Any]:
    return check_options("everything", SIGNATURE, {"text": "hi", **options}, "everything")


def refusal(**options: Any) -> str:
    with pytest.raises(BadInput) as caught:
        checked(**options)
    (problem,) = caught.value.problems
    assert problem.example
    return f"{problem.field}: {problem.message}"


@pytest.mark.parametrize(
    "options",
    [
        {"whole": 5},
        {"number": 2.5},
        {"flag": True},
        {"words": ["a", ""]},
        {"pairs": {"A": "b"}},
        {"pick": "green"},
        {"cmd": "echo hi"},
        {"cmd": ["echo", "hi"]},
        {"unset": 1},
        {"anything": {"a": [1, "b"]}},
        {"copy": "x", "_x": "y"},
    ],
)
def test_a_right_value_is_handed_on_as_it_is(options: dict[str, Any]) -> None:
    assert checked(**options) == {"text": "hi", **options}


def test_options_that_are_left_out_stay_out() -> None:
    assert checked() == {"text": "hi"}


def test_a_whole_number_is_fine_where_a_number_is_wanted() -> None:
    found = checked(number=2)["number"]
    assert (found, type(found)) == (2.0, float)


@pytest.mark.parametrize(("given", "seconds"), [("1h30m", 5400.0), (90, 90.0), (0.5, 0.5)])
def test_a_duration_becomes_seconds(given: Any, seconds: float) -> None:
    assert checked(delay=given)["delay"] == seconds


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": 5}, "everything.text: must be a text, not the number 5"),
        ({"text": ["a"]}, "everything.text: must be a text, not a list"),
        ({"whole": "5"}, 'everything.whole: must be a whole number, not the text "5"'),
        ({"whole": 5.0}, "everything.whole: must be a whole number, not the number 5.0"),
        ({"whole": True}, "everything.whole: must be a whole number, not the value true"),
        ({"unset": "x"}, 'everything.unset: must be a whole number, not the text "x"'),
        ({"number": True}, "everything.number: must be a number, not the value true"),
        ({"number": "1"}, 'everything.number: must be a number, not the text "1"'),
        ({"flag": 1}, "everything.flag: must be true or false, not the number 1"),
        ({"flag": "yes"}, 'everything.flag: must be true or false, not the text "yes"'),
        ({"words": "a"}, 'everything.words: must be a list of texts, not the text "a"'),
        ({"words": ["a", 1]}, "everything.words[1]: must be a text, not the number 1"),
        ({"pairs": {"A": 1}}, "everything.pairs.A: must be a text, not the number 1"),
        ({"pairs": []}, "everything.pairs: must be a table of texts, not a list"),
        ({"pick": "gren"}, 'must be "red" or "green", not the text "gren": did you mean "green"?'),
        ({"pick": 1}, 'everything.pick: must be "red" or "green", not the number 1'),
        ({"cmd": 1}, "everything.cmd: must be a text or a list of texts, not the number 1"),
        ({"cmd": ["a", 1]}, "everything.cmd[1]: must be a text, not the number 1"),
        ({"cmd": ["a", ["b"]]}, "everything.cmd[1]: must be a text, not a list"),
        ({"delay": "soon"}, 'everything.delay: "soon" is not a duration'),
        ({"delay": True}, "everything.delay: must be a duration, not the value true"),
        ({"delay": ["1h"]}, "everything.delay: must be a duration, not a list"),
        ({"delay": -1}, "everything.delay: -1 is outside 0"),
        ({"wrods": []}, 'everything.wrods: [everything] has no option "wrods": did you mean words?'),
        ({"zzzz": 1}, 'everything.zzzz: [everything] has no option "zzzz": it knows text, whole'),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(options: dict[str, Any], message: str) -> None:
    assert message in refusal(**options)


def test_a_long_value_is_cut_in_the_message() -> None:
    assert len(refusal(whole="x" * 10_000)) < 200


def test_a_missing_option_is_named_with_the_example_of_the_docstring() -> None:
    with pytest.raises(BadInput) as caught:
        check_options("everything", SIGNATURE, {}, "everything[1]")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, problem.example) == (
        "everything[1].text",
        "missing",
        'text = "hello"',
    )


def test_a_misspelled_option_is_not_also_told_to_be_missing() -> None:
    with pytest.raises(BadInput) as caught:
        check_options("everything", SIGNATURE, {"Text": "a"}, "everything")
    assert [problem.field for problem in caught.value.problems] == ["everything.Text"]


def test_all_wrong_options_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        checked(whole="a", flag="b", zzzz=1)
    assert {problem.field for problem in caught.value.problems} == {
        "everything.whole",
        "everything.flag",
        "everything.zzzz",
    }


def test_a_comment_behind_an_example_is_not_part_of_it() -> None:
    by_name = {option.name: option for option in SIGNATURE}
    assert by_name["words"].example == 'words = ["echo", "hi"]'
    assert by_name["text"].doc == "what to say."


def test_every_made_up_example_is_a_right_value() -> None:
    for option in SIGNATURE:
        assert checked(**tomllib.loads(option.example))


def test_a_signature_survives_the_way_through_json() -> None:
    again = [Option(**data) for data in json.loads(json.dumps([asdict(option) for option in SIGNATURE]))]
    assert again == SIGNATURE
    assert model_of(again) is model_of(SIGNATURE)


@pytest.mark.parametrize(
    "options",
    [{}, {"text": "a", "delay": "1h"}, {"text": 1}, {"text": "a", "more": 1}, {"text": "a", "delay": "soon"}],
)
def test_the_json_schema_and_the_check_agree(options: dict[str, Any]) -> None:
    try:
        check_options("everything", SIGNATURE, options, "everything")
        accepted = True
    except BadInput:
        accepted = False
    jsonschema = pytest.importorskip("jsonschema")  # an independent reader; comes with drf-spectacular
    assert jsonschema.Draft202012Validator(json_schema(SIGNATURE)).is_valid(options) is accepted


def test_the_json_schema_tells_what_a_form_needs() -> None:
    schema = json_schema(SIGNATURE)
    assert schema["required"] == ["text"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["text"]["description"] == "what to say."
    assert schema["properties"]["pick"] == {
        "enum": ["red", "green"],
        "default": "red",
        "examples": ['pick = "red"'],
    }


def test_keyword_arguments_accept_options_that_nobody_declared() -> None:
    class Open(Plugin):
        def __init__(self, a: int = 1, **kwargs: Any) -> None: ...

    signature = signature_of(Open)
    assert check_options("open", signature, {"b": [1]}, "open") == {"b": [1]}
    assert json_schema(signature)["additionalProperties"] is True


def test_a_prototype_plugin_without_annotations_takes_any_value() -> None:
    class Old(Plugin):
        def __init__(self, lifetime=None, extra="x"):
            pass

    assert check_options("old", signature_of(Old), {"lifetime": "5", "extra": 1}, "old") == {
        "lifetime": "5",
        "extra": 1,
    }


def test_a_plugin_without_options_says_so() -> None:
    class Bare(Plugin): ...

    assert signature_of(Bare) == []
    with pytest.raises(BadInput, match="it has none at all"):
        check_options("bare", [], {"a": 1}, "bare")


def test_a_type_that_no_job_file_can_hold_is_refused_in_a_sentence() -> None:
    class Odd(Plugin):
        def __init__(self, when: complex) -> None: ...

    with pytest.raises(
        WrongOption, match=r"Odd.__init__: a job file cannot hold the type of when: .*complex"
    ):
        signature_of(Odd)


def test_a_type_that_does_not_exist_is_refused_in_a_sentence() -> None:
    class Odd(Plugin):
        def __init__(self, when: Nonsense) -> None: ...  # type: ignore[name-defined] # noqa: F821

    with pytest.raises(WrongOption, match="a type cannot be read: name 'Nonsense' is not defined"):
        signature_of(Odd)


def test_options_without_a_name_are_refused() -> None:
    class Odd(Plugin):
        def __init__(self, *args: str) -> None: ...

    with pytest.raises(WrongOption, match="cannot be set by name"):
        signature_of(Odd)


def test_a_description_may_go_on_in_indented_lines() -> None:
    class Described:
        """Do it.

        where: the folder, which
          must be there.
        how: gently.
        """

        def __init__(self, where: str, how: str) -> None: ...

    assert [option.doc for option in signature_of(Described)] == [
        "the folder, which must be there.",
        "gently.",
    ]


@pytest.mark.parametrize(("annotation", "kind"), [(typing.List, "array"), (typing.Dict, "object")])  # noqa: UP006
def test_a_list_of_no_particular_type_is_a_list(annotation: Any, kind: str) -> None:
    assert schema_of(annotation) == {"type": kind}
