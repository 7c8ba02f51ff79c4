"""A crontab read line by line: what each line would be as a job file. Nothing here knows the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from plugins.exceptions import MxxError

VARIABLE = re.compile(r"""^([A-Za-z_][A-Za-z0-9_]*|"[^"]*"|'[^']*')\s*=\s*(.*)$""")
SHORTHANDS = ("yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly")
END = "MXX_END_OF_INPUT"
NOT_FOR_PROGRAMS = {"SHELL", "MAILTO", "MAILFROM", "CRON_TZ", "TZ", "CONTENT_TYPE", "RANDOM_DELAY"}


@dataclass(frozen=True)
class Line:
    """number: 1-based. when: the expression, or "@reboot". comment: what stands right above it."""

    number: int
    when: str
    user: str
    command: str
    comment: str
    variables: dict[str, str]


def lines_of(text: str, *, system: bool) -> Iterator[Line | tuple[int, str]]:
    """Each job line; (number, why) for one that is none. system: the sixth field is a user."""
    variables: dict[str, str] = {}
    comments: list[str] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            comments = []
        elif line.startswith("#"):
            comments.append(line.lstrip("#").strip())
        elif found := VARIABLE.match(line):
            variables[_unquoted(found[1])] = _unquoted(found[2].strip())
        else:
            try:
                when, user, command = _fields(line, system)
            except MxxError as error:
                yield number, str(error)
            else:
                yield Line(number, when, user, command, "\n".join(comments), dict(variables))
            comments = []


def _fields(line: str, system: bool) -> tuple[str, str, str]:
    """(when, user, command). Raises MxxError."""
    count = 1 if line.startswith("@") else 5
    parts = line.split(None, count + system)
    if len(parts) <= count + system:
        wanted = "five fields" if count == 5 else "a word like @daily"
        raise MxxError(f"needs {wanted}{', a user' if system else ''} and a command (30 4 * * * backup.sh)")
    when = " ".join(parts[:count])
    if count == 1 and when.lower() != "@reboot" and when[1:].lower() not in SHORTHANDS:
        raise MxxError(f"{when} is not known: @reboot, @{', @'.join(SHORTHANDS)}")
    return when.lower() if count == 1 else when, parts[count] if system else "", parts[-1]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def config_of(line: Line) -> dict[str, Any]:
    """The line as a job file's table. cron's shell, folder and variables stay what they were."""
    variables = {
        name: _literal(value) for name, value in line.variables.items() if name not in NOT_FOR_PROGRAMS
    }
    config: dict[str, Any] = {"job": {"description": line.comment or f"from a crontab, line {line.number}"}}
    if variables:
        config["env"] = variables
    config["os"] = _program(line)
    config["schedule"] = _schedule(line)
    return config


def _program(line: Line) -> dict[str, Any]:
    command = _literal(with_input(line.command))
    shell = line.variables.get("SHELL", "/bin/sh")
    cwd = line.variables.get("HOME") or str(Path.home())
    how = {"cmd": command, "shell": True} if shell == "/bin/sh" else {"cmd": [shell, "-c", command]}
    return {**how, "cwd": _literal(cwd)}


def _schedule(line: Line) -> dict[str, Any]:
    if line.when == "@reboot":
        return {"trigger": "startup"}
    zone = line.variables.get("CRON_TZ")
    return {"trigger": "cron", "expression": line.when, **({"timezone": zone} if zone else {})}


def with_input(command: str) -> str:
    r"""cron's percent sign: what stands behind the first is input, further ones are its line ends; `\%` is a percent sign."""
    program, *lines = [part.replace("\\%", "%") for part in re.split(r"(?<!\\)%", command)]
    if not lines:
        return program
    return "\n".join(["{", program, f"}} <<'{END}'", *lines, END])


def _literal(text: str) -> str:
    """In a job file `${` begins a placeholder."""
    return text.replace("${", "$${")


def name_for(line: Line, taken: set[str]) -> str:
    """After the program: `cron-backup.sh`; a second one gets a number."""
    words = [word for word in line.command.split() if "=" not in word] or ["job"]
    word = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePosixPath(words[0]).name).strip("-.") or "job"
    base = name = f"cron-{word[:60]}"
    count = 2
    while name.casefold() in taken:
        name, count = f"{base}-{count}", count + 1
    taken.add(name.casefold())
    return name
