"""Small changes of a job's text leave the rest of it as it was."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins import jobedit
from plugins.exceptions import BadInput

TEXT = """\
# farm first, fight later
[job]
timeout = "2h"   # long enough
tags = ["bots", "home"]

# what it runs
[[os]]
cmd = 'C:\\bots\\run.exe'   # no escapes
[os.env]
A = "1"

[[os]]
cmd = "second"
# trailing words

[app]
path = "x"

[[schedule]]
trigger = "cron"
hour = 4
params = { stage = "x" }
"""


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """(lines gone, lines new)."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_value_changes_and_its_comment_stays() -> None:
    after = jobedit.set_value(TEXT, ("job", "timeout"), "3h")
    assert changed(TEXT, after) == (
        ['timeout = "2h"   # long enough'],
        ['timeout = "3h"   # long enough'],
    )


def test_a_path_in_single_quotes_stays_in_single_quotes() -> None:
    after = jobedit.set_value(TEXT, ("os", 0, "cmd"), "D:\\new\\run.exe")
    assert "cmd = 'D:\\new\\run.exe'   # no escapes" in after


def test_a_new_key_stands_below_the_last_one_of_its_table() -> None:
    after = jobedit.set_value(TEXT, ("job", "retries"), 2)
    assert 'tags = ["bots", "home"]\nretries = 2\n\n# what it runs' in after


def test_a_new_table_stands_where_it_belongs() -> None:
    bare = '# about all\n[os]\ncmd = "x"\n'
    assert jobedit.set_value(bare, ("job", "timeout"), "1h") == (
        '# about all\n[job]\ntimeout = "1h"\n\n[os]\ncmd = "x"\n'
    )


def test_keys_of_inline_tables_come_and_go() -> None:
    more = jobedit.set_value(TEXT, ("schedule", 0, "params", "n"), 5)
    assert 'params = { stage = "x", n = 5 }' in more
    assert "params = { n = 5 }" in jobedit.remove_value(more, ("schedule", 0, "params", "stage"))
    assert 'params = { stage = "x" }' in jobedit.remove_value(more, ("schedule", 0, "params", "n"))


def test_a_key_goes_with_its_line() -> None:
    assert changed(TEXT, jobedit.remove_value(TEXT, ("job", "tags"))) == (['tags = ["bots", "home"]'], [])
    assert jobedit.remove_value(TEXT, ("job", "nothing")) == TEXT


def test_a_table_within_a_section_is_replaced_by_a_value() -> None:
    after = jobedit.set_value(TEXT, ("os", 0, "env"), {"B": "2"})
    assert tomllib.loads(after)["os"][0] == {"cmd": "C:\\bots\\run.exe", "env": {"B": "2"}}
    assert "[os.env]" not in after


def test_a_value_over_several_lines_is_replaced_whole() -> None:
    text = '[os]\ncmd = [\n  "a",  # first\n  "b",\n]\nshell = false\n'
    assert jobedit.set_value(text, ("os", "cmd"), ["c"]) == '[os]\ncmd = ["c"]\nshell = false\n'
    assert jobedit.remove_value(text, ("os", "cmd")) == "[os]\nshell = false\n"


def test_a_section_goes_with_the_comment_that_touches_it() -> None:
    after = jobedit.remove_section(TEXT, ("os", 0))
    assert "what it runs" not in after and "[os.env]" not in after and '"second"' in after
    assert [list(tomllib.loads(after)), len(tomllib.loads(after)["os"])] == [
        ["job", "os", "app", "schedule"],
        1,
    ]


def test_a_section_moves_past_all_tables_of_its_neighbour() -> None:
    after = jobedit.move_section(TEXT, ("app",), down=False)
    assert list(tomllib.loads(after)) == ["job", "app", "os", "schedule"]
    assert sorted(after.split()) == sorted(TEXT.split())
    assert jobedit.move_section(after, ("app",), down=True) == TEXT


def test_two_of_one_plugin_change_places() -> None:
    after = jobedit.move_section(TEXT, ("os", 1), down=False)
    assert [one["cmd"] for one in tomllib.loads(after)["os"]] == ["second", "C:\\bots\\run.exe"]
    assert jobedit.move_section(TEXT, ("os", 0), down=False) == TEXT


def test_a_second_table_of_a_plugin_makes_a_list_of_both() -> None:
    after = jobedit.add_section(TEXT, "app", {"path": "y"})
    assert tomllib.loads(after)["app"] == [{"path": "x"}, {"path": "y"}]
    assert '[[app]]\npath = "x"\n\n[[app]]\npath = "y"\n\n[[schedule]]' in after


def test_a_new_plugin_stands_before_the_schedules() -> None:
    assert list(tomllib.loads(jobedit.add_section(TEXT, "lifetime", {"lifetime": "1h"}))) == [
        "job",
        "os",
        "app",
        "lifetime",
        "schedule",
    ]
    assert jobedit.add_section("", "os", {"cmd": "x"}) == '[os]\ncmd = "x"\n'


def test_a_key_is_renamed_in_its_place() -> None:
    after = jobedit.rename_key(TEXT, ("app", "path"), "targetExe")
    assert changed(TEXT, after) == (['path = "x"'], ['targetExe = "x"'])


@pytest.mark.parametrize("text", ['os = { cmd = "x" }\n', 'os.cmd = "x"\n'])
def test_what_has_no_lines_of_its_own_is_left_to_the_writer(text: str) -> None:
    with pytest.raises(BadInput, match="edit the text"):
        jobedit.remove_section(text, ("os",))


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.lists(st.text("ab'\"\\#]}=, ", max_size=5), max_size=3),
)
PATHS = [("job", "timeout"), ("job", "new"), ("os", 0, "cmd"), ("os", 1, "cmd"), ("os", 0, "env", "A")]
PATHS += [("app", "path"), ("app", "args"), ("schedule", 0, "params", "stage"), ("schedule", 0, "x")]
PATHS += [("params", "stage"), ("lifetime", "lifetime"), ("job", "tags")]


@given(path=st.sampled_from(PATHS), value=VALUES)
def test_only_the_value_that_was_meant_changes(path: tuple[Any, ...], value: Any) -> None:
    wanted: Any = tomllib.loads(TEXT)
    inner = wanted
    for part in path[:-1]:
        inner = inner.setdefault(part, {}) if isinstance(inner, dict) else inner[part]
    inner[path[-1]] = value
    after = jobedit.set_value(TEXT, path, value)
    assert tomllib.loads(after) == wanted
    assert [line for line in TEXT.splitlines() if line.startswith("#") and line not in after] == []
