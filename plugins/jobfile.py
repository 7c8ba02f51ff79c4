"""Job files: TOML, YAML or JSON text in, a JobFile out; and what a job may be named.

The TOML text is the one truth and is what gets stored. YAML and JSON come in converted (comments are lost, the order of
sections is kept). Nothing here knows which plugins exist: that is `plugins.checking`.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from plugins.exceptions import BadInput, Problem
from plugins.jobformats import CONTROL, Table, plain, read_json, read_toml, to_toml
from plugins.joblines import with_places
from plugins.jobyaml import read_yaml
from plugins.words import RESERVED, kind, shown

__all__ = [
    "MAX_BYTES",
    "RESERVED",
    "JobFile",
    "Section",
    "check_name",
    "config_of",
    "content",
    "from_config",
    "name_key",
    "parse",
    "read",
]

Format = Literal["toml", "yaml", "json"]

MAX_BYTES = 256 * 1024
MAX_TABLES = 200
"""Sections of all plugins together, and schedules, in one job: each costs a check on every save."""
MAX_PROBLEMS = 50
SUFFIXES: dict[str, Format] = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}
MAX_NAME = 100


@dataclass(frozen=True)
class Section:
    """One plugin table. `[[os]]` twice gives instances `os` and `os#2` with paths `os[0]` and `os[1]`."""

    key: str
    instance: str
    options: dict[str, Any]
    path: str


@dataclass(frozen=True)
class JobFile:
    """A job file taken apart. All values are JSON-able; TOML dates are ISO strings.

    config: the whole file as one table. format: what the user wrote; `text` is TOML always.
    """

    text: str
    job: dict[str, Any]
    params: dict[str, Any]
    vars: dict[str, Any]
    schedules: list[dict[str, Any]]
    sections: list[Section]
    config: dict[str, Any] = field(default_factory=dict, repr=False)
    format: Format = "toml"


def parse(text: str | bytes, *, format: Format = "toml", filename: str = "") -> JobFile:  # noqa: A002
    """Take a job file apart. Raises BadInput with line and column, the field being `filename` for a broken syntax."""
    content = _decoded(text, filename)
    if format == "toml":
        return _job_file(content, read_toml(content, filename), filename)
    data = read_yaml(content, filename) if format == "yaml" else read_json(content, filename)
    if not isinstance(data, dict):
        message = f"a job file is one table of sections, not {kind(data)}"
        raise BadInput(Problem(filename, "not_a_table", message, '{"os": {"cmd": "hello"}}'))
    return replace(_from_table(data, filename), format=format)


def from_config(config: dict[str, Any]) -> JobFile:
    """A job file that arrives as a JSON object. Raises BadInput."""
    if not isinstance(config, dict):
        raise BadInput(
            Problem(
                "config",
                "not_a_table",
                f"must be a table of sections, not {kind(config)}",
                '{"os": {"cmd": "hello"}}',
            )
        )
    return replace(_from_table(config, ""), format="json")


def config_of(text: str) -> dict[str, Any]:
    """The whole file as a JSON-able dict, in the order of the text."""
    return parse(text).config


def read(path: Path) -> JobFile:
    """Read a job file by its suffix. Raises BadInput that names the file, also when it cannot be read."""
    file_format = SUFFIXES.get(path.suffix.lower())
    if file_format is None:
        raise BadInput(
            Problem(path.name, "suffix", f"a job file ends in {', '.join(SUFFIXES)}", "hello.toml")
        )
    return parse(content(path), format=file_format, filename=path.name)


def content(path: Path) -> bytes:
    """At most a byte more than a job file may have. Raises BadInput; a pipe or a device is never opened."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise BadInput(Problem(path.name, "not_a_file", f"{path} is not a file", "hello.toml"))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(
            Problem(path.name, "unreadable", f"{path} cannot be read: {error.strerror}", "hello.toml")
        ) from None


