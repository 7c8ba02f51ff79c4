"""What is done on this machine, without a server: a first plugin, a check of one, the reading of a job file.

Only here `plugins` is imported, lazily."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from client.failures import Unusable


def scaffold(name: str) -> str:
    """The text of a first plugin. Raises Unusable for a name that none can have."""
    from plugins import workbench
    from plugins.exceptions import BadInput

    try:
        return workbench.new_plugin(name)
    except BadInput as error:
        raise Unusable(str(problem) for problem in error.problems) from None


def write(folder: Path, name: str, text: str) -> Path:
    """Make the file, for its owner alone: one that others may write is not run. Raises Unusable when it is there."""
    path = folder / f"{name.replace('-', '_')}.py"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8", opener=_for_me_alone) as file:
            file.write(text)
    except FileExistsError:
        raise Unusable(f"{path} is there already, and is left as it is: choose another name") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror}") from None
    return path


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def judge(file: Path) -> dict[str, Any]:
    """{"file", "ok", "plugins": [{"name", "class", "version", "hooks"}], "problems": [{"code", "line", "message", "example"}]}"""
    from plugins import workbench
    from plugins.exceptions import Problem

    found = workbench.check_file(file)
    problems = [one for one in found if isinstance(one, Problem)]
    good = [one for one in found if not isinstance(one, Problem)]
    return {
        "file": str(file),
        "ok": not problems,
        "plugins": [
            {
                "name": one.name,
                "class": one.cls,
                "version": one.version,
                "hooks": [hook["point"] for hook in one.hooks],
            }
            for one in good
        ],
        "problems": [
            {
                "code": problem.code,
                "line": problem.line,
                "message": _without_place(problem.message, file, problem.line),
                "example": problem.example,
            }
            for problem in problems
        ],
    }


def _without_place(message: str, file: Path, line: int | None) -> str:
    """File and line stand beside the message already."""
    return message.removeprefix(f"{file.name}, line {line}: ").removeprefix(f"{file.name}: ")


def in_words(file: str, flaw: dict[str, Any]) -> str:
    """`file.py:3: what is wrong`, as compilers say it, and an example below."""
    place = f"{file}:{flaw['line']}" if flaw["line"] else file
    example = "".join(f"\n    {line}" for line in flaw["example"].splitlines())
    return f"{place}: {flaw['message']}{example}"


def job_text(file: Path) -> str:
    """A job file as TOML, the way the server keeps it: its own text, or what YAML and JSON mean. Raises Unusable."""
    from plugins import jobfile
    from plugins.exceptions import BadInput

    try:
        return jobfile.read(file).text
    except BadInput as error:
        raise Unusable(f"{file}: {problem}" for problem in error.problems) from None
