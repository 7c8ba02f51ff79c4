from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins import jobfile
from plugins.exceptions import BadInput

EXAMPLE = """\
# every night
colour = "red"

[job]
timeout = "2h"

[[os]]
cmd = ["echo", "one"]

[lifetime]
lifetime = 5

[[os]]
cmd = "echo two"

[schedule]
trigger = "date"
run_date = 2030-01-01T04:30:00
"""


def refusal(text: str | bytes, **how: Any) -> str:
    with pytest.raises(BadInput) as caught:
        jobfile.parse(text, **how)
    return str(caught.value)


def test_the_text_is_kept_with_its_comments() -> None:
    assert jobfile.parse(EXAMPLE).text == EXAMPLE


def test_windows_newlines_and_a_byte_order_mark_do_not_change_the_text() -> None:
    assert jobfile.parse(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()).text == EXAMPLE


def test_two_tables_of_one_plugin_stand_together_where_the_first_one_stood() -> None:
    sections = jobfile.parse(EXAMPLE).sections
    assert [(section.instance, section.path) for section in sections] == [
        ("os", "os[0]"),
        ("os#2", "os[1]"),
        ("lifetime", "lifetime"),
    ]


def test_a_single_table_has_a_path_without_a_number() -> None:
    (section,) = jobfile.parse('[os]\ncmd = "a"').sections
    assert (section.key, section.instance, section.path) == ("os", "os", "os")


def test_values_without_a_table_are_global_values_beside_vars() -> None:
    parsed = jobfile.parse('a = 1\nb = ["x"]\n[vars]\nc = true\n[os]\ncmd = "a"\n')
    assert parsed.vars == {"a": 1, "b": ["x"], "c": True}


def test_a_toml_date_becomes_an_iso_string() -> None:
    assert jobfile.parse(EXAMPLE).schedules == [{"trigger": "date", "run_date": "2030-01-01T04:30:00"}]


def test_several_schedules_keep_their_order() -> None:
    parsed = jobfile.parse('[[schedule]]\nhour = 4\n[os]\ncmd = "a"\n[[schedule]]\nhour = 3\n')
    assert parsed.schedules == [{"hour": 4}, {"hour": 3}]


def test_config_of_gives_the_whole_file_in_its_order() -> None:
    config = jobfile.config_of(EXAMPLE)
    assert list(config) == ["colour", "job", "os", "lifetime", "schedule"]
    assert config["os"] == [{"cmd": ["echo", "one"]}, {"cmd": "echo two"}]


def test_a_config_becomes_a_text_that_reads_as_the_same_config() -> None:
    config = jobfile.config_of(EXAMPLE)
    assert jobfile.config_of(jobfile.from_config(config).text) == config


def test_sections_of_a_config_keep_their_order() -> None:
    parsed = jobfile.from_config({"os": [{"cmd": "a"}], "app": {}, "x": 1, "lifetime": {}})
    assert [section.key for section in parsed.sections] == ["os", "app", "lifetime"]


def test_a_script_of_several_lines_stays_readable() -> None:
    config = {"os": {"cmd": 'one "two"\n\tthree\\\n', "shell": True}}
    parsed = jobfile.from_config(config)
    assert parsed.config == config
    assert parsed.text.splitlines()[2:4] == [r"one \"two\"", r"\tthree\\"]


def test_yaml_and_json_come_in_as_toml() -> None:
    from_yaml = jobfile.parse("os:\n  cmd: [echo, hi]  # lost\n", format="yaml")
    from_json = jobfile.parse('{"os": {"cmd": ["echo", "hi"]}}', format="json")
    assert from_yaml.text == from_json.text == '[os]\ncmd = ["echo", "hi"]\n'


@pytest.mark.parametrize("value", [None, [None], {"a": None}])
def test_null_in_a_config_is_refused_with_its_path(value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        jobfile.from_config({"os": {"cmd": value}})
    assert caught.value.problems[0].code == "null"
    assert caught.value.problems[0].field.startswith("os.cmd")


@pytest.mark.parametrize("config", [None, [], "os", 3])
def test_a_config_that_is_no_object_is_refused(config: Any) -> None:
    with pytest.raises(BadInput, match="must be a table of sections"):
        jobfile.from_config(config)


def test_a_config_that_would_be_too_large_a_text_is_refused() -> None:
    with pytest.raises(BadInput, match="larger than 256 KiB"):
        jobfile.from_config({"os": {"cmd": "x" * 300_000}})


def test_a_thing_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(BadInput, match=r"os\.cmd: a job file cannot hold a bytes"):
        jobfile.from_config({"os": {"cmd": b"a"}})


def test_all_values_that_cannot_be_held_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        jobfile.parse('{"os": {"cmd": null, "cwd": null}}', format="json")
    assert [problem.field for problem in caught.value.problems] == ["os.cmd", "os.cwd"]


def test_a_syntax_error_names_file_line_and_column() -> None:
    with pytest.raises(BadInput) as caught:
        jobfile.parse("[os]\ncmd = hello\n", filename="hello.toml")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, problem.line, problem.column) == ("hello.toml", "syntax", 2, 7)


@pytest.mark.parametrize("suffix", ["toml", "yaml", "yml", "json"])
def test_a_file_is_read_by_its_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"hello.{suffix}"
    path.write_text('[os]\ncmd = "a"' if suffix == "toml" else '{"os": {"cmd": "a"}}')
    assert jobfile.read(path).config == {"os": {"cmd": "a"}}


@pytest.mark.parametrize(("name", "message"), [("gone.toml", "No such file"), ("a.ini", "ends in .toml")])
def test_a_file_that_is_none_of_ours_is_named(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        jobfile.read(tmp_path / name)
    assert caught.value.problems[0].field == name


def test_a_folder_is_no_job_file(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BadInput, match="is not a file"):
        jobfile.read(tmp_path / "folder.toml")


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: takes no room
    with pytest.raises(BadInput, match="larger than 256 KiB"):
        jobfile.read(path)


def test_reserved_tables_are_no_sections() -> None:
    text = "".join(f"[{name}]\n" for name in jobfile.RESERVED)
    assert jobfile.parse(text).sections == []


def test_a_job_file_cannot_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        jobfile.parse(EXAMPLE).text = ""  # type: ignore[misc]


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\"'\\"), max_size=20)
KEYS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=8).filter(
    lambda key: key not in jobfile.RESERVED
)
SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
SECTIONS = st.dictionaries(KEYS, VALUES, max_size=4)
CONFIGS = st.dictionaries(KEYS, SCALARS | SECTIONS | st.lists(SECTIONS, min_size=1, max_size=3), min_size=1)


@PATIENT
@given(CONFIGS)
def test_whatever_config_comes_in_is_stored_unchanged(config: dict[str, Any]) -> None:
    assert jobfile.from_config(config).config == config


@PATIENT
@given(st.text() | st.binary(), st.sampled_from(["toml", "yaml", "json"]))
def test_no_input_ends_in_anything_but_a_job_file_or_bad_input(text: str | bytes, syntax: Any) -> None:
    try:
        jobfile.parse(text, format=syntax)
    except BadInput as error:
        assert error.problems