def _decoded(text: str | bytes, filename: str) -> str:
    """The text with plain newlines and no byte order mark; its size is looked at before anything else."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(content) > MAX_BYTES:
        raise BadInput(
            Problem(
                filename,
                "too_large",
                f"larger than {MAX_BYTES // 1024} KiB, not read",
                "a job of a few lines",
            )
        )
    try:
        decoded = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(_not_utf8(content, error, filename)) from None
    if not decoded.strip():
        raise BadInput(Problem(filename, "empty", "the file is empty", '[os]\ncmd = "hello"'))
    _refuse_control(decoded, filename)
    return decoded


def _not_utf8(content: bytes, error: UnicodeDecodeError, filename: str) -> Problem:
    before = content[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    message = (
        "this is UTF-16, a job file is UTF-8 text"
        if utf16
        else f"byte 0x{content[error.start]:02x} is not UTF-8"
    )
    return Problem(filename, "encoding", message, "save it as UTF-8 in your editor", line, column)


def _refuse_control(text: str, filename: str) -> None:
    found = CONTROL.search(text) or re.search(r"\r", text)
    if found:
        start = found.start()
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
        message = f"control characters are not allowed (U+{ord(found.group()):04X})"
        raise BadInput(Problem(filename, "control_character", message, '"hello"', line, column))


def _from_table(data: Table, filename: str) -> JobFile:
    """Write the table as TOML and read that, so that what runs is what is stored."""
    problems: list[Problem] = []
    config = plain(data, "", problems)
    if problems:
        raise BadInput(problems[:MAX_PROBLEMS])
    text = to_toml(config)
    return _job_file(_decoded(text, filename), read_toml(text, filename), filename, written=False)


def _job_file(text: str, data: Table, filename: str, written: bool = True) -> JobFile:
    """written: the user wrote this TOML, so problems may point into it."""
    problems: list[Problem] = []
    config = plain(data, "", problems)
    if not config:
        problems.append(Problem(filename, "empty", "the file holds no section", '[os]\ncmd = "hello"'))
    if not problems:
        job_file = _taken_apart(text, config, problems)
    if problems:
        raise BadInput(with_places(text, problems[:MAX_PROBLEMS]) if written else problems[:MAX_PROBLEMS])
    return job_file


def _taken_apart(text: str, config: Table, problems: list[Problem]) -> JobFile:
    return JobFile(
        text=text,
        job=_table(config, "job", problems),
        params=_table(config, "params", problems),
        vars=_globals(config, problems),
        schedules=_schedules(config, problems),
        sections=_sections(config, problems),
        config=config,
    )


def _table(config: Table, name: str, problems: list[Problem]) -> Table:
    value = config.get(name, {})
    if isinstance(value, dict):
        return value
    problems.append(
        Problem(name, "not_a_table", f"[{name}] is a single table, not {kind(value)}", f"[{name}]")
    )
    return {}


def _globals(config: Table, problems: list[Problem]) -> Table:
    """[vars] and whatever stands at the top without a table."""
    top = {key: value for key, value in config.items() if key not in RESERVED and not _has_tables(value)}
    named = _table(config, "vars", problems)
    for key in top.keys() & named.keys():
        problems.append(
            Problem(
                f"vars.{key}", "duplicate", "given twice: at the top and in [vars]", "keep one of the two"
            )
        )
    return {**top, **named}


def _has_tables(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _schedules(config: Table, problems: list[Problem]) -> list[Table]:
    value = config.get("schedule", [])
    tables = [value] if isinstance(value, dict) else value
    example = '[schedule]\ntrigger = "interval"\nminutes = 5'
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append(
            Problem("schedule", "not_a_table", f"[schedule] is a table, not {kind(value)}", example)
        )
        return []
    _refuse_many("schedule", "schedules", len(tables), problems)
    return tables


def _sections(config: Table, problems: list[Problem]) -> list[Section]:
    found: list[Section] = []
    for key, value in config.items():
        if key not in RESERVED and _has_tables(value):
            found += _instances(key, value, problems)
    _refuse_many("", "sections", len(found), problems)
    return found


def _instances(key: str, value: Table | list[Any], problems: list[Problem]) -> list[Section]:
    if isinstance(value, dict):
        return [Section(key, key, value, key)]
    if not all(isinstance(item, dict) for item in value):
        problems.append(Problem(key, "not_a_table", "a list of tables and other values mixed", f"[[{key}]]"))
        return []
    return [
        Section(key, key if index == 0 else f"{key}#{index + 1}", options, f"{key}[{index}]")
        for index, options in enumerate(value)
    ]


def _refuse_many(path: str, what: str, count: int, problems: list[Problem]) -> None:
    if count > MAX_TABLES:
        problems.append(
            Problem(path, "too_many", f"{count} {what}, at most {MAX_TABLES} fit in one job", "two jobs")
        )


def check_name(name: str) -> str:
    """The name as it is stored: NFKC, no spaces around. Raises BadInput (field `name`)."""
    if not isinstance(name, str):
        raise _bad_name("type", f"must be a text, not {kind(name)}")
    too_long = len(name) > 10 * MAX_NAME  # NFKC makes texts shorter and longer: not worth it for a whole book
    trimmed = "" if too_long else unicodedata.normalize("NFKC", name).strip(" ")
    if not trimmed and not too_long:
        raise _bad_name("empty", "must not be empty")
    if too_long or len(trimmed) > MAX_NAME:
        raise _bad_name("too_long", f"at most {MAX_NAME} characters")
    for place, character in enumerate(trimmed, start=1):
        if not _fits_a_name(character):
            raise _bad_name(
                "characters", f"{_named(character)} at {place}: letters, digits, space and . _ - are allowed"
            )
    if trimmed[0] in ".-":
        raise _bad_name("characters", f"must not begin with {shown(trimmed[0])}")
    return trimmed


def name_key(name: str) -> str:
    """Two names with the same key are the same name."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).strip(" ").casefold())


def _fits_a_name(character: str) -> bool:
    """Marks (M) are part of letters in Hindi, Thai and others."""
    return character in " ._-" or unicodedata.category(character)[0] in "LM" or character.isdecimal()


def _named(character: str) -> str:
    if unicodedata.category(character)[0] == "C":
        return f"the control character U+{ord(character):04X}"
    return f"the character {character}"


def _bad_name(code: str, message: str) -> BadInput:
    return BadInput(Problem("name", code, message, "nightly-backup"))
