from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins import jobfile
from plugins.exceptions import BadInput, Problem
from plugins.jobformats import may_be_deep
from plugins.joblines import place_of, positions, with_places
from tests.plugins.test_jobfile import CONFIGS, PATIENT

TEXT = '''\
# [os]
top = "a # b"
[job]
"time out" = 5     # [[os]]
script = """
[lifetime]
cmd = 1
"""
[[os]]
cmd = [
  "a]", # ]
  'b"',
]
env = { A = "x", B = [{ c = 1 }, { c = 2 }] }
[os.sub]
y = 'q"'
[[os]]
  wait.a = 1.5
[schedule]
hour = 4
'''


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("top", 2, 1),
        ("job", 3, 2),
        ("job.time out", 4, 1),
        ("job.script", 5, 1),
        ("os[0]", 9, 3),
        ("os[0].cmd", 10, 1),
        ("os[0].env", 14, 1),
        ("os[0].env.B", 14, 18),
        ("os[0].env.B[1].c", 14, 36),
        ("os[0].sub.y", 16, 1),
        ("os[1]", 17, 3),
        ("os[1].wait.a", 18, 3),
        ("schedule.hour", 20, 1),
    ],
)
def test_every_key_is_found_where_it_stands(path: str, line: int, column: int) -> None:
    assert positions(TEXT)[path] == (line, column)


def test_what_stands_in_texts_and_comments_is_no_key() -> None:
    assert "lifetime" not in positions(TEXT)
    assert "job.cmd" not in positions(TEXT)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("os[0].cmd[1]", 10),
        ("os[0].missing", 9),
        ("os[1].missing", 17),
        ("schedule[0].hour", 20),
        ("os.cmd", 10),
    ],
)
def test_a_missing_key_is_told_at_the_table_around_it(path: str, line: int) -> None:
    place = place_of(path, positions(TEXT))
    assert place is not None
    assert place.line == line


@pytest.mark.parametrize("path", ["", "nowhere", "nowhere.x", "a[b", "]", "[0]"])
def test_what_is_nowhere_has_no_place(path: str) -> None:
    assert place_of(path, positions(TEXT)) is None


def test_a_problem_that_knows_its_line_keeps_it() -> None:
    known, found, lost = with_places(
        TEXT, [Problem("job", "x", "x", line=99), Problem("top", "x", "x"), Problem("", "x", "x")]
    )
    assert (known.line, found.line, lost.line) == (99, 2, None)


def test_a_problem_of_converted_yaml_has_no_line_that_the_user_never_saw() -> None:
    with pytest.raises(BadInput) as caught:
        jobfile.parse("os: {cmd: null}\n", format="yaml")
    assert caught.value.problems[0].line is None


@PATIENT
@given(st.text(st.sampled_from("ab.\"'[]{}=,# \n\\")))
def test_the_scanner_takes_any_text(text: str) -> None:
    lines = text.split("\n")
    assert all(lines[place.line - 1][place.column - 1 :] for place in positions(text).values())


STATEMENTS = (
    *("[a]", "[[a]]", "[a.b]", "[[a.b]]", " [ c . 'd' ] ", "[[ c ]] # c", '["e f"]'),
    *(
        "x = 1",
        'y.z = "["',
        "'k' = '#'",
        "w = 1.5 # ]",
        'q = "\\"" ',
        "r = ''",
        't=""',
        "u = 2030-01-01 00:00:00",
    ),
    *(
        'm = """',
        '"""',
        "n = '''",
        "'''",
        'o = """"""',
        'p = """a"""""',
        "\\",
        "l = [",
        "]",
        "1,",
        "{v = 1},",
    ),
    *("i = {a = 1, b = [2, {c = 3}], d.e = {}}", "h = [[1, 2], [], ['x', {g = 1}]]", "", "# x = 1"),
)


@settings(PATIENT, max_examples=400)
@given(st.lists(st.sampled_from(STATEMENTS), max_size=8))
def test_the_scanner_finds_every_key_that_the_reader_finds(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(leaves(data)) <= positions(text).keys()


@PATIENT
@given(CONFIGS)
def test_every_key_of_a_written_config_has_a_place(config: dict[str, Any]) -> None:
    written = jobfile.from_config(config)
    assert set(leaves(written.config)) <= positions(written.text).keys()


@pytest.mark.parametrize("depth", [30, 31, 32, 33, 34])
@pytest.mark.parametrize("text", ["a = {many}1", "[a{many}]", "[[b]]\na{many} = 1"])
@pytest.mark.parametrize("level", ["[", "{a = ", ".a"])
def test_a_text_that_is_read_without_the_scanner_is_nowhere_too_deep(
    text: str, level: str, depth: int
) -> None:
    nested = text.replace("{many}", level * depth)
    if not may_be_deep(nested):
        positions(nested)


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Paths of the keys whose values are no tables, as the text must name each of them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from leaves(item, f"{path}[{index}]")
    else:
        yield path
